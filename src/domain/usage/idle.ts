// What nodes offered, and what of it nobody had: capacity × time from the events of nodes, less the allocations on them.
import type { Row } from '../../ports/fact-store.ts'
import { SparkopsError } from '../errors.ts'
import { type RawSum } from './sums.ts'
import { prepareAttribution } from './attribution.ts'
import { FACT } from './facts.ts'
import { type UsageLedger } from './ledger.ts'
import { type Question } from './question.ts'
import { coverEnd, earlier, later } from './timeline.ts'
import { coveredPeriod, type WindowTable } from './window-table.ts'
import { type Window } from './windows.ts'

/** What idleness can be asked by: what a node has, and an application has not. */
const NODE_DIMENSIONS = new Set(['node', 'instanceType', 'cluster'])
const SECOND = 1_000_000_000n

/** A node with one capacity for a while; in the dark it may or may not have been there. */
interface Offer {
  node: bigint
  cluster: number
  res: bigint
  from: bigint
  /** Seen to be there until. */
  sureTo: bigint
  /** May have been there until. */
  to: bigint
}

/** Rows of kind `capacity` and `idle` beside the rows of usage. */
export async function idleItems(
  ledger: UsageLedger,
  question: Question,
  windows: WindowTable | undefined,
  used: readonly RawSum[],
): Promise<RawSum[]> {
  const misfit = question.by.find((dimension) => !NODE_DIMENSIONS.has(dimension))
  if (misfit !== undefined) throw notOfNodes(misfit)
  await prepareAttribution(ledger, ['node', 'instanceType'])
  const offers = await readOffers(ledger)
  const capacity = await sumOffers(ledger, question, windows?.windows ?? [coveredPeriod(ledger)], offers)
  const idle = capacity.map((one): RawSum => {
    const had = used.filter((row) => row.resource === one.resource && row.win === one.win && sameGroup(row.by, one.by))
    const least = had.reduce((sum, row) => sum + row.lower, 0n)
    const most = had.some((row) => row.upper === null)
      ? undefined
      : had.reduce((sum, row) => sum + (row.upper ?? 0n), 0n)
    // What is open in usage cannot be more than what was there.
    const lower = most === undefined ? 0n : notNegative(one.lower - most)
    return { ...one, kind: 'idle', lower, upper: notNegative((one.upper ?? 0n) - least), exact: 0n }
  })
  return [...capacity, ...idle]
}

function notNegative(value: bigint): bigint {
  return value < 0n ? 0n : value
}

function sameGroup(a: Record<string, string>, b: Record<string, string>): boolean {
  return Object.keys(b).every((name) => a[name] === b[name])
}

async function readOffers(ledger: UsageLedger): Promise<Offer[]> {
  const rows = await ledger.store
    .rows(`SELECT DISTINCT s.cluster, f.obj, s.inst, f.ts, f.code, f.res FROM facts f JOIN sources s ON s.src = f.src
    WHERE f.code IN (${FACT.node}, ${FACT.capacity}, ${FACT.nodeGone}) AND s.inst >= 0 ORDER BY s.cluster, f.obj, s.inst, f.ts`)
  const offers: Offer[] = []
  for (const [index, row] of rows.entries()) {
    const [cluster, node, inst, ts, code, res] = row as [number, bigint, number, bigint, number, bigint]
    if (code === FACT.nodeGone) continue
    const next = rows[index + 1]
    const follows = next !== undefined && next[0] === cluster && next[1] === node
    const known = coverEnd(ledger.timeline.instances[inst]!, ts) ?? ts
    const sureTo = follows && next[2] === inst ? earlier(next[3] as bigint, known) : known
    offers.push({
      node,
      cluster,
      res,
      from: ts,
      sureTo,
      to: follows ? later(sureTo, next[3] as bigint) : darkEnd(ledger, inst, sureTo),
    })
  }
  return offers
}

/** A node that is not heard of again may have stayed until the next instance listed the nodes. */
function darkEnd(ledger: UsageLedger, inst: number, sureTo: bigint): bigint {
  const { instances } = ledger.timeline
  const next = instances.find((one) => one.index > inst && one.cluster === instances[inst]!.cluster)
  return next === undefined ? sureTo : later(sureTo, next.from)
}

async function sumOffers(
  ledger: UsageLedger,
  question: Question,
  windows: readonly Window[],
  offers: readonly Offer[],
): Promise<RawSum[]> {
  const { store, timeline } = ledger
  const names = new Map(
    (
      await store.rows(
        `SELECT t.hash, t.text, n.instance_type FROM texts t LEFT JOIN node_types n ON n.node = t.text WHERE t.hash IN (SELECT obj FROM facts WHERE code = ${FACT.node})`,
      )
    ).map((row: Row) => [row[0] as bigint, row]),
  )
  const vectors = new Map<bigint, [string, bigint][]>()
  for (const row of await store.rows('SELECT res, name, value FROM vectors')) {
    const [res, name, value] = row as [bigint, string, bigint]
    vectors.set(res, [...(vectors.get(res) ?? []), [name, value]])
  }
  const sums = new Map<string, RawSum>()
  for (const offer of offers) {
    const name = names.get(offer.node)
    const all: Record<string, string> = {
      node: (name?.[1] as string | undefined) ?? '',
      instanceType: (name?.[2] as string | null | undefined) ?? '',
      cluster: timeline.clusters[offer.cluster] ?? '',
    }
    const by = Object.fromEntries(question.by.map((dimension) => [dimension, all[dimension] ?? '']))
    for (const [win, window] of windows.entries())
      addOffer(sums, offer, vectors.get(offer.res) ?? [], { by, win, window })
  }
  return [...sums.values()]
}

function addOffer(
  sums: Map<string, RawSum>,
  offer: Offer,
  vector: readonly [string, bigint][],
  at: { by: Record<string, string>; win: number; window: Window },
): void {
  const sure = overlap(offer.from, offer.sureTo, at.window)
  const most = overlap(offer.from, offer.to, at.window)
  if (most === 0n) return
  for (const [resource, value] of vector) {
    const key = JSON.stringify([at.by, at.win, resource])
    const sum = sums.get(key) ?? {
      by: at.by,
      win: at.win,
      kind: 'capacity',
      resource,
      lower: 0n,
      upper: 0n,
      exact: 0n,
      allocations: 0,
      costLower: 0n,
      costUpper: 0n,
    }
    sum.lower += sure * value
    sum.upper = (sum.upper ?? 0n) + most * value
    sum.exact = sum.lower
    sums.set(key, sum)
  }
}

function overlap(from: bigint, to: bigint, window: Window): bigint {
  const before = (moment: bigint): bigint => notNegative(earlier(moment, to) - from) / SECOND
  return before(window.to) - before(window.from)
}

function notOfNodes(dimension: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_IDLE_BY',
    message: `--idle cannot be asked by ${dimension}.`,
    why: 'What is idle belongs to nodes, not to applications.',
    hint: 'Ask with --by node, instanceType or cluster, or without --by.',
    exit: 'usage',
  })
}
