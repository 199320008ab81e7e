import { describe, expect, it } from 'vitest'
import { bucketEdges, bucketSize, darkTimes, restartsOf } from '../../../../src/domain/usage/report/period.ts'
import type { SchedulerInstance } from '../../../../src/domain/usage/timeline.ts'

const SECOND = 1_000_000_000n

function instance(cluster: string, name: string, covers: [number, number][], confirmed?: number): SchedulerInstance {
  return {
    index: 0,
    cluster,
    name,
    named: true,
    covers: covers.map(([from, to]) => ({
      ...{ from: BigInt(from) * SECOND, to: BigInt(to) * SECOND },
      ...{ firstId: null, lastId: null, boot: false },
    })),
    from: BigInt(covers[0]![0]) * SECOND,
    confirmedUntil: confirmed === undefined ? undefined : BigInt(confirmed) * SECOND,
  }
}

describe('buckets', () => {
  it.each([10n, 61n, 424n, 3_600n, 86_400n, 40n * 86_400n, 4_000n * 86_400n])(
    'of %i seconds lie on round times and are at most 181',
    (seconds) => {
      const period = { from: 1_795_375_760_805_239_164n, to: 1_795_375_760_805_239_164n + seconds * SECOND }
      const size = bucketSize(period)
      const edges = bucketEdges(period, size)
      expect(edges[0]).toBe(period.from)
      expect(edges.at(-1)).toBe(period.to)
      expect(edges.length - 1).toBeLessThanOrEqual(181)
      if (seconds >= 61n) expect(edges.length - 1).toBeGreaterThanOrEqual(60)
      for (const edge of edges.slice(1, -1)) expect(edge % size).toBe(0n)
    },
  )

  it('are never shorter than half a bucket', () => {
    for (let tail = 1n; tail < 40n; tail++) {
      const period = { from: 1n, to: 600n * SECOND + (tail * SECOND) / 10n }
      const size = bucketSize(period)
      const edges = bucketEdges(period, size)
      const lengths = edges.slice(1).map((edge, index) => edge - edges[index]!)
      for (const length of lengths) expect(length * 2n).toBeGreaterThanOrEqual(size)
    }
  })

  it('exist for a period of no length', () => {
    expect(bucketEdges({ from: 5n, to: 5n }, SECOND)).toEqual([5n, 5n + SECOND])
  })
})

describe('dark times', () => {
  it('lie between two schedulers, or in a hole of one, and not where covers overlap', () => {
    const dark = darkTimes([
      instance('a', 'one', [
        [0, 10],
        [15, 20],
      ]),
      instance('a', 'two', [[30, 40]]),
      instance('a', 'three', [[38, 50]]),
    ])
    expect(dark.map(({ kind, from, to }) => [kind, from / SECOND, to / SECOND])).toEqual([
      ['gap', 10n, 15n],
      ['outage', 20n, 30n],
    ])
  })

  it('begin only after a heartbeat that saw nothing new', () => {
    const dark = darkTimes([instance('a', 'one', [[0, 10]], 12), instance('a', 'two', [[20, 30]])])
    expect(dark[0]!.from).toBe(12n * SECOND)
  })

  it('are of one cluster, as restarts are', () => {
    const instances = [instance('a', 'one', [[0, 10]]), instance('b', 'other', [[20, 30]])]
    expect(darkTimes(instances)).toEqual([])
    expect(restartsOf(instances)).toEqual([])
  })
})
