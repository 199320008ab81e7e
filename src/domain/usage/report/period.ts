// The period of a report and the buckets of its pictures.
import { type SchedulerInstance } from '../timeline.ts'
import type { DarkTime, Period, Restart } from './usage-report.ts'

const SECOND = 1_000_000_000n
const DAY = 86_400
const BUCKET_SECONDS = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200],
  ...[DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY],
].map((seconds) => BigInt(seconds) * SECOND)
/** More than these are more than a picture can show. */
const MOST_BUCKETS = 180n

/** The last moment known of an instance. */
export function endOfInstance(instance: SchedulerInstance): bigint {
  const last = instance.covers.at(-1)?.to ?? instance.from
  return instance.confirmedUntil !== undefined && instance.confirmedUntil > last ? instance.confirmedUntil : last
}

/** From the first to the last moment known, of schedulers and of lifetimes. */
export function periodOf(instances: readonly SchedulerInstance[], lifetimes: readonly bigint[]): Period {
  const moments = [...lifetimes, ...instances.flatMap((one) => [one.from, endOfInstance(one)])]
  return { from: moments.reduce((a, b) => (a < b ? a : b)), to: moments.reduce((a, b) => (a > b ? a : b)) }
}

/** The width of a bucket: a round time of which at most 180 fill the period. */
export function bucketSize({ from, to }: Period): bigint {
  const found = BUCKET_SECONDS.find((size) => (to - from) / size < MOST_BUCKETS)
  if (found !== undefined) return found
  let size = BUCKET_SECONDS.at(-1)!
  while ((to - from) / size >= MOST_BUCKETS) size *= 2n
  return size
}

/**
 * The edges of buckets on round times. The first and last bucket are cut by the period; one that would be shorter
 * than half is joined to its neighbour, since a mean over a moment says nothing.
 */
export function bucketEdges({ from, to }: Period, size: bigint): bigint[] {
  const edges = [from]
  for (let edge = (from / size + 1n) * size; edge < to; edge += size) {
    const isFirst = edges.length === 1
    if (isFirst && (edge - from) * 2n < size) continue
    if ((to - edge) * 2n < size && !isFirst) break
    edges.push(edge)
  }
  edges.push(to > from ? to : from + SECOND)
  return edges
}

/** Times in which nobody saw what happened, of every cluster, in order. */
export function darkTimes(instances: readonly SchedulerInstance[]): DarkTime[] {
  const dark: DarkTime[] = []
  for (const cluster of new Set(instances.map((one) => one.cluster))) {
    const covers = instances
      .filter((one) => one.cluster === cluster)
      .flatMap((instance) => {
        const last = instance.covers.at(-1)
        return instance.covers.map((cover) => ({
          instance,
          from: cover.from,
          to: cover === last ? endOfInstance(instance) : cover.to,
        }))
      })
      .sort((a, b) => (a.from < b.from ? -1 : 1))
    let before = covers[0]
    for (const cover of covers.slice(1)) {
      if (cover.from > before!.to) {
        const kind = cover.instance === before!.instance ? 'gap' : 'outage'
        dark.push({ cluster, kind, from: before!.to, to: cover.from })
      }
      if (cover.to > before!.to) before = cover
    }
  }
  return dark.sort((a, b) => (a.from < b.from ? -1 : 1))
}

/** Where a scheduler began after another of its cluster. */
export function restartsOf(instances: readonly SchedulerInstance[]): Restart[] {
  const seen = new Set<string>()
  return instances.flatMap((one) => {
    const isFirst = !seen.has(one.cluster)
    seen.add(one.cluster)
    return isFirst ? [] : [{ cluster: one.cluster, at: one.from, instance: one.name }]
  })
}
