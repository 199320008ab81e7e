// What a store has stated of allocations that needed judgement, and how it corrects itself: history is never written over.
// A row counts for good; where later objects show otherwise, one row takes it back and another states anew (docs/usage-store.md).
import { createHash } from 'node:crypto'
import type { FactStore, Row } from '../../../ports/fact-store.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { FACT, NAME } from '../facts.ts'
import { judgeReading, type UsageLedger } from '../ledger.ts'
import { textsOf } from '../texts.ts'
import { podKey } from '../outside/evidence.ts'
import { uidOfKey } from '../outside/pod-list.ts'
import { CLOSED_COLUMNS, FACT_COLUMNS } from '../pack-sql.ts'
import { KINDS } from '../question.ts'
import { type Reading } from '../input-record.ts'
import { buildTimeline } from '../timeline.ts'
import { loadKept } from './contents.ts'
import { filesOf, type StoreManifest } from './manifest.ts'
import { type RunFiles } from './run-files.ts'

/** Columns of the statement, in order. Times are Unix nanoseconds; what is null is not bounded. */
export const STATEMENT_COLUMNS = {
  id: 'VARCHAR',
  record: 'VARCHAR',
  run: 'INTEGER',
  stated_at: 'VARCHAR',
  cluster: 'VARCHAR',
  application: 'VARCHAR',
  allocation: 'VARCHAR',
  kind: 'VARCHAR',
  resources: 'VARCHAR',
  began_after: 'BIGINT',
  began_by: 'BIGINT',
  ended_after: 'BIGINT',
  ended_by: 'BIGINT',
  lower_seconds: 'BIGINT',
  upper_seconds: 'BIGINT',
  unbounded: 'INTEGER',
  rule: 'VARCHAR',
  app: 'BIGINT',
  k1: 'BIGINT',
  k2: 'BIGINT',
} as const

/** Rows of each kind that a run has added. */
export interface StatementTally {
  original: number
  retraction: number
  restatement: number
}

/** What is stated of one lifetime of an allocation. */
interface Statement {
  id: string
  cluster: string
  application: string
  allocation: string
  kind: string
  resources: string
  beganAfter: bigint | null
  beganBy: bigint
  endedAfter: bigint
  endedBy: bigint | null
  rule: string
  app: bigint
  k1: bigint
  k2: bigint
}

const SECOND = 1_000_000_000n
const LIFE = `code = ${FACT.add} OR code BETWEEN ${FACT.endFirst} AND ${FACT.endUnknown}`

const lifeOf = (codes: string): string => `CASE WHEN ${codes} THEN ts END`
const [ASK, ADD, END] = [
  `code = ${FACT.ask}`,
  `code = ${FACT.add}`,
  `code BETWEEN ${FACT.endFirst} AND ${FACT.endUnknown}`,
].map(lifeOf) as [string, string, string]
/** Applications of allocations that this run told of and that are not simply asked for, begun and ended, each once. */
const UNTIDY_TOLD = `SELECT f.obj AS app FROM apart f JOIN (SELECT DISTINCT k1, k2 FROM added WHERE ${LIFE}) w ON w.k1 = f.k1 AND w.k2 = f.k2
  WHERE ${LIFE} OR code = ${FACT.ask} GROUP BY f.k1, f.k2, f.obj
  HAVING NOT coalesce(min(src) = max(src) AND min(${ADD}) = max(${ADD}) AND min(${END}) = max(${END}) AND max(${ASK}) <= min(${ADD}) AND min(${ADD}) <= min(${END}), false)`

interface Parts {
  files: UsageStoreFiles
  engine: () => Promise<FactStore>
}

/** Adds to a run's files what it states otherwise than the runs before it. `base` is the manifest before the run. */
export async function restate(
  next: StoreManifest,
  base: StoreManifest,
  out: RunFiles,
  parts: Parts,
  tally: StatementTally,
): Promise<StoreManifest> {
  const engine = await parts.engine()
  try {
    const stated = await statedBefore(engine, base, parts.files)
    const kept = { files: parts.files, manifest: next, engine }
    const readingAt = await loadKept(kept, { cluster: '', wantUsers: false })
    const reading = readingAt(next)
    const told = { stated, base, next, earlier: readingAt(base), reading }
    if (!(await selectUnsettled(engine, await doubtOf(engine, told, parts.files)))) return next
    const options = { informerLatency: 0n, listings: [], sparkLogs: [] }
    const ledger = await judgeReading(engine, reading, options, () => undefined)
    const rows = await corrections(ledger, { stated, base, next, files: parts.files }, tally)
    if (rows.length === 0) return next
    await engine.table('stated', STATEMENT_COLUMNS, rows)
    await out.query(engine, 'statement', 'SELECT * FROM stated')
    return { ...next, files: [...next.files, ...out.files.filter(({ kind }) => kind === 'statement')] }
  } finally {
    await engine.close()
  }
}

/** What counts of the statement so far, by id. */
async function statedBefore(
  engine: FactStore,
  base: StoreManifest,
  files: UsageStoreFiles,
): Promise<Map<string, Statement>> {
  await engine.readParquet('statement', STATEMENT_COLUMNS, await files.fetch(filesOf(base, 'statement')))
  const rows = await engine.rows(`WITH latest AS (
    SELECT *, row_number() OVER (PARTITION BY id ORDER BY run DESC, CASE WHEN record = 'RETRACTION' THEN 1 ELSE 0 END) AS place FROM statement)
    SELECT id, cluster, application, allocation, kind, resources, began_after, began_by, ended_after, ended_by, rule, app, k1, k2
    FROM latest WHERE place = 1 AND record <> 'RETRACTION'`)
  await engine.run('CREATE TABLE stated_keys AS SELECT DISTINCT app, k1, k2 FROM statement')
  return new Map(rows.map((row) => [row[0] as string, statementOf(row)]))
}

function statementOf(row: Row): Statement {
  const [id, cluster, application, allocation, kind, resources, ...more] = row as [
    ...[string, string, string, string, string, string],
    ...[bigint | null, bigint, bigint, bigint | null, string, bigint, bigint, bigint],
  ]
  const [beganAfter, beganBy, endedAfter, endedBy, rule, app, k1, k2] = more
  return {
    ...{ id, cluster, application, allocation, kind, resources, beganAfter, beganBy, endedAfter, endedBy },
    ...{ rule, app, k1, k2 },
  }
}

/** Whether bounds stated before may have changed, so that all is judged anew, or only what this run told of. */
type Doubt = 'all' | 'told'

/**
 * Bounds rest on the schedulers that followed, on gaps, on what became of the application, and on listings. A run that
 * brought nothing of these leaves them as they are.
 */
async function doubtOf(
  engine: FactStore,
  {
    stated,
    base,
    next,
    earlier,
    reading,
  }: { stated: Map<string, Statement>; base: StoreManifest; next: StoreManifest; earlier: Reading; reading: Reading },
  files: UsageStoreFiles,
): Promise<Doubt> {
  const before = new Set(base.files.map(({ name }) => name))
  const added = { ...next, files: next.files.filter(({ name }) => !before.has(name)) }
  await engine.readParquet('added', FACT_COLUMNS, await files.fetch(filesOf(added, 'facts')))
  await engine.readParquet('added_closed', CLOSED_COLUMNS, await files.fetch(filesOf(added, 'closed')))
  if (shapeOf(earlier) !== shapeOf(reading)) return 'all'
  if (stated.size === 0) return 'told'
  const all = [...stated.values()]
  const bounded = all.filter((one) => one.beganAfter !== one.beganBy || one.endedAfter !== one.endedBy)
  const placeholder = ({ seen }: Reading, { k1, k2 }: Statement): boolean | undefined =>
    seen.allocations.get(podKey(k1, k2))?.placeholder
  if (all.some((one) => placeholder(earlier, one) !== placeholder(reading, one))) return 'all'
  const known = new Set(earlier.seen.listings.map(({ source }) => source))
  const listed = reading.seen.listings.filter(({ source }) => !known.has(source))
  if (listed.some(({ pods }) => all.some(({ k1, k2 }) => pods.has(podKey(k1, k2))))) return 'all'
  if (listed.some(({ from }) => bounded.some(({ endedBy }) => endedBy === null || endedBy > from))) return 'all'
  if (bounded.length === 0) return 'told'
  const rows = bounded.map(({ app, k1, k2 }): Row => [app, k1, k2])
  await engine.table('bounded', { app: 'BIGINT', k1: 'BIGINT', k2: 'BIGINT' }, rows)
  const [touched] =
    await engine.rows(`SELECT count(*) FROM bounded b WHERE EXISTS (SELECT 1 FROM added f WHERE f.obj = b.app OR (f.k1 = b.k1 AND f.k2 = b.k2))
    OR EXISTS (SELECT 1 FROM added_closed c WHERE c.app = b.app)`)
  return touched?.[0] === 0n ? 'told' : 'all'
}

/** The schedulers that are known, and the stretches that are covered of each, but for how far the last one reaches. */
function shapeOf({ sources, heartbeats, earlyForm }: Reading): string {
  const { instances } = buildTimeline(sources, heartbeats)
  const shapes = instances.map(({ name, cluster, covers, confirmedUntil }, index) => {
    const isLast = instances[index + 1]?.cluster !== cluster
    const ends = covers.flatMap(({ from, to, firstId }, place) => [
      from,
      isLast && place === covers.length - 1 ? '' : to,
      firstId,
    ])
    return [name, cluster, ...ends, isLast ? '' : confirmedUntil].map(String)
  })
  return JSON.stringify([shapes, earlyForm])
}

/**
 * Makes `facts` and `closed` hold what the unsettled allocations need: their applications whole, and of all others what
 * shows when each scheduler began. False when there is nothing to judge.
 */
async function selectUnsettled(engine: FactStore, doubt: Doubt): Promise<boolean> {
  await engine.run(
    doubt === 'all'
      ? `CREATE TABLE unsettled AS SELECT DISTINCT obj AS app FROM apart WHERE ${LIFE} UNION SELECT app FROM stated_keys`
      : `CREATE TABLE unsettled AS SELECT DISTINCT app FROM (${UNTIDY_TOLD}) UNION SELECT app FROM stated_keys WHERE app IN (SELECT app FROM added_closed)`,
  )
  const [row] = await engine.rows('SELECT count(*) FROM unsettled')
  if (row?.[0] === 0n) return false
  await engine.run('INSERT INTO unsettled SELECT app FROM packed LIMIT 1')
  await engine.run('CREATE TABLE closed AS SELECT * FROM packed WHERE app IN (SELECT app FROM unsettled)')
  if (doubt === 'told') await engine.run('DELETE FROM stated_keys WHERE app NOT IN (SELECT app FROM unsettled)')
  await engine.run(`CREATE TABLE facts AS SELECT * FROM apart WHERE obj IN (SELECT app FROM unsettled)
      OR code IN (${FACT.node}, ${FACT.nodeGone}, ${FACT.ready}, ${FACT.capacity}, ${FACT.place}, ${FACT.preemptedBy}, ${FACT.alive}, ${FACT.absent})
    UNION ALL SELECT src, CAST(${FACT.new} AS SMALLINT), min(ts), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM apart
      WHERE code = ${FACT.new} GROUP BY src
    UNION ALL SELECT src, CAST(${FACT.ask} AS SMALLINT), min(ts), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM (
      SELECT src, ask_ts AS ts FROM packed UNION ALL SELECT src, ts FROM apart WHERE code = ${FACT.ask}) GROUP BY src
    UNION ALL SELECT src, CAST(${FACT.place} AS SMALLINT), min(place_ts), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM packed
      WHERE place_ts IS NOT NULL GROUP BY src`)
  return true
}

interface Told {
  stated: ReadonlyMap<string, Statement>
  base: StoreManifest
  next: StoreManifest
  files: UsageStoreFiles
}

async function corrections(ledger: UsageLedger, told: Told, tally: StatementTally): Promise<Row[]> {
  const { store } = ledger
  const current = new Map((await currentStatements(ledger)).map((one) => [one.id, one]))
  const billed = await billedAsClosed(store, told)
  const rows: Row[] = []
  const add = (record: 'ORIGINAL' | 'RETRACTION' | 'RESTATEMENT', one: Statement): void => {
    rows.push(rowOf(record, one, told.next))
    tally[record.toLowerCase() as keyof StatementTally]++
  }
  const doubted = new Set(
    (await store.rows('SELECT DISTINCT k1, k2 FROM stated_keys')).map(([k1, k2]) => `${String(k1)}/${String(k2)}`),
  )
  for (const [id, before] of told.stated) {
    if (!doubted.has(`${before.k1}/${before.k2}`)) continue
    const now = current.get(id)
    if (now !== undefined && isSame(before, now)) continue
    add('RETRACTION', before)
    if (now !== undefined) add('RESTATEMENT', now)
  }
  for (const [id, now] of current) {
    if (told.stated.has(id)) continue
    add(billed.has(`${now.k1}/${now.k2}`) ? 'RESTATEMENT' : 'ORIGINAL', now)
  }
  return rows
}

/** Lifetimes that were judged and are over, and what has become of those that were stated before. */
async function currentStatements(ledger: UsageLedger): Promise<Statement[]> {
  const { store, judged, timeline } = ledger
  const rules = new Map(judged.map((span) => [`${span.lifetime.key.k1}/${span.lifetime.key.k2}/${span.s2}`, span]))
  await store.run(`CREATE TABLE stated_spans AS SELECT s.* FROM spans s JOIN (
    SELECT k1, k2 FROM judged UNION SELECT k1, k2 FROM stated_keys) w ON w.k1 = s.k1 AND w.k2 = s.k2`)
  const rows = await store.rows(
    'SELECT DISTINCT cluster, k1, k2, app, kind, s1, s2, e1, e2, res FROM stated_spans ORDER BY cluster, k1, k2, s2',
  )
  const texts = await textsOf(
    store,
    rows.map((row) => row[3] as bigint),
  )
  const names = await store.rows(`SELECT DISTINCT n.kind, n.hash, n.text FROM names n JOIN (
    SELECT k1 AS hash, ${NAME.key} AS kind FROM stated_spans UNION SELECT res, ${NAME.resource} FROM stated_spans) w ON w.hash = n.hash AND w.kind = n.kind`)
  const named = new Map(names.map(([kind, hash, text]) => [`${String(kind)}/${String(hash)}`, text as string]))
  const ordinals = new Map<string, number>()
  return rows.flatMap((row) => {
    const [cluster, k1, k2, app, kind, s1, s2, e1, e2, res] = row as [
      ...[number, bigint, bigint, bigint, number],
      ...[bigint | null, bigint, bigint, bigint | null, bigint],
    ]
    const key = `${cluster}/${k1}/${k2}`
    const ordinal = (ordinals.get(key) ?? 0) + 1
    ordinals.set(key, ordinal)
    const span = rules.get(`${k1}/${k2}/${s2}`)
    if (span?.case === 'open') return []
    const clusterName = timeline.clusters[cluster] ?? ''
    const allocation = named.get(`${NAME.key}/${k1}`) ?? uidOfKey(k1, k2)
    return {
      id: createHash('sha256')
        .update(JSON.stringify([clusterName, allocation, ordinal]))
        .digest('hex')
        .slice(0, 32),
      ...{ cluster: clusterName, application: texts.get(app) ?? '', allocation, kind: KINDS[kind]! },
      resources: named.get(`${NAME.resource}/${res}`) ?? '{}',
      ...{ beganAfter: s1, beganBy: s2, endedAfter: e1, endedBy: e2, rule: span?.rule ?? '', app, k1, k2 },
    }
  })
}

/** Allocations that runs before this one packed as closed: they were billed as that. */
async function billedAsClosed(store: FactStore, { base, files }: Told): Promise<Set<string>> {
  await store.readParquet('packed_before', CLOSED_COLUMNS, await files.fetch(filesOf(base, 'closed')))
  const rows = await store.rows(
    'SELECT DISTINCT b.k1, b.k2 FROM packed_before b JOIN judged j ON j.k1 = b.k1 AND j.k2 = b.k2',
  )
  return new Set(rows.map(([k1, k2]) => `${String(k1)}/${String(k2)}`))
}

function isSame(a: Statement, b: Statement): boolean {
  return (
    ['application', 'kind', 'resources', 'beganAfter', 'beganBy', 'endedAfter', 'endedBy', 'rule'] as const
  ).every((name) => a[name] === b[name])
}

/** Seconds are cut as a bill cuts them; what is taken back has them negative, so that rows can be summed up. */
function rowOf(record: string, one: Statement, { run, at }: StoreManifest): Row {
  const sign = record === 'RETRACTION' ? -1n : 1n
  const seconds = (from: bigint, to: bigint): bigint => (to > from ? sign * ((to - from) / SECOND) : 0n)
  const { beganAfter, beganBy, endedAfter, endedBy } = one
  const unbounded = beganAfter === null || endedBy === null
  return [
    ...[one.id, record, run, at, one.cluster, one.application, one.allocation, one.kind, one.resources],
    ...[beganAfter, beganBy, endedAfter, endedBy, seconds(beganBy, endedAfter)],
    ...[unbounded ? 0n : seconds(beganAfter, endedBy), unbounded ? Number(sign) : 0, one.rule, one.app, one.k1, one.k2],
  ]
}
