// Usage by queue: totals, and a series for each of the largest, the rest in one.
import type { Cell, FactStore, Row } from '../../../ports/fact-store.ts'
import { KIND } from '../reduce-sql.ts'
import { APPLICATION_COUNTS, bucketSums, QUEUE_COUNTS, TOTALS } from './report-sql.ts'
import type { Resources } from './resources.ts'
import type { Bounds, QueueUsage, Series, Total } from './usage-report.ts'

/** Queues that have a picture of their own. */
const DRAWN_QUEUES = 8
const KINDS = ['used', 'placeholder', 'preempted'] as const

/** A queue as it stands in the store. */
export interface NumberedQueue {
  number: number
  name: string
}

export interface QueueAnswer {
  all: QueueUsage
  queues: QueueUsage[]
  totals: Total[]
  /** Allocations of any kind together, an entry for each resource that is drawn. */
  occupied: Series[]
  counts: { applications: number; runs: number; allocations: bigint; running: bigint; lateStarts: bigint }
}

interface Draft extends NumberedQueue {
  allocations: bigint
  running: bigint
  totals: Bounds[]
}

/** Sums usage by queue, over all and by bucket. */
export async function sumQueues(
  store: FactStore,
  queues: readonly NumberedQueue[],
  resources: Resources,
  edges: readonly bigint[],
): Promise<QueueAnswer> {
  const rows = await store.rows(TOTALS)
  const counts = await countAllocations(store)
  const drafts = queues.map((queue): Draft => {
    const own = counts.byQueue.get(queue.number)
    return {
      ...queue,
      allocations: own?.used ?? 0n,
      running: own?.running ?? 0n,
      totals: sumByResource(rows, resources.drawn, queue.number),
    }
  })
  drafts.sort(byUsage)
  const groups = drafts.slice(0, DRAWN_QUEUES).map((draft) => [draft])
  const rest = drafts.slice(DRAWN_QUEUES)
  if (rest.length > 0) groups.push(rest)
  const series = await sumBuckets(store, groups, resources.drawn, edges)
  const [applications, runs] = (await store.rows(APPLICATION_COUNTS))[0]!
  return {
    all: usageOf('all queues', drafts, seriesSum(series.used, resources.drawn, edges)),
    queues: groups.map((group, slot) => usageOf(groupName(group), group, series.used[slot]!)),
    totals: totalsOf(rows, resources),
    occupied: series.occupied,
    counts: { applications: Number(applications), runs: Number(runs), ...counts.all },
  }
}

function groupName(group: readonly Draft[]): string {
  return group.length === 1 ? group[0]!.name : `${group.length} other queues`
}

/** The largest first: by CPU, or whatever comes first among the resources. */
function byUsage(a: Draft, b: Draft): number {
  const [left, right] = [a.totals[0]?.lower ?? 0n, b.totals[0]?.lower ?? 0n]
  if (left !== right) return left > right ? -1 : 1
  return a.number - b.number
}

function usageOf(name: string, group: readonly Draft[], series: Series[]): QueueUsage {
  return {
    name,
    members: group.length,
    allocations: group.reduce((sum, one) => sum + one.allocations, 0n),
    running: group.reduce((sum, one) => sum + one.running, 0n),
    totals: series.map((_, resource) => addBounds(group.map((one) => one.totals[resource]!))),
    series,
  }
}

function addBounds(parts: readonly Bounds[]): Bounds {
  return parts.reduce((sum, one) => ({ lower: sum.lower + one.lower, upper: sum.upper + one.upper }), {
    lower: 0n,
    upper: 0n,
  })
}

function sumByResource(rows: readonly Row[], drawn: number, queue: number): Bounds[] {
  const totals = Array.from({ length: drawn }, () => ({ lower: 0n, upper: 0n }))
  for (const [of, kind, resource, lower, upper] of rows) {
    if (of !== queue || kind !== KIND.used || Number(resource) >= drawn) continue
    totals[Number(resource)] = { lower: lower as bigint, upper: upper as bigint }
  }
  return totals
}

function totalsOf(rows: readonly Row[], resources: Resources): Total[] {
  const sums = new Map<string, Total>()
  for (const row of rows) {
    const [, kind, resource, lower, upper, exact] = row as [number, number, number, bigint, bigint, bigint]
    const key = `${kind}/${resource}`
    const sum = sums.get(key)
    sums.set(key, {
      kind: KINDS[kind]!,
      resource: resources.all[resource]!,
      lower: (sum?.lower ?? 0n) + lower,
      upper: (sum?.upper ?? 0n) + upper,
      exact: (sum?.exact ?? 0n) + exact,
    })
  }
  const place = (total: Total): number => KINDS.indexOf(total.kind) * 1000 + resources.all.indexOf(total.resource)
  return [...sums.values()].sort((a, b) => place(a) - place(b))
}

interface AllocationCounts {
  byQueue: Map<number, { used: bigint; running: bigint }>
  all: { allocations: bigint; running: bigint; lateStarts: bigint }
}

async function countAllocations(store: FactStore): Promise<AllocationCounts> {
  const counts: AllocationCounts = { byQueue: new Map(), all: { allocations: 0n, running: 0n, lateStarts: 0n } }
  for (const [queue, used, running, late, all, open] of await store.rows(QUEUE_COUNTS)) {
    counts.byQueue.set(Number(queue), { used: big(used), running: big(running) })
    counts.all.allocations += big(all)
    counts.all.running += big(open)
    counts.all.lateStarts += big(late)
  }
  return counts
}

function big(cell: Cell | undefined): bigint {
  return BigInt(cell as bigint | number)
}

async function sumBuckets(
  store: FactStore,
  groups: readonly (readonly NumberedQueue[])[],
  drawn: number,
  edges: readonly bigint[],
): Promise<{ used: Series[][]; occupied: Series[] }> {
  await store.table(
    'report_buckets',
    { bucket: 'INTEGER', w0: 'BIGINT', w1: 'BIGINT' },
    edges.slice(1).map((edge, bucket): Row => [bucket, edges[bucket]!, edge]),
  )
  await store.table(
    'report_slots',
    { queue: 'INTEGER', slot: 'INTEGER' },
    groups.flatMap((group, slot) => group.map(({ number }): Row => [number, slot])),
  )
  const used = groups.map(() => emptySeries(drawn, edges))
  const occupied = emptySeries(drawn, edges)
  for await (const rows of store.chunks(bucketSums(drawn))) {
    for (const row of rows) {
      const [bucket, slot, isUsed, resource, lower, upper] = row as [number, number, number, number, bigint, bigint]
      const parts = isUsed === 1 ? [used[slot]![resource]!, occupied[resource]!] : [occupied[resource]!]
      for (const series of parts) add(series, bucket, lower, upper)
    }
  }
  return { used, occupied }
}

function add(series: Series, bucket: number, lower: bigint, upper: bigint): void {
  series.lower[bucket] = series.lower[bucket]! + lower
  series.upper[bucket] = series.upper[bucket]! + upper
}

function emptySeries(drawn: number, edges: readonly bigint[]): Series[] {
  const zeros = (): bigint[] => edges.slice(1).map(() => 0n)
  return Array.from({ length: drawn }, () => ({ lower: zeros(), upper: zeros() }))
}

function seriesSum(groups: readonly (readonly Series[])[], drawn: number, edges: readonly bigint[]): Series[] {
  const sum = emptySeries(drawn, edges)
  for (const group of groups) {
    for (const [resource, series] of group.entries())
      for (const [bucket, lower] of series.lower.entries()) add(sum[resource]!, bucket, lower, series.upper[bucket]!)
  }
  return sum
}
