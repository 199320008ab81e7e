// What is known around the allocations that need judgement: instances, nodes, incarnations, and what was recovered.
import { type SchedulerInstance } from '../timeline.ts'
import { type Lifetime } from './history.ts'

/** An incarnation of an application. */
export interface Incarnation {
  inc: number
  cluster: number
  app: bigint
  /** 1 for the first use of the id. */
  n: number
  /** Its first `new`; undefined if none was seen. */
  begin: bigint | undefined
  from: bigint
  to: bigint
  gang: boolean
  /** What happened to it, by instance. */
  lives: Map<number, Life>
}

export interface Life {
  newTs: bigint | undefined
  runningTs: bigint | undefined
  terminalTs: bigint | undefined
  rejectedTs: bigint | undefined
  acceptedTs: bigint | undefined
}

/** What an instance shows of its own beginning. */
export interface InstanceMarks {
  readyTs: bigint | undefined
  newTs: bigint | undefined
  placeTs: bigint | undefined
  asks: number
}

/** A recovered allocation, as the rules of bounds see it. */
export interface Recovered {
  app: bigint
  ts: bigint
  /** Undefined where it cannot be known which of the two it is. */
  placeholder: boolean | undefined
}

/** Comings and goings of one node in one instance, in order. */
export interface NodeMark {
  ts: bigint
  gone: boolean
}

/** All of it, ready to be asked. */
export class Evidence {
  readonly instances: readonly SchedulerInstance[]
  readonly clusterOf: (inst: number) => number
  readonly #marks: ReadonlyMap<number, InstanceMarks>
  readonly #nodes: ReadonlyMap<string, readonly NodeMark[]>
  readonly #incarnations = new Map<string, Incarnation[]>()
  readonly #recovered = new Map<number, Recovered[]>()

  constructor(parts: {
    instances: readonly SchedulerInstance[]
    clusters: readonly string[]
    marks: ReadonlyMap<number, InstanceMarks>
    nodes: ReadonlyMap<string, readonly NodeMark[]>
    incarnations: readonly Incarnation[]
  }) {
    this.instances = parts.instances
    const clusters = parts.instances.map((instance) => parts.clusters.indexOf(instance.cluster))
    this.clusterOf = (inst) => clusters[inst] ?? -1
    this.#marks = parts.marks
    this.#nodes = parts.nodes
    for (const one of parts.incarnations) {
      const key = `${one.cluster}/${one.app}`
      this.#incarnations.set(key, [...(this.#incarnations.get(key) ?? []), one])
    }
  }

  /** The incarnation that a lifetime belongs to: the last that began at or before its first moment. */
  incarnationOf(cluster: number, app: bigint, at: bigint): Incarnation | undefined {
    return this.#incarnations.get(`${cluster}/${app}`)?.find((one) => one.from <= at && at < one.to)
  }

  /** Everything that happened to an application id in one instance, whatever the incarnation. */
  livesIn(cluster: number, app: bigint, inst: number): Life[] {
    const all = this.#incarnations.get(`${cluster}/${app}`) ?? []
    return all.flatMap((one) => one.lives.get(inst) ?? [])
  }

  /** The moment at which an instance had listed all pods: nodes are opened after that. */
  readyOf(inst: number): bigint | undefined {
    const marks = this.#marks.get(inst)
    if (marks?.readyTs !== undefined) return marks.readyTs
    const others = [marks?.newTs, marks?.placeTs].filter((ts) => ts !== undefined)
    return others.length === 0 ? undefined : others.reduce((a, b) => (a < b ? a : b))
  }

  nodeMarks(inst: number, node: bigint): readonly NodeMark[] {
    return this.#nodes.get(nodeKey(inst, node)) ?? []
  }

  /** Later instances of the same cluster, in order. */
  after(inst: number): SchedulerInstance[] {
    const cluster = this.clusterOf(inst)
    return this.instances.filter((one) => one.index > inst && this.clusterOf(one.index) === cluster)
  }

  recoveredIn(inst: number): readonly Recovered[] {
    return this.#recovered.get(inst) ?? []
  }

  /** Takes note of the recovered sightings of all lifetimes. */
  noteRecovered(lifetimes: readonly Lifetime[], placeholder: (lifetime: Lifetime) => boolean | undefined): void {
    for (const lifetime of lifetimes) {
      for (const sighting of lifetime.sightings) {
        if (!sighting.recovered) continue
        const list = this.#recovered.get(sighting.inst) ?? []
        list.push({ app: lifetime.app, ts: sighting.ts, placeholder: placeholder(lifetime) })
        this.#recovered.set(sighting.inst, list)
      }
    }
  }
}

export function nodeKey(inst: number, node: bigint): string {
  return `${inst}/${node}`
}
