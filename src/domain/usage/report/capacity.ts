// What the nodes offered over time: from their registrations, changes of capacity, and removals.
import type { FactStore } from '../../../ports/fact-store.ts'
import { FACT } from '../facts.ts'
import type { Timeline } from '../timeline.ts'
import type { Resources } from './resources.ts'
import type { Period } from './usage-report.ts'

const SECOND = 1_000_000_000n
const NODE_FACTS = `SELECT DISTINCT s.cluster, s.inst, f.obj, f.ts, f.code, f.res FROM facts f JOIN sources s ON s.src = f.src
WHERE f.code IN (${FACT.node}, ${FACT.capacity}, ${FACT.nodeGone}) AND s.inst >= 0 ORDER BY s.cluster, s.inst, f.ts, f.code`

interface NodeFact {
  cluster: number
  inst: number
  node: bigint
  ts: bigint
  code: number
  res: bigint
}

/** A node with one capacity, from and to. */
interface Offer extends Period {
  res: bigint
}

export interface OfferedCapacity {
  nodes: number
  /** Quantity × seconds in each bucket, an entry for each resource that is drawn. */
  offered: bigint[][]
}

/** Sums what nodes offered by bucket; null when no event tells of a node's capacity. */
export async function sumCapacity(
  store: FactStore,
  timeline: Timeline,
  resources: Resources,
  edges: readonly bigint[],
): Promise<OfferedCapacity | null> {
  const facts = (await store.rows(NODE_FACTS)).map((row): NodeFact => {
    const [cluster, inst, node, ts, code, res] = row as [number, number, bigint, bigint, number, bigint]
    return { cluster, inst, node, ts, code, res }
  })
  const values = await vectorValues(store, resources.drawn)
  const offers = offersOf(facts, timeline, edges.at(-1)!).filter(({ res }) => values.has(res))
  if (offers.length === 0) return null
  const nanos = Array.from({ length: resources.drawn }, () => edges.slice(1).map(() => 0n))
  for (const offer of offers) addOffer(nanos, offer, values.get(offer.res)!, edges)
  const nodes = new Set(facts.map(({ cluster, node }) => `${cluster}/${node}`)).size
  return { nodes, offered: nanos.map((buckets) => buckets.map((sum) => sum / SECOND)) }
}

async function vectorValues(store: FactStore, drawn: number): Promise<Map<bigint, bigint[]>> {
  const values = new Map<bigint, bigint[]>()
  for (const [res, resource, value] of await store.rows(
    `SELECT res, resource, value FROM report_value WHERE resource < ${drawn}`,
  )) {
    const vector = values.get(res as bigint) ?? Array.from({ length: drawn }, () => 0n)
    vector[Number(resource)] = value as bigint
    values.set(res as bigint, vector)
  }
  return values
}

/** Follows every node through the instances. While no scheduler ran, what was there before is taken to have stayed. */
function offersOf(facts: readonly NodeFact[], timeline: Timeline, until: bigint): Offer[] {
  return timeline.clusters.flatMap((name, cluster) => {
    const standing = new StandingNodes()
    for (const instance of timeline.instances.filter((one) => one.cluster === name)) {
      const own = facts.filter((fact) => fact.cluster === cluster && fact.inst === instance.index)
      standing.restart(own, instance.from)
      for (const fact of own) standing.take(fact)
    }
    standing.closeAll(until)
    return standing.offers
  })
}

/** The nodes that stand at a moment, and what has been offered until then. */
class StandingNodes {
  readonly offers: Offer[] = []
  readonly #standing = new Map<bigint, Offer>()

  take({ node, ts, code, res }: NodeFact): void {
    this.#close(node, ts)
    if (code !== FACT.nodeGone) this.#standing.set(node, { res, from: ts, to: ts })
  }

  /** A node that the next scheduler never registers was gone when it began. */
  restart(facts: readonly NodeFact[], at: bigint): void {
    if (facts.length === 0) return
    const registered = new Set(facts.map(({ node }) => node))
    for (const node of [...this.#standing.keys()]) if (!registered.has(node)) this.#close(node, at)
  }

  closeAll(at: bigint): void {
    for (const node of [...this.#standing.keys()]) this.#close(node, at)
  }

  #close(node: bigint, at: bigint): void {
    const offer = this.#standing.get(node)
    if (offer !== undefined) this.offers.push({ ...offer, to: at })
    this.#standing.delete(node)
  }
}

function addOffer(sums: bigint[][], offer: Offer, vector: readonly bigint[], edges: readonly bigint[]): void {
  for (let bucket = bucketAt(edges, offer.from); bucket < edges.length - 1 && edges[bucket]! < offer.to; bucket++) {
    const from = offer.from > edges[bucket]! ? offer.from : edges[bucket]!
    const to = offer.to < edges[bucket + 1]! ? offer.to : edges[bucket + 1]!
    if (to <= from) continue
    for (const [resource, value] of vector.entries()) sums[resource]![bucket]! += value * (to - from)
  }
}

function bucketAt(edges: readonly bigint[], at: bigint): number {
  let low = 0
  let high = edges.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (edges[middle]! <= at) low = middle
    else high = middle - 1
  }
  return low
}
