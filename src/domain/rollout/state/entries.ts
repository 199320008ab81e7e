/**
 * The state of a rollout: what happened, in order, each with who and when. Nothing in it is ever changed, only added, so
 * that it is the audit log as well.
 */
import { SparkopsError } from '../../errors.ts'
import type { Json } from '../../plan/plan.ts'
import type { Vitals } from '../observe/vitals.ts'

interface Stamp {
  environment: string
  /** RFC 3339. */
  at: string
  /** Who did it: `ada@laptop`, or what `--by` says. */
  by: string
}

/** What a gate said when somebody decided by it. */
export interface GateRecord {
  gate: string
  state: string
  reason: string
}

export type RolloutEntry = Stamp &
  (
    | { event: 'starting' }
    | { event: 'started'; run: string | null; version: { from: string | null; to: string | null }; vitals: Vitals }
    | { event: 'promoted'; evidence: readonly GateRecord[]; accepted: readonly string[] }
    | { event: 'halted'; why: string; evidence: readonly GateRecord[] }
    | { event: 'reverted'; run: string }
  )

export type Stage = 'waiting' | 'starting' | 'soaking' | 'promoted' | 'halted' | 'reverted'

/** What the entries say of one environment. */
export interface EnvironmentState {
  stage: Stage
  started: Extract<RolloutEntry, { event: 'started' }> | null
  /** When the move that was started began: what ends from then on counts as since, not as before. */
  movedFrom: string | null
  /** The entry that made the stage. */
  last: RolloutEntry | null
}

const STAGES: Readonly<Record<RolloutEntry['event'], Stage>> = {
  starting: 'starting',
  started: 'soaking',
  promoted: 'promoted',
  halted: 'halted',
  reverted: 'reverted',
}

/** Adds the entries of an environment up. */
export function stateOf(entries: readonly RolloutEntry[], environment: string): EnvironmentState {
  const own = entries.filter((entry) => entry.environment === environment)
  const last = own.at(-1) ?? null
  const started = own.findLast((entry) => entry.event === 'started') ?? null
  const moving =
    started === null ? null : own.slice(0, own.indexOf(started)).findLast(({ event }) => event === 'starting')
  const movedFrom = moving?.at ?? started?.at ?? null
  return { stage: last === null ? 'waiting' : STAGES[last.event], started, movedFrom, last }
}

/** Checks entries that were read from somewhere. `where` names it. */
export function checkEntries(value: unknown, where: string): RolloutEntry[] {
  if (!Array.isArray(value)) throw malformed(where, 'entries are no list')
  return value.map((entry: unknown, index) => {
    const { environment, at, by, event } = (entry ?? {}) as Partial<Record<string, Json>>
    const isStamped = [environment, at, by].every((text) => typeof text === 'string')
    if (!isStamped || typeof event !== 'string' || !(event in STAGES))
      throw malformed(where, `entry ${index + 1} is none of ours`)
    return entry as RolloutEntry
  })
}

function malformed(where: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_ROLLOUT_STATE',
    message: `the state in ${where} cannot be read`,
    why,
    hint: 'it was changed by hand: put it back as it was; the journal of whoever began has it, too',
    exit: 'data',
  })
}

/** Somebody else wrote between our look and our write. */
export function movedMeanwhile(where: string, entries: readonly RolloutEntry[], seen: number): SparkopsError {
  const news = entries.slice(seen).map((one) => `${one.event} ${one.environment} by ${one.by} at ${one.at}`)
  return new SparkopsError({
    code: 'SO_ROLLOUT_MOVED',
    message: 'somebody else went on with this rollout at the same time',
    why: news.length > 0 ? news.join('; ') : `the state in ${where} was written since it was read`,
    hint: 'see: sparkops rollout status; nothing was recorded for you',
    exit: 'stale',
  })
}
