// The ledger: every lifetime of every allocation in a dump, with its bounds, ready to be asked. Reads the inputs,
// lets SQL reduce what is plain, judges the rest, and puts both into one table.
import { SparkopsError } from '../errors.ts'
import type { DumpInput } from '../../ports/dump-source.ts'
import type { ColumnType, FactStore, Row } from '../../ports/fact-store.ts'
import type { ReportProgress } from '../../ports/progress.ts'
import type { ScanPool } from '../../ports/scan-pool.ts'
import { CLOSED_COLUMNS } from './pack-sql.ts'
import { type JudgedSpan } from './judge/judge.ts'
import { FIRST_TICKS_NS } from './judge/evidence.ts'
import { judgeUntidy } from './judge/judge-ledger.ts'
import { OutsideEvidence, type PodListing, type SparkLog } from './outside/evidence.ts'
import {
  ALLOCS,
  COLLISIONS,
  GANGS,
  INCARNATIONS,
  INSTANCE_MARKS,
  KIND,
  LIVES,
  MARKS,
  QUEUES,
  SPANS,
} from './reduce-sql.ts'
import { type BrokenLine } from './scan/read-dump.ts'
import { type SeenRecords } from './scan/scan-part.ts'
import { type SourceRecord } from './scan/sources.ts'
import { type InputAccount, type Reading } from './input-record.ts'
import { readInputs } from './read-inputs.ts'
import { buildTimeline, coversBeginning, type Timeline } from './timeline.ts'

/** How a dump is to be read. */
export interface LedgerOptions {
  /** The cluster of what does not name its own. */
  cluster: string
  lenient: boolean
  /** Keep what tells the user of an application. */
  wantUsers: boolean
  informerLatency: bigint
  listings: readonly PodListing[]
  sparkLogs: readonly SparkLog[]
}

/** Every lifetime of a dump. The store has the tables `spans`, `incs`, `inc_queue`, `names`. */
export interface UsageLedger {
  store: FactStore
  timeline: Timeline
  observations: SeenRecords
  outside: OutsideEvidence
  /** The lifetimes that needed judgement, also in `spans`. */
  judged: JudgedSpan[]
  inputs: InputAccount[]
  broken: BrokenLine[]
  events: number
  /** Applications begin as they do before 1.6. */
  earlyForm: boolean
}

/** Reads the inputs into the store and judges. Throws on malformed input; nothing is computed from half a reading. */
export async function buildLedger(
  inputs: readonly DumpInput[],
  parts: { store: FactStore; pool?: ScanPool | undefined },
  options: LedgerOptions,
  progress: ReportProgress,
): Promise<UsageLedger> {
  const { store } = parts
  const reading = await readInputs(inputs, store, parts.pool, options, progress)
  await store.seal()
  await store.table('closed', CLOSED_COLUMNS, [])
  return await judgeReading(store, reading, options, progress)
}

/** Judges what was read: the store has the tables `facts`, `closed` and `names`, the rest is in the reading. */
export async function judgeReading(
  store: FactStore,
  reading: Reading,
  options: Pick<LedgerOptions, 'informerLatency' | 'listings' | 'sparkLogs'>,
  progress: ReportProgress,
): Promise<UsageLedger> {
  if (reading.events === 0) throw noEvents(reading.accounts)
  await refuseCollisions(store)
  const { seen, accounts, broken, events, earlyForm } = reading
  progress({ phase: 'reducing', count: events, noun: 'events' })
  const timeline = buildTimeline(reading.sources, reading.heartbeats)
  await loadSources(store, reading.sources, timeline)
  await loadObservations(store, seen, options.listings)
  await loadMoments(store, timeline)
  for (const sql of [ALLOCS, MARKS, INCARNATIONS, LIVES, QUEUES, GANGS, SPANS]) await store.run(sql)
  await applySeenPlaceholders(store)
  const outside = new OutsideEvidence([...options.listings, ...seen.listings], options.sparkLogs)
  progress({ phase: 'judging' })
  const { informerLatency } = options
  const judged = await judgeUntidy({ store, timeline, outside, observations: seen, informerLatency, earlyForm })
  await appendJudged(store, judged)
  return { store, timeline, observations: seen, outside, judged, inputs: accounts, broken, events, earlyForm }
}

async function loadSources(store: FactStore, sources: readonly SourceRecord[], timeline: Timeline): Promise<void> {
  const clusterOf = (inst: number, own: string): number =>
    timeline.clusters.indexOf(timeline.instances[inst]?.cluster ?? (own || (timeline.clusters[0] ?? '')))
  const rows = new Map(
    sources.map((source): [number, Row] => {
      const inst = timeline.instanceOf.get(source.src) ?? -1
      return [source.src, [source.src, inst, clusterOf(inst, source.cluster)]]
    }),
  )
  await store.table('sources', { src: 'INTEGER', inst: 'INTEGER', cluster: 'INTEGER' }, rows.values())
}

/** \`first_ticks\`: until when what is told in an instance may be older than it. \`gaps\`: where a stretch of an instance breaks off. */
async function loadMoments(store: FactStore, timeline: Timeline): Promise<void> {
  await store.run(INSTANCE_MARKS)
  const rows = await store.rows('SELECT inst, ready_ts FROM instance_marks WHERE ready_ts IS NOT NULL')
  const ready = new Map(rows.map(([inst, ts]) => [inst as number, ts as bigint]))
  const ticks = timeline.instances.flatMap((instance): Row[] => {
    const opened = ready.get(instance.index)
    return opened === undefined || !coversBeginning(instance) ? [] : [[instance.index, opened + FIRST_TICKS_NS]]
  })
  await store.table('first_ticks', { inst: 'INTEGER', until: 'BIGINT' }, ticks)
  const gaps = timeline.instances.flatMap(({ index, covers }) =>
    covers.slice(0, -1).map((cover): Row => [index, cover.to]),
  )
  await store.table('gaps', { inst: 'INTEGER', ts: 'BIGINT' }, gaps)
}

/** \`seen\`: what snapshots and listings tell of an allocation, for attribution. */
async function loadObservations(
  store: FactStore,
  observations: SeenRecords,
  listings: readonly PodListing[],
): Promise<void> {
  const rows = new Map<string, Row>()
  for (const [key, one] of observations.allocations)
    rows.set(key, [
      one.k1,
      one.k2,
      one.placeholder ? 1 : 0,
      one.namespace,
      one.podName,
      JSON.stringify(one.labels),
      one.node,
    ])
  for (const listing of [...observations.listings, ...listings]) {
    for (const [key, pod] of listing.pods) {
      const placeholder = pod.placeholder === undefined ? (rows.get(key)?.[2] ?? null) : pod.placeholder ? 1 : 0
      rows.set(key, [pod.k1, pod.k2, placeholder, pod.namespace, pod.name, JSON.stringify(pod.labels), pod.nodeName])
    }
  }
  const columns = {
    k1: 'BIGINT',
    k2: 'BIGINT',
    placeholder: 'INTEGER',
    namespace: 'VARCHAR',
    pod: 'VARCHAR',
    labels: 'VARCHAR',
    node: 'VARCHAR',
  } as const
  await store.table('seen', columns, rows.values())
}

/** What REST or Kubernetes says of a placeholder is certain, and overrides the inference from events. */
async function applySeenPlaceholders(store: FactStore): Promise<void> {
  await store.run(`UPDATE spans SET kind = CASE WHEN seen.placeholder = 1 THEN ${KIND.placeholder} ELSE ${KIND.used} END
    FROM seen WHERE seen.k1 = spans.k1 AND seen.k2 = spans.k2 AND seen.placeholder IS NOT NULL AND spans.kind <> ${KIND.preempted}`)
}

async function appendJudged(store: FactStore, judged: readonly JudgedSpan[]): Promise<void> {
  const kind = (span: JudgedSpan): number =>
    span.preempted ? KIND.preempted : span.placeholder ? KIND.placeholder : KIND.used
  const rows = judged.map((span): Row => {
    const { key, app, res, end, sightings, firstRes } = span.lifetime
    const inst = end?.inst ?? sightings.at(-1)!.inst
    return [
      span.incarnation?.inc ?? -1,
      key.cluster,
      inst,
      key.k1,
      key.k2,
      app,
      span.s1 ?? null,
      span.s2,
      span.e1,
      span.e2 ?? null,
      res,
      end?.code ?? 0,
      span.node ?? null,
      kind(span),
      res === firstRes ? 0 : 1,
    ]
  })
  const wide = 'BIGINT'
  const narrow = 'INTEGER'
  const columns: Record<string, ColumnType> = {
    ...{
      inc: narrow,
      cluster: narrow,
      inst: narrow,
      k1: wide,
      k2: wide,
      app: wide,
      s1: wide,
      s2: wide,
      e1: wide,
      e2: wide,
    },
    ...{ res: wide, code: narrow, node: wide, kind: narrow, resized: narrow },
  }
  await store.table('judged', columns, rows)
  await store.run('INSERT INTO spans SELECT * FROM judged')
}

/** Throws where two names share a hash. */
export async function refuseCollisions(store: FactStore): Promise<void> {
  const [collision] = await store.rows(COLLISIONS)
  if (collision === undefined) return
  throw new SparkopsError({
    code: 'SO_HASH_COLLISION',
    message: 'Two names in the dump share one hash, so they cannot be told apart.',
    why: `Dictionary ${String(collision[0])}, hash ${String(collision[1])}.`,
    hint: 'Split the dump by time and compute the parts; please report this: it should happen to nobody.',
    exit: 'bug',
  })
}

function noEvents(accounts: readonly InputAccount[]): SparkopsError {
  const foreign = accounts.filter((account) => account.foreign !== undefined).length
  return new SparkopsError({
    code: 'SO_NO_EVENTS',
    message: 'There is not one event in what was given.',
    why: `${accounts.length} files were read, ${foreign} of them are no dumps.`,
    hint: 'Name a dump of /ws/v1/events/batch or /events/stream, or a directory that holds some.',
    exit: 'data',
  })
}
