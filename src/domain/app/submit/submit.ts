/** Submits applications, one or a burst, and follows them as far as is asked. */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { type ExitName, SparkopsError } from '../../errors.ts'
import { POD_LABELS } from '../../operator/discover/driver-pods.ts'
import { type Percentiles, percentilesOf } from '../../statistics/percentiles.ts'
import { labelValue, RUN } from '../labels.ts'
import { mergeStreams } from '../merge-streams.ts'
import { type Observation, phaseOf } from '../observation.ts'
import { keyOf } from '../read.ts'
import { type Tracked, track } from '../track.ts'
import { type Condition, explained, waitRow, type WaitRow } from '../wait.ts'

export interface ApplicationSubmission extends Document {
  kind: 'ApplicationSubmission'
  dryRun: boolean
  /** The value of the label sparkops.dev/run, by which they are found and swept. */
  run: string
  items: SubmittedRow[]
  /** Milliseconds from sending the request, as this machine saw them. */
  latency: { accepted: Percentiles | null; driver: Percentiles | null; running: Percentiles | null }
  waitedFor: Condition | null
  exit: ExitName
}

export interface SubmittedRow extends WaitRow {
  uid: string | null
  /** Why the server did not take it. */
  refused: string | null
  /** Until the server had accepted it, its driver pod was seen, and its driver was seen to run. */
  latency: { accepted: number | null; driver: number | null; running: number | null }
}

export interface SubmitOptions {
  cluster: Cluster
  type: ResourceType
  objects: readonly KubeObject[]
  run: string
  /** Submissions in a second; undefined: one after the other as fast as they are accepted. */
  rate: number | undefined
  /** undefined: only until they are accepted. */
  condition: Condition | undefined
  timeoutMs: number | undefined
  signal: AbortSignal
  now: () => number
  sleep: (milliseconds: number) => Promise<void>
  onChange?: (row: WaitRow) => void
  onTrouble?: (trouble: string) => void
}

interface Entry {
  object: KubeObject
  key: string
  sentAt?: number
  uid?: string
  refused?: SparkopsError
  latency: SubmittedRow['latency']
  row?: WaitRow
}

/** Validated applications, created. A burst is open-loop: each is sent when it is due, however slow the last was. */
export async function submitApplications(options: SubmitOptions): Promise<ApplicationSubmission> {
  const entries = options.objects.map((object): Entry => ({
    object,
    key: keyOf(object.metadata.namespace, object.metadata.name),
    latency: { accepted: null, driver: null, running: null },
  }))
  if (options.condition === undefined) for await (const _ of creations(entries, options));
  else await follow(entries, options.condition, options)
  const [first] = entries
  if (entries.length === 1 && first?.refused !== undefined) throw first.refused
  return submissionOf(entries, options)
}

/** Sends all, yields each as it is answered. */
async function* creations(entries: readonly Entry[], options: SubmitOptions): AsyncGenerator<Entry> {
  const { rate, signal, now, sleep } = options
  if (rate === undefined) {
    for (const entry of entries) yield await create(entry, options)
    return
  }
  const begun = now()
  const due = async (entry: Entry, index: number): Promise<Entry> => {
    await sleep(Math.max(0, begun + (index * 1000) / rate - now()))
    signal.throwIfAborted()
    return await create(entry, options)
  }
  yield* mergeStreams(entries.map((entry, index) => once(due(entry, index))))
}

async function* once<T>(promise: Promise<T>): AsyncGenerator<T> {
  yield await promise
}

async function create(entry: Entry, { cluster, type, signal, now }: SubmitOptions): Promise<Entry> {
  entry.sentAt = now()
  try {
    const { object } = await cluster.create(type, entry.object, { fieldValidation: 'Strict', signal })
    entry.uid = object.metadata.uid ?? ''
    entry.latency.accepted = now() - entry.sentAt
  } catch (error) {
    if (!(error instanceof SparkopsError)) throw error
    entry.refused = error
  }
  return entry
}

/** Watches before anything is sent, so that no driver is missed, and until each is where it should be. */
async function follow(entries: readonly Entry[], condition: Condition, options: SubmitOptions): Promise<void> {
  const { cluster, timeoutMs, signal, now, onChange, onTrouble } = options
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  const until = limit === undefined ? signal : AbortSignal.any([signal, limit])
  const byKey = new Map(entries.map((entry) => [entry.key, entry]))
  const scope = { namespace: entries[0]!.object.metadata.namespace, labelSelector: `${RUN}=${labelValue(options.run)}` }
  let latest: Tracked | undefined
  const look = (entry: Entry): void => {
    const observation = latest?.get(entry.key)
    if (latest === undefined || observation === undefined || entry.sentAt === undefined) return
    measure(entry, observation, now())
    const row = waitRow(entry.key, latest, condition, now())
    const isNews = row.state !== entry.row?.state || row.failure?.reason !== entry.row.failure?.reason
    entry.row = row
    if (isNews) onChange?.(row)
  }
  let sayListed = (): void => undefined
  const listed = new Promise<void>((resolve) => (sayListed = resolve))
  const sent = async function* (): AsyncGenerator<Entry> {
    await listed
    if (until.aborted) return
    yield* creations(entries, options)
  }
  until.addEventListener('abort', sayListed, { once: true })
  const enough = new AbortController()
  const watching = { signal: AbortSignal.any([until, enough.signal]), ...(onTrouble && { onTrouble }) }
  for await (const update of mergeStreams<Tracked | Entry>([track(cluster, scope, watching), sent()])) {
    if ('object' in update) look(update)
    else {
      latest = update
      if (update.changed === undefined) sayListed()
      const entry = update.changed === undefined ? undefined : byKey.get(update.changed)
      if (entry !== undefined) look(entry)
    }
    if (entries.every(({ refused, row }) => refused !== undefined || (row !== undefined && row.standing !== 'open')))
      break
  }
  enough.abort()
  signal.throwIfAborted()
  const waited = entries.filter(({ row }) => row !== undefined)
  const rows = await explained(
    waited.map(({ row }) => row!),
    { cluster, scope, now, signal },
  )
  waited.forEach((entry, index) => (entry.row = rows[index]!))
}

function measure(entry: Entry, { driver }: Observation, now: number): void {
  if (driver === undefined || driver.metadata.labels?.[POD_LABELS.applicationName] === undefined) return
  entry.latency.driver ??= now - entry.sentAt!
  if (['Running', 'Succeeded', 'Failed'].includes(phaseOf(driver) ?? '')) entry.latency.running ??= now - entry.sentAt!
}

function submissionOf(entries: readonly Entry[], options: SubmitOptions): ApplicationSubmission {
  const items = entries.map(submittedRow)
  const measured = (field: keyof SubmittedRow['latency']): Percentiles | null =>
    percentilesOf(items.flatMap(({ latency }) => latency[field] ?? []))
  return {
    apiVersion: API_VERSION,
    kind: 'ApplicationSubmission',
    dryRun: false,
    run: options.run,
    items,
    latency: { accepted: measured('accepted'), driver: measured('driver'), running: measured('running') },
    waitedFor: options.condition ?? null,
    exit: exitOf(items, options.condition),
  }
}

function submittedRow({ object, uid, refused, latency, row }: Omit<Entry, 'key'>): SubmittedRow {
  const open: WaitRow = {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    state: refused === undefined ? 'NEW' : 'REFUSED',
    standing: 'open',
    exitCode: null,
    failure: null,
  }
  return {
    ...(row ?? open),
    uid: uid ?? null,
    refused: refused === undefined ? null : `${refused.message}: ${refused.why ?? ''}`,
    latency,
  }
}

/** A refusal among many is a part that is missing; a failed job counts more than one that is still under way. */
function exitOf(items: readonly SubmittedRow[], condition: Condition | undefined): ExitName {
  const refused = items.filter((item) => item.refused !== null).length
  if (refused === items.length) return 'failed'
  if (condition !== undefined && items.some(({ standing }) => standing === 'impossible')) return 'failed'
  if (refused > 0) return 'partial'
  return condition !== undefined && items.some(({ standing }) => standing === 'open') ? 'pending' : 'ok'
}

/** What --dry-run gives: what would be created, which the server has looked at. */
export function dryRunOf(objects: readonly KubeObject[], run: string): ApplicationSubmission {
  const items = objects.map((object) =>
    submittedRow({ object, latency: { accepted: null, driver: null, running: null } }),
  )
  const latency = { accepted: null, driver: null, running: null }
  return {
    apiVersion: API_VERSION,
    kind: 'ApplicationSubmission',
    dryRun: true,
    run,
    items,
    latency,
    waitedFor: null,
    exit: 'ok',
  }
}
