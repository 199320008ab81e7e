/** Whether submissions are as quick as they were: percentiles of the time from an application to its driver pod. */
import { percentileAtLeast } from '../statistics/exact.ts'
import type { LatencySettings } from '../file/rollout.ts'
import { type GateEvidence, type GateResult, off } from './gate.ts'
import type { Outcome } from '../observe/outcome.ts'

/** How sure it must be that a percentile is above the band, for each of them. */
const DOUBT = 0.005

export function latencyGate({ settings, before, since }: GateEvidence): GateResult {
  const own = settings.submissionLatency
  if (own === null) return off('submissionLatency')
  const [was, is] = [measured(before), measured(since)]
  const base = { gate: 'submissionLatency' as const, halts: false }
  const counts = { measuredBefore: was.length, measuredSince: is.length }
  if (was.length < own.atLeast) {
    const reason = `The submission of only ${was.length} applications before the start could be measured; ${own.atLeast} are needed. Their driver pods were gone.`
    return { ...base, state: 'unseen', reason, figures: counts }
  }
  if (is.length < own.atLeast) {
    const reason = `The submission of ${is.length} applications since the start could be measured; ${own.atLeast} are needed.`
    return { ...base, state: 'waits', reason, figures: counts }
  }
  const rows = own.percentiles.map((percent) => judge(percent, was, is, own))
  const figures = { ...counts, percentiles: rows.map(({ reason: _reason, ...row }) => row) }
  const worst = rows.find(({ state }) => state === 'fails') ?? rows.find(({ state }) => state === 'waits') ?? rows[0]!
  return { ...base, state: worst.state, reason: worst.reason, figures }
}

function measured(outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b)
}

/**
 * Above the band is a percentile only where its lower confidence bound is: the 95th of 20 values is the second largest
 * of them, and one slow submission moves it.
 */
function judge(percent: number, was: readonly number[], is: readonly number[], { factor, slackMs }: LatencySettings) {
  const [wasMs, isMs] = [at(was, percent), at(is, percent)]
  const bandMs = wasMs * factor + slackMs
  const sureMs = percentileAtLeast(is, percent, DOUBT)
  const state: 'fails' | 'waits' | 'holds' =
    isMs <= bandMs ? 'holds' : sureMs !== undefined && sureMs > bandMs ? 'fails' : 'waits'
  const words = `${percent} % of submissions took at most ${seconds(isMs)}, before the start ${seconds(wasMs)}; the band ends at ${seconds(bandMs)}.`
  const reason = state === 'waits' ? `${words} With ${is.length} measured that may still be chance.` : words
  return { percent, beforeMs: wasMs, sinceMs: isMs, bandMs: Math.round(bandMs), state, reason }
}

/** By the nearest rank, so that every figure is one that was measured. */
function at(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1]!
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`
}
