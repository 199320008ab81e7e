/** All gates of an environment, in the order in which they are told, and what follows from them. */
import { type PastRuns, standingOf } from '../cause/cause.ts'
import type { Outcome } from '../observe/outcome.ts'
import type { GateEvidence, GateName, GateResult, JudgedOutcome } from './gate.ts'
import { latencyGate } from './latency.ts'
import { completedGate, counterGates, leftoversGate, operatorFailuresGate, soakGate } from './plain.ts'
import { rateGates } from './rates.ts'
import { usageGate } from './usage.ts'

/**
 * - `open`: every gate holds or is off
 * - `waiting`: nothing speaks against it, and something is not there yet
 * - `unseen`: something could not be looked at; a person may accept it by the gate's name
 * - `failed`: a gate does not hold
 * - `halt`: one does not hold that is not to be waited for
 */
export type Verdict = 'open' | 'waiting' | 'unseen' | 'failed' | 'halt'

/** Evaluates every gate. */
export function evaluateGates(evidence: GateEvidence): GateResult[] {
  return [
    soakGate(evidence),
    completedGate(evidence),
    ...rateGates(evidence),
    operatorFailuresGate(evidence),
    latencyGate(evidence),
    leftoversGate(evidence),
    ...counterGates(evidence),
    usageGate(evidence),
  ]
}

/** What the gates say together, but for those that somebody accepted as they are. */
export function verdictOf(gates: readonly GateResult[], accepted: ReadonlySet<GateName> = new Set()): Verdict {
  const left = gates.filter(({ gate }) => !accepted.has(gate))
  if (left.some(({ state, halts }) => state === 'fails' && halts)) return 'halt'
  if (left.some(({ state }) => state === 'fails')) return 'failed'
  if (left.some(({ state }) => state === 'waits')) return 'waiting'
  return left.some(({ state }) => state === 'unseen') ? 'unseen' : 'open'
}

/** Failures since the start in the light of the same job's runs before it. */
export function judgeOutcomes(before: readonly Outcome[], since: readonly Outcome[]): JudgedOutcome[] {
  const jobs = new Map<string, Outcome[]>()
  for (const outcome of before) jobs.set(outcome.job, [...(jobs.get(outcome.job) ?? []), outcome])
  return since.map((outcome) => ({
    ...outcome,
    standing: outcome.completed ? null : standingOf(pastOf(outcome, jobs.get(outcome.job) ?? [])),
  }))
}

/** How the earlier runs of a failed application's job ended. */
export function pastOf({ cause }: Pick<Outcome, 'cause'>, runs: readonly Outcome[]): PastRuns {
  const failed = runs.filter(({ completed }) => !completed)
  return {
    runs: runs.length,
    failed: failed.length,
    alike: failed.filter((one) => one.cause?.rule === cause?.rule && one.cause?.class === cause?.class).length,
  }
}
