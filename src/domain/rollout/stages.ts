/** Which step of a rollout may be taken now, and the entries that record it. */
import type { RolloutStore, StoredEntries } from '../../ports/rollout-state.ts'
import { type ExitName, SparkopsError } from '../errors.ts'
import type { Environment, Rollout } from './file/rollout.ts'
import { verdictOf } from './gates/evaluate.ts'
import type { GateName, GateResult } from './gates/gate.ts'
import type { RolloutReport } from './report.ts'
import { type GateRecord, type RolloutEntry, stateOf } from './state/entries.ts'

/** The environment of that name. Throws (exit 64) where the file has none. */
export function findEnvironment({ environments }: Rollout, name: string): Environment {
  const found = environments.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new SparkopsError({
    code: 'SO_NO_SUCH_ENVIRONMENT',
    message: `there is no environment ${name}`,
    why: `the rollout file has ${environments.map((one) => one.name).join(', ')}`,
    hint: 'sparkops rollout status shows where each stands',
    exit: 'usage',
  })
}

/** The environment that is under way, or the first that is not promoted; undefined where all are. */
export function currentEnvironment(
  { environments }: Rollout,
  entries: readonly RolloutEntry[],
): Environment | undefined {
  return environments.find(({ name }) => stateOf(entries, name).stage !== 'promoted')
}

/** Throws unless this environment may be started now: those before it are promoted, and it is not under way. */
export function requireStartable(rollout: Rollout, { name }: Environment, entries: readonly RolloutEntry[]): void {
  for (const before of rollout.environments) {
    if (before.name === name) break
    const { stage } = stateOf(entries, before.name)
    if (stage !== 'promoted')
      throw refused(`${name} is not to be started yet`, `${before.name} is before it, and is ${stage}`, before.name)
  }
  const { stage, last } = stateOf(entries, name)
  if (stage === 'soaking' || stage === 'promoted')
    throw refused(`${name} was started already`, `it is ${stage}, by ${last!.by} at ${last!.at}`, name)
}

/** Throws unless the environment is being watched. */
export function requireSoaking({ name }: Environment, entries: readonly RolloutEntry[]): void {
  const { stage, last } = stateOf(entries, name)
  if (stage === 'soaking') return
  const why = last === null ? 'nobody started it' : `it is ${stage}, by ${last.by} at ${last.at}`
  throw refused(`${name} is not being watched`, why, name)
}

function refused(message: string, why: string, environment: string): SparkopsError {
  const hint = `see: sparkops rollout status ${environment}`
  return new SparkopsError({ code: 'SO_ROLLOUT_ORDER', message, why, hint, exit: 'stale' })
}

const EXITS: Readonly<Record<string, ExitName>> = {
  halt: 'findings',
  failed: 'findings',
  waiting: 'pending',
  unseen: 'inconclusive',
}

/** Throws where a gate is neither held nor accepted, naming it. */
export function requireOpen(report: RolloutReport, accepted: readonly GateName[]): void {
  requireAcceptable(report, accepted)
  const verdict = verdictOf(report.gates, new Set(accepted))
  if (verdict !== 'open') throw notOpen(report, verdict, accepted)
}

/**
 * Records the promotion, by the report it rests on. Throws as `requireOpen` does, and (exit 5) where somebody else was
 * faster.
 */
export async function promote(
  report: RolloutReport,
  {
    store,
    seen,
    by,
    accepted,
  }: { store: RolloutStore; seen: StoredEntries; by: string; accepted: readonly GateName[] },
): Promise<StoredEntries> {
  requireOpen(report, accepted)
  return await store.append(
    {
      event: 'promoted',
      environment: report.environment,
      at: report.at,
      by,
      evidence: report.gates.map(recordOf),
      accepted,
    },
    seen,
  )
}

/** Records that an environment is stopped. */
export async function halt(
  report: RolloutReport,
  { store, seen, by, why }: { store: RolloutStore; seen: StoredEntries; by: string; why: string },
): Promise<StoredEntries> {
  const evidence = report.gates.filter(({ state }) => state !== 'holds' && state !== 'off').map(recordOf)
  return await store.append(
    { event: 'halted', environment: report.environment, at: report.at, by, why, evidence },
    seen,
  )
}

/** Why a report asks for a halt: the reasons of the gates that do. */
export function whyHalted({ gates }: Pick<RolloutReport, 'gates'>): string {
  return gates
    .filter(({ state, halts }) => state === 'fails' && halts)
    .map(({ gate, reason }) => `${gate}: ${reason}`)
    .join(' ')
}

function recordOf({ gate, state, reason }: GateResult): GateRecord {
  return { gate, state, reason }
}

function requireAcceptable({ gates }: RolloutReport, accepted: readonly GateName[]): void {
  const unknown = accepted.find((name) => !gates.some(({ gate }) => gate === name))
  if (unknown === undefined) return
  throw new SparkopsError({
    code: 'SO_NO_SUCH_GATE',
    message: `--accept ${unknown}: there is no such gate`,
    why: `there are ${gates.map(({ gate }) => gate).join(', ')}`,
    exit: 'usage',
  })
}

function notOpen({ environment, gates }: RolloutReport, verdict: string, accepted: readonly GateName[]): SparkopsError {
  const closed = gates.filter(
    ({ gate, state }) => ['fails', 'waits', 'unseen'].includes(state) && !accepted.includes(gate),
  )
  const first = closed.find(({ state }) => state === 'fails') ?? closed[0]!
  const names = closed.map(({ gate, state }) => `${gate} ${state}`).join(', ')
  return new SparkopsError({
    code: 'SO_GATES_CLOSED',
    message: `${environment} is not promoted: ${names}`,
    why: `${first.gate}: ${first.reason}`,
    hint:
      verdict === 'halt' || verdict === 'failed'
        ? `sparkops rollout halt ${environment}; or read it all, and then: --accept ${first.gate}`
        : `wait with: sparkops rollout watch ${environment}; what cannot be seen is accepted by name: --accept ${first.gate}`,
    exit: EXITS[verdict] ?? 'findings',
  })
}
