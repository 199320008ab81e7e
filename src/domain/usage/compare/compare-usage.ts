// Compares what a dump proves with what YuniKorn itself reported, application by application. The reports and the sums
// live in the store; only a page of applications, and their allocations on rounding edges, are held at a time.
import type { DumpInput } from '../../../ports/dump-source.ts'
import type { ColumnType, Row } from '../../../ports/fact-store.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { prepareAttribution } from '../attribution.ts'
import { SparkopsError } from '../../errors.ts'
import { type UsageLedger } from '../ledger.ts'
import { edgesSql, MATCHED, OWN_SUMS, PIECES, REPORTS, RUNS, WHOLE_SUMS } from './compare-sql.ts'
import { type ComparisonPages, pagesOf } from './comparison-pages.ts'
import { API_VERSION } from '../../document.ts'
import { type ComparedItem, toItem } from './compared-item.ts'
import { OWN_COLUMNS, ownRows } from './own-spans.ts'
import { readSummaries, type SummaryReading } from './read-summaries.ts'
import { packReport, type ReportedUsage, reportedByRest } from './reported-usage.ts'
import { ComparisonTally, type ComparisonSummary } from './tally.ts'
import { listUnreported, type UnreportedItem } from './unreported.ts'
import { decide } from './verdict.ts'

export interface CompareOptions {
  /** Scheduler logs. */
  summaries: readonly DumpInput[]
  /** Also the histories in REST snapshots; without logs they are taken anyway. */
  rest: boolean
  /** Nanoseconds within which a duration is on a rounding edge. */
  epsilon: bigint
  /** Let our sums overflow as YuniKorn's do. */
  wrap: boolean
  lenient: boolean
  progress: ReportProgress
}

/** The document. Its lists are read from the ledger's store as they are asked for: once, in order, while it is open. */
export interface UsageComparison {
  apiVersion: typeof API_VERSION
  kind: 'UsageComparison'
  items: AsyncIterable<ComparedItem>
  withoutSummary: AsyncIterable<UnreportedItem>
  summary: ComparisonSummary
}

/** Compares; every application is decided once for the summary and once more when the items are read. */
export async function compareUsage(ledger: UsageLedger, options: CompareOptions): Promise<UsageComparison> {
  const { store } = ledger
  const reading: SummaryReading = { files: 0, summaries: 0, cut: [], broken: [], brokenCount: 0 }
  const count = await loadReports(ledger, options, reading)
  options.progress({ phase: 'comparing', count, noun: 'reports' })
  await prepareAttribution(ledger, [])
  await store.table('cmp_own_judged', OWN_COLUMNS, ownRows(ledger.judged))
  const instances = ledger.timeline.instances.map((one): Row => [one.index, one.from])
  await store.table('cmp_instances', { inst: 'INTEGER', from_ts: 'BIGINT' }, instances)
  for (const sql of [REPORTS, RUNS, MATCHED, PIECES, OWN_SUMS, WHOLE_SUMS, edgesSql(options.epsilon)])
    await store.run(sql)
  const pages = await pagesOf(ledger)
  const tally = new ComparisonTally(reading, await pages.unreportedUsage())
  for await (const item of comparedItems(pages, options)) tally.add(item)
  for await (const item of listUnreported(ledger)) tally.addUnreported(item)
  return {
    apiVersion: API_VERSION,
    kind: 'UsageComparison',
    items: comparedItems(pages, options),
    withoutSummary: listUnreported(ledger),
    summary: tally.summary(),
  }
}

async function* comparedItems(pages: ComparisonPages, options: CompareOptions): AsyncGenerator<ComparedItem> {
  for await (const comparison of pages.read()) {
    const verdict = comparison.run === undefined ? undefined : await decide(comparison, { wrapped: options.wrap })
    yield toItem(comparison, verdict, options.wrap)
  }
}

const GIVEN: Readonly<Record<string, ColumnType>> = {
  app: 'VARCHAR',
  cluster: 'INTEGER',
  told_at: 'BIGINT',
  submitted: 'BIGINT',
  started: 'BIGINT',
  finished: 'BIGINT',
  packed: 'VARCHAR',
  place: 'VARCHAR',
}
const AT_ONCE = 4096
const TABLES = 'given reports runs matched instances own_judged pieces own whole edges'.split(' ')

/** Puts all reports into the table `cmp_given`; gives their number. */
async function loadReports(ledger: UsageLedger, options: CompareOptions, reading: SummaryReading): Promise<number> {
  const { store } = ledger
  for (const name of TABLES) await store.run(`DROP TABLE IF EXISTS cmp_${name}`)
  const hasLogs = options.summaries.length > 0
  const histories = options.rest || !hasLogs ? restReports(ledger) : []
  if (histories.length === 0 && !hasLogs) throw nothingReported()
  await store.table('cmp_given', GIVEN, histories)
  if (!hasLogs) return histories.length
  let rows: Row[] = []
  const flush = async (): Promise<void> => {
    await store.run('DROP TABLE IF EXISTS cmp_batch')
    await store.table('cmp_batch', GIVEN, rows)
    await store.run('INSERT INTO cmp_given SELECT * FROM cmp_batch')
    rows = []
  }
  for await (const { report, place } of readSummaries(options.summaries, reading, options)) {
    rows.push(toRow(report, undefined, place))
    if (rows.length === AT_ONCE) await flush()
  }
  await flush()
  return histories.length + reading.summaries
}

function restReports(ledger: UsageLedger): Row[] {
  const { observations, timeline } = ledger
  return [...observations.applications.values()].flatMap((seen) => {
    if (seen.history === undefined) return []
    // A snapshot may not name its cluster where there is only one.
    const cluster = Math.max(0, timeline.clusters.indexOf(seen.cluster))
    return [toRow(reportedByRest(seen, seen.history), { cluster, at: seen.seenAt }, 'a REST snapshot')]
  })
}

function toRow(report: ReportedUsage, told: { cluster: number; at: bigint } | undefined, place: string): Row {
  const { application, submissionTime, startTime, finishTime } = report
  const finished = finishTime === null ? null : BigInt(finishTime)
  // Go's zero time: it never ran.
  const started = startTime === null || startTime <= 0 ? null : BigInt(startTime)
  const times = [told?.at ?? null, BigInt(submissionTime), started, finished]
  return [application, told?.cluster ?? null, ...times, packReport(report), place]
}

function nothingReported(): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOTHING_TO_COMPARE',
    message: "There is nothing of YuniKorn's own accounting to compare with.",
    why: 'No --summary is given, and no REST snapshot in the dump shows an application with a history while it was completing.',
    hint: 'Give the log of the scheduler: --summary FILE.',
    exit: 'data',
  })
}
