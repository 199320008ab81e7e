/** Looks at an environment: reads the cluster, keeps what is new in the record, and evaluates the gates. */
import type { Cluster } from '../../ports/cluster.ts'
import type { OutcomeRecord } from '../../ports/outcome-record.ts'
import { Sight } from '../operator/discover/sight.ts'
import type { Environment, Rollout } from './file/rollout.ts'
import { evaluateGates, judgeOutcomes } from './gates/evaluate.ts'
import type { GateName } from './gates/gate.ts'
import { type DumpUsage, usageFiguresOf } from './gates/usage-figures.ts'
import { blindSpots, readEnvironment } from './observe/read-environment.ts'
import { readVitals } from './observe/read-vitals.ts'
import type { Outcome } from './observe/outcome.ts'
import { type RolloutReport, reportOf } from './report.ts'
import { type RolloutEntry, stateOf } from './state/entries.ts'

export interface LookOptions {
  cluster: Cluster
  record: OutcomeRecord
  rollout: Rollout
  environment: Environment
  entries: readonly RolloutEntry[]
  now: number
  signal: AbortSignal
  /** Null: no dump of the scheduler's events was given. */
  dump: DumpUsage | null
  accepted?: ReadonlySet<GateName>
}

const DAY_MS = 86_400_000
/** What applications are asked for and billed by. */
export const USAGE_RESOURCES = ['vcore', 'memory'] as const
/** How long a state may last where the gate that asks for it is off. */
const STUCK_MS = 30 * 60_000

/** One look. Writes to the record alone. */
export async function lookAt(options: LookOptions): Promise<RolloutReport> {
  const { cluster, rollout, environment, entries, now, signal } = options
  const state = stateOf(entries, environment.name)
  const sight = new Sight(cluster, signal)
  const { outcomes, reading } = await takeStock(sight, options)
  // Before the operator is looked at: what cannot be seen of that, its counters say themselves.
  const unseen = blindSpots(sight)
  const vitals = await readVitals(sight, cluster, { operator: environment.operator.id, now })
  const startedAt = Date.parse(state.started?.at ?? new Date(now).toISOString())
  const movedAt = Date.parse(state.movedFrom ?? new Date(now).toISOString())
  const from = movedAt - rollout.baselineDays * DAY_MS
  const timed = outcomes.map((outcome) => ({ outcome, at: Date.parse(outcome.finishedAt) }))
  const before = timed.filter(({ at }) => at >= from && at < movedAt).map(({ outcome }) => outcome)
  const since = judgeOutcomes(
    before,
    timed.filter(({ at }) => at >= movedAt).map(({ outcome }) => outcome),
  )
  const gates = evaluateGates({
    ...{ now, startedAt, before, since, unseen, leftovers: reading.leftovers },
    usage: options.dump && usageFiguresOf(before, since, options.dump, USAGE_RESOURCES),
    soakMs: environment.soakMs,
    settings: environment.gates,
    vitals: { atStart: state.started?.vitals ?? null, now: vitals },
  })
  const accepted = options.accepted ?? new Set<GateName>()
  return reportOf(rollout, environment, {
    ...{ now, state, entries, gates, accepted, before, since, unseen },
    open: reading.applications.open,
    leftovers: reading.leftovers,
  })
}

/** Reads what is there and adds it to the record: before a start, this is the baseline. */
export async function takeStock(
  sight: Sight,
  { record, environment, now }: Pick<LookOptions, 'record' | 'environment' | 'now'>,
): Promise<{ outcomes: Outcome[]; reading: Awaited<ReturnType<typeof readEnvironment>> }> {
  const known = await record.read(environment.name)
  const reading = await readEnvironment(sight, {
    namespaces: environment.namespaces,
    now,
    stuckAfterMs: environment.gates.leftovers?.stuckAfterMs ?? STUCK_MS,
    known: known.outcomes,
    lastLook: known.lastLook,
  })
  await record.append(environment.name, reading.news, now)
  const outcomes = [...known.outcomes, ...reading.news]
  return { outcomes: outcomes.sort((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1)), reading }
}
