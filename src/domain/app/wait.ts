/** Waits for applications to become something, and knows when they no longer can. */
import type { Cluster } from '../../ports/cluster.ts'
import { API_VERSION, type Document } from '../document.ts'
import type { ExitName } from '../errors.ts'
import type { Failure } from './failure/classify.ts'
import { failureOf } from './failure/classify.ts'
import { type Observation, phaseOf } from './observation.ts'
import { type Scope, keyOf, readApplications } from './read.ts'
import { mainStatus } from './row.ts'
import { numberAt } from '../operator/discover/json.ts'
import { Sight } from '../operator/discover/sight.ts'
import { type Tracked, track } from './track.ts'

export const CONDITIONS = ['submitted', 'running', 'completed', 'ended', 'failed', 'deleted'] as const
/** `running`: its driver has run, even if it has ended since; `ended`: completed or failed. */
export type Condition = (typeof CONDITIONS)[number]

/** `met`, `impossible` (it ended otherwise, or is gone), or `open`. */
export type Standing = 'met' | 'impossible' | 'open'

export interface WaitRow {
  namespace: string
  name: string
  state: string
  standing: Standing
  /** The driver's exit code, where its pod is there. */
  exitCode: number | null
  failure: Failure | null
}

export interface ApplicationWait extends Document {
  kind: 'ApplicationWait'
  for: Condition
  items: WaitRow[]
  timedOut: boolean
  exit: ExitName
}

/** How an application stands to a condition. `undefined`: it is not there. */
export function standingOf(observation: Observation | undefined, condition: Condition): Standing {
  if (condition === 'deleted') return observation === undefined ? 'met' : 'open'
  if (observation === undefined) return 'impossible'
  const { state } = observation.application
  const hasRun = ['Running', 'Succeeded', 'Failed'].includes(phaseOf(observation.driver) ?? '')
  switch (condition) {
    case 'submitted':
      if (!['', 'SUBMISSION_FAILED', 'PENDING_RERUN', 'FAILED'].includes(state) || hasRun) return 'met'
      return state === 'FAILED' ? 'impossible' : 'open'
    case 'running':
      if (['RUNNING', 'SUCCEEDING', 'FAILING', 'COMPLETED'].includes(state) || hasRun) return 'met'
      return state === 'FAILED' ? 'impossible' : 'open'
    case 'completed':
      return state === 'COMPLETED' ? 'met' : state === 'FAILED' ? 'impossible' : 'open'
    case 'failed':
      return state === 'FAILED' ? 'met' : state === 'COMPLETED' ? 'impossible' : 'open'
    case 'ended':
      return state === 'COMPLETED' || state === 'FAILED' ? 'met' : 'open'
  }
}

export interface WaitOptions {
  cluster: Cluster
  scope: Scope
  /** `namespace/name` of those that are waited for; undefined: whatever the scope finds at first. */
  keys?: readonly string[] | undefined
  condition: Condition
  /** Milliseconds; undefined: for ever. */
  timeoutMs: number | undefined
  signal: AbortSignal
  now: () => number
  onChange?: (row: WaitRow) => void
  onTrouble?: (trouble: string) => void
}

/** Ends when all have met the condition or no longer can, or when the time is over. */
export async function waitFor(options: WaitOptions): Promise<ApplicationWait> {
  const { cluster, scope, condition, timeoutMs, signal, now, onChange, onTrouble } = options
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  const until = limit === undefined ? signal : AbortSignal.any([signal, limit])
  const rows = new Map<string, WaitRow>()
  for await (const tracked of track(cluster, scope, { signal: until, ...(onTrouble && { onTrouble }) })) {
    if (tracked.changed === undefined) {
      const first =
        options.keys ?? tracked.all().map(({ application }) => `${application.namespace}/${application.name}`)
      for (const key of first) rows.set(key, waitRow(key, tracked, condition, now()))
      for (const row of rows.values()) onChange?.(row)
    } else if (rows.has(tracked.changed)) {
      const row = waitRow(tracked.changed, tracked, condition, now())
      if (differs(row, rows.get(tracked.changed)!)) onChange?.(row)
      rows.set(tracked.changed, row)
    }
    if ([...rows.values()].every(({ standing }) => standing !== 'open')) break
  }
  signal.throwIfAborted()
  const items = await explained([...rows.values()], options)
  const timedOut = items.some(({ standing }) => standing === 'open')
  return { apiVersion: API_VERSION, kind: 'ApplicationWait', for: condition, items, timedOut, exit: waitExit(items) }
}

/** The rows with the reasons that only events tell: the watch does not follow these. */
export async function explained<R extends WaitRow>(
  rows: readonly R[],
  { cluster, scope, now, signal }: Pick<WaitOptions, 'cluster' | 'scope' | 'now' | 'signal'>,
): Promise<R[]> {
  const isClear = ({ state }: R): boolean => state === 'COMPLETED' || state === 'DELETED'
  if (rows.every(isClear)) return [...rows]
  const seen = new Map(
    (await readApplications(new Sight(cluster, signal), scope)).map((one) => [
      keyOf(one.application.namespace, one.application.name),
      one,
    ]),
  )
  return rows.map((row) => {
    const observation = seen.get(keyOf(row.namespace, row.name))
    // What has gone on since is another answer's.
    if (isClear(row) || observation === undefined || (observation.application.state || 'NEW') !== row.state) return row
    return { ...row, failure: failureOf(observation, now()) ?? null }
  })
}

/** 1 where one can no longer be met, else 8 where one is still open. */
export function waitExit(items: readonly Pick<WaitRow, 'standing'>[]): ExitName {
  if (items.some(({ standing }) => standing === 'impossible')) return 'failed'
  return items.some(({ standing }) => standing === 'open') ? 'pending' : 'ok'
}

export function waitRow(key: string, tracked: Pick<Tracked, 'get'>, condition: Condition, now: number): WaitRow {
  const observation = tracked.get(key)
  const slash = key.indexOf('/')
  return {
    namespace: key.slice(0, slash),
    name: key.slice(slash + 1),
    state: observation === undefined ? 'DELETED' : observation.application.state || 'NEW',
    standing: standingOf(observation, condition),
    exitCode:
      (observation?.driver && numberAt(mainStatus(observation.driver), 'state', 'terminated', 'exitCode')) ?? null,
    failure: (observation && failureOf(observation, now)) ?? null,
  }
}

function differs(row: WaitRow, before: WaitRow): boolean {
  return (
    row.state !== before.state || row.failure?.reason !== before.failure?.reason || row.standing !== before.standing
  )
}
