// Collects from a ledger what a report shows. Sums are SQL's; what is small is put together here.
import { API_VERSION } from '../../document.ts'
import type { Row } from '../../../ports/fact-store.ts'
import { type UsageLedger } from '../ledger.ts'
import { findTopApplications } from './applications.ts'
import { sumCapacity } from './capacity.ts'
import { describeGhosts } from './ghosts.ts'
import { bucketEdges, bucketSize, darkTimes, periodOf, restartsOf } from './period.ts'
import { describeQuality } from './quality.ts'
import { type NumberedQueue, sumQueues } from './queues.ts'
import { INCARNATION_QUEUES, LIFETIME_ENDS, periodSpans, QUEUE_COUNTS, QUEUE_NUMBERS } from './report-sql.ts'
import { loadResources } from './resources.ts'
import type { Period, ReportComparison, UsageReport } from './usage-report.ts'

export interface ReportOptions {
  /** When it is made; ISO 8601. */
  createdAt: string
  /** YuniKorn's own figures beside ours, if there are any. */
  comparison: ReportComparison | null
}

const TABLES = ['value', 'seen', 'inc', 'queues', 'spans', 'buckets', 'slots', 'apps'].map((name) => `report_${name}`)

/** Everything that the report's pictures and tables show. Leaves tables named `report_…` in the ledger's store. */
export async function collectReport(ledger: UsageLedger, options: ReportOptions): Promise<UsageReport> {
  const { store, timeline } = ledger
  for (const table of TABLES) await store.run(`DROP TABLE IF EXISTS ${table}`)
  const period = await reportPeriod(ledger)
  const bucketNanos = bucketSize(period)
  const edges = bucketEdges(period, bucketNanos)
  const resources = await loadResources(store)
  const queues = await loadQueues(ledger, period)
  const answer = await sumQueues(store, queues, resources, edges)
  const nameOf = new Map(queues.map(({ number, name }) => [number, name]))
  const applications = await findTopApplications(store, answer.all.totals, (queue) => nameOf.get(queue) ?? '')
  const dark = darkTimes(timeline.instances)
  const ghosts = await describeGhosts(store, ledger.judged, dark, (cluster) => timeline.clusters[cluster] ?? '')
  const offered = await sumCapacity(store, timeline, resources, edges)
  const restarts = restartsOf(timeline.instances)
  return {
    apiVersion: API_VERSION,
    kind: 'UsageReport',
    createdAt: options.createdAt,
    clusters: timeline.clusters,
    period,
    bucketNanos,
    edges,
    resources: resources.all.slice(0, resources.drawn),
    headline: {
      ...answer.counts,
      used: answer.totals.filter((total) => total.kind === 'used'),
      ghosts: ghosts.count,
      restarts: restarts.length,
      outages: dark.filter((time) => time.kind === 'outage').length,
      gaps: dark.filter((time) => time.kind === 'gap').length,
      darkNanos: dark.reduce((sum, time) => sum + time.to - time.from, 0n),
    },
    totals: answer.totals,
    all: answer.all,
    queues: answer.queues,
    applications,
    restarts,
    dark,
    ghosts,
    capacity: offered === null ? null : { ...offered, occupied: answer.occupied },
    comparison: options.comparison,
    quality: await describeQuality(ledger, dark, await allocationsWithoutQueue(ledger, queues)),
  }
}

async function reportPeriod({ store, timeline }: UsageLedger): Promise<Period> {
  const ends = (await store.rows(LIFETIME_ENDS))[0] ?? []
  return periodOf(
    timeline.instances,
    ends.filter((cell) => cell !== null).map((cell) => cell as bigint),
  )
}

const UNKNOWN_QUEUE = '(unknown)'

async function loadQueues(ledger: UsageLedger, period: Period): Promise<NumberedQueue[]> {
  const { store, timeline, observations } = ledger
  const seen = [...observations.applications.values()].map(({ cluster, app, queue }): Row => {
    // A snapshot that does not name its cluster is of the only one.
    const known = timeline.clusters.indexOf(cluster)
    return [known < 0 ? 0 : known, app, queue]
  })
  await store.table('report_seen', { cluster: 'INTEGER', app: 'VARCHAR', queue: 'VARCHAR' }, seen)
  await store.run(INCARNATION_QUEUES)
  await store.run(QUEUE_NUMBERS)
  await store.run(periodSpans(period))
  const rows = await store.rows('SELECT queue, cluster, name FROM report_queues ORDER BY queue')
  const several = timeline.clusters.length > 1
  return rows.map(([number, cluster, name]) => {
    const path = (name as string) || UNKNOWN_QUEUE
    const prefix = several ? `${timeline.clusters[Number(cluster)] || '(unnamed)'}: ` : ''
    return { number: Number(number), name: prefix + path }
  })
}

async function allocationsWithoutQueue(ledger: UsageLedger, queues: readonly NumberedQueue[]): Promise<bigint> {
  const unknown = new Set(queues.filter(({ name }) => name.endsWith(UNKNOWN_QUEUE)).map(({ number }) => number))
  const rows = await ledger.store.rows(QUEUE_COUNTS)
  return rows.filter(([queue]) => unknown.has(Number(queue))).reduce((sum, row) => sum + (row[4] as bigint), 0n)
}
