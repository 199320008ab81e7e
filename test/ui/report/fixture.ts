/** Reports made by hand: every kind of picture, and as much of it as there can be. */
import type {
  ComparedApplication,
  Ghost,
  QueueUsage,
  ReportResource,
  Series,
  UsageReport,
  Verdict,
} from '../../../src/domain/usage/report/usage-report.ts'

const SECOND = 1_000_000_000n
const BEGIN = 1_795_375_760n * SECOND

/** A name that would be code if it were not escaped, in HTML, in attributes and in a script. */
export const HOSTILE = `</script><img src=x onerror="window.owned=1">'"&\u2028\u202e<!--`

export interface FixtureOptions {
  buckets?: number
  queues?: number
  resources?: number
  ghosts?: number
  compared?: number
  name?: (kind: string, index: number) => string
}

const RESOURCES: readonly ReportResource[] = [
  { name: 'vcore', label: 'CPU', unit: 'cores', hours: 'core-hours', perUnit: 1000n },
  { name: 'memory', label: 'Memory', unit: 'GiB', hours: 'GiB-hours', perUnit: 1n << 30n },
  { name: 'nvidia.com/gpu', label: 'GPU (nvidia.com/gpu)', unit: 'GPUs', hours: 'GPU-hours', perUnit: 1n },
  { name: 'example.com/fpga', label: 'example.com/fpga', unit: 'fpga', hours: 'fpga-hours', perUnit: 1n },
]
const PROOFS = ['proven', 'rule', 'open'] as const
const VERDICTS: readonly Verdict[] = ['equal', 'reconciled', 'explained', 'ambiguous', 'different']

export function fixture(options: FixtureOptions = {}): UsageReport {
  const { buckets = 60, queues = 3, resources = 2, ghosts = 6, compared = 10 } = options
  const name = options.name ?? ((kind, index) => `${kind}-${index}`)
  const size = 10n * SECOND
  const edges = Array.from({ length: buckets + 1 }, (_, index) => BEGIN + BigInt(index) * size)
  const period = { from: BEGIN, to: edges.at(-1)! }
  const shown = RESOURCES.slice(0, resources)
  const lines = Array.from({ length: queues }, (_, index) =>
    queueUsage(name('root.queue', index), index, buckets, shown),
  )
  const all = { ...addUp(lines), name: 'all queues' }
  const dark = { cluster: '', kind: 'outage' as const, from: edges[20]!, to: edges[24]! }
  const totals = shown.map((resource, index) => ({
    kind: 'used' as const,
    resource,
    ...all.totals[index]!,
    exact: all.totals[index]!.lower / 2n,
  }))
  return {
    apiVersion: 'sparkops/v1',
    kind: 'UsageReport',
    createdAt: '2026-11-22T20:00:00.000Z',
    clusters: [name('cluster', 0)],
    period,
    bucketNanos: size,
    edges,
    resources: shown,
    headline: {
      ...{ applications: 12, runs: 13, allocations: 99n, running: 4n, lateStarts: 1n, used: totals },
      ...{ ghosts: ghosts + 2, restarts: 1, outages: 1, gaps: 0, darkNanos: dark.to - dark.from },
    },
    totals,
    all,
    queues: lines,
    applications: shown.map(() => ({
      rows: Array.from({ length: 15 }, (_, index) => ({
        application: name('app', index),
        run: index === 1 ? 2 : 1,
        queue: name('root.queue', 0),
        allocations: 7n,
        open: index === 0,
        usage: { lower: BigInt(15 - index) * 100_000n, upper: BigInt(15 - index) * 110_000n },
      })),
      others: 3,
      othersUsage: { lower: 1000n, upper: 2000n },
    })),
    restarts: [{ cluster: '', at: dark.to, instance: name('instance', 1) }],
    dark: [dark],
    ghosts: {
      count: ghosts + 2,
      byProof: { proven: ghosts, rule: 1, open: 1 },
      groups: [{ dark, count: ghosts + 2, rows: Array.from({ length: ghosts }, (_, i) => ghost(name, i, dark)) }],
      left: 2,
    },
    capacity: {
      nodes: 5,
      offered: shown.map((_, index) => all.series[index]!.upper.map((amount) => amount + 50_000n)),
      occupied: all.series,
    },
    comparison: {
      source: 'the scheduler’s log',
      counts: { equal: compared, reconciled: 1, explained: 1, ambiguous: 1, different: 1 },
      rows: Array.from({ length: compared }, (_, index) => comparedApplication(name, index)),
      left: 4,
      ours: { lower: 9_000_000n, upper: 9_500_000n },
      theirs: 8_000_000n,
    },
    quality: {
      events: 1234,
      instances: [0, 1].map((index) => ({
        cluster: '',
        name: name('instance', index),
        from: index === 0 ? period.from : dark.to,
        to: index === 0 ? dark.from : period.to,
        ...{ stretches: 1, fromBeginning: true, confirmed: index === 0 },
      })),
      instancesLeft: 0,
      dark: [dark],
      darkLeft: 0,
      inputs: [
        {
          file: name('dump', 0),
          ...{ events: 1234, pages: 0, heartbeats: 3, snapshots: 0, cutBytes: 17, brokenLines: 1 },
          foreign: null,
        },
      ],
      inputsLeft: 0,
      brokenLines: [{ file: name('dump', 0), line: 7, why: name('why', 0) }],
      oddities: [{ what: 'lines that could not be read', count: 1 }],
    },
  }
}

function queueUsage(name: string, place: number, buckets: number, resources: readonly ReportResource[]): QueueUsage {
  const series = resources.map((resource): Series => {
    const one = (bucket: number): bigint => BigInt(((bucket * (place + 3)) % 17) + 1) * resource.perUnit * 10n
    const lower = Array.from({ length: buckets }, (_, bucket) => one(bucket))
    // Between the bounds in the outage.
    const upper = lower.map((amount, bucket) => (bucket >= 20 && bucket < 24 ? amount * 2n + 1n : amount))
    return { lower, upper }
  })
  return { name, members: 1, allocations: 33n, running: 1n, totals: series.map(totalOf), series }
}

function totalOf({ lower, upper }: Series): { lower: bigint; upper: bigint } {
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n)
  return { lower: sum(lower), upper: sum(upper) }
}

function addUp(queues: readonly QueueUsage[]): QueueUsage {
  const series = queues[0]!.series.map((first, resource): Series => {
    const sum = (side: 'lower' | 'upper'): bigint[] =>
      first[side].map((_, bucket) => queues.reduce((total, one) => total + one.series[resource]![side][bucket]!, 0n))
    return { lower: sum('lower'), upper: sum('upper') }
  })
  const allocations = queues.reduce((sum, one) => sum + one.allocations, 0n)
  return { name: '', members: queues.length, allocations, running: 3n, totals: series.map(totalOf), series }
}

function ghost(
  name: (kind: string, index: number) => string,
  index: number,
  dark: { from: bigint; to: bigint },
): Ghost {
  const proof = PROOFS[index % PROOFS.length]!
  return {
    application: name('app', index),
    allocation: name('allocation', index),
    node: name('node', index),
    start: dark.from - BigInt(index + 1) * 20n * SECOND,
    lateStart: index === 2,
    aliveUntil: dark.from,
    endedBy: proof === 'open' ? null : dark.to + BigInt(index) * SECOND,
    proof,
    rule: proof === 'open' ? 'unbounded' : 'app-absent',
    evidence: name('evidence', index),
  }
}

function comparedApplication(name: (kind: string, index: number) => string, index: number): ComparedApplication {
  const ours = BigInt(index + 1) * 40_000n
  const verdict = VERDICTS[index % VERDICTS.length]!
  const forgets = verdict === 'explained'
  return {
    application: name('app', index),
    verdict,
    why: name('why', index),
    ours: { lower: ours, upper: index === 4 ? null : ours },
    theirs: forgets ? ours / 4n : ours,
    forgottenPercent: forgets ? 75 : null,
  }
}
