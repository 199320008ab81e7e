// What is known around the allocations that need judgement: instances, nodes, incarnations, and what was recovered.
import { type Cover, coversBeginning, type SchedulerInstance } from '../timeline.ts'
import { type Lifetime } from './history.ts'

/** What was there before a process is submitted with its first ticks, within this time of the nodes being opened. */
export const FIRST_TICKS_NS = 10_000_000_000n

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
  /** 206 or 211, whichever is first. */
  runningTs: bigint | undefined
  /** 206 alone: a gang that resumes (211) has not sent its real pods yet. */
  ranTs: bigint | undefined
  terminalTs: bigint | undefined
  rejectedTs: bigint | undefined
  acceptedTs: bigint | undefined
}

/** What an instance shows of its own beginning. */
export interface InstanceMarks {
  readyTs: bigint | undefined
  /** The first `ask`. */
  askTs: bigint | undefined
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
  /** Allocations have the keys of their asks (not in 1.4). */
  readonly asksJoin: boolean
  readonly #marks: ReadonlyMap<number, InstanceMarks>
  readonly #nodes: ReadonlyMap<string, readonly NodeMark[]>
  readonly #incarnations = new Map<string, Incarnation[]>()
  readonly #recovered = new Map<number, Recovered[]>()
  readonly #lossy = new Set<Cover>()
  readonly #asksWhenRunning: ReadonlyMap<string, bigint>

  constructor(parts: {
    instances: readonly SchedulerInstance[]
    clusters: readonly string[]
    marks: ReadonlyMap<number, InstanceMarks>
    nodes: ReadonlyMap<string, readonly NodeMark[]>
    incarnations: readonly Incarnation[]
    /** First `ask` after 206 by cluster, application and instance. */
    asksWhenRunning: ReadonlyMap<string, bigint>
    asksJoin: boolean
  }) {
    this.asksJoin = parts.asksJoin
    this.instances = parts.instances
    const clusters = parts.instances.map((instance) => parts.clusters.indexOf(instance.cluster))
    this.clusterOf = (inst) => clusters[inst] ?? -1
    this.#marks = parts.marks
    this.#nodes = parts.nodes
    this.#asksWhenRunning = parts.asksWhenRunning
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
    return this.#marks.get(inst)?.readyTs
  }

  /** The first ask of a gang after it ran in an instance: its real pods were sent by then. */
  askWhenRunning(cluster: number, app: bigint, inst: number): bigint | undefined {
    return this.#asksWhenRunning.get(`${cluster}/${app}/${inst}`)
  }

  firstAskIn(inst: number): bigint | undefined {
    return this.#marks.get(inst)?.askTs
  }

  nodeMarks(inst: number, node: bigint): readonly NodeMark[] {
    return this.#nodes.get(nodeKey(inst, node)) ?? []
  }

  /** Later instances of the same cluster, in order. */
  after(inst: number): SchedulerInstance[] {
    const cluster = this.clusterOf(inst)
    return this.instances.filter((one) => one.index > inst && this.clusterOf(one.index) === cluster)
  }

  /** The instance with events that comes before, in the same cluster. */
  before(inst: number): SchedulerInstance | undefined {
    const cluster = this.clusterOf(inst)
    return this.instances.findLast(
      (one) => one.index < inst && one.covers.length > 0 && this.clusterOf(one.index) === cluster,
    )
  }

  /** Whether something first told at this time may be older than the instance. */
  mayBeOld(instance: SchedulerInstance, ts: bigint): boolean {
    const ready = this.readyOf(instance.index)
    return !coversBeginning(instance) || ready === undefined || ts <= ready + FIRST_TICKS_NS
  }

  /** Whether the incarnation was seen from its `new` over its first ask to its first `running` without a break: then it is known what it is. */
  seenToRun(incarnation: Incarnation): boolean {
    const { begin } = incarnation
    if (begin === undefined) return false
    for (const [inst, life] of incarnation.lives) {
      if (life.newTs !== begin) continue
      const cover = this.instances[inst]?.covers.find((one) => one.from <= begin && begin <= one.to)
      return (
        cover !== undefined &&
        life.acceptedTs !== undefined &&
        life.runningTs !== undefined &&
        life.runningTs <= cover.to
      )
    }
    return false
  }

  /** Whether nothing of the instance is missing between two moments. */
  unbroken(inst: number, from: bigint, to: bigint): boolean {
    return this.instances[inst]?.covers.some((one) => one.from <= from && to <= one.to) ?? false
  }

  /** Takes note that an event was lost inside the stretch of an instance that holds the moment. */
  noteLoss(inst: number, at: bigint): void {
    const cover = this.#coverOf(inst, at)
    if (cover !== undefined) this.#lossy.add(cover)
  }

  /** Whether events are known to be missing in the stretch that holds the moment: then it proves nothing by silence. */
  isLossy(inst: number, at: bigint): boolean {
    const cover = this.#coverOf(inst, at)
    return cover !== undefined && this.#lossy.has(cover)
  }

  #coverOf(inst: number, at: bigint): Cover | undefined {
    return this.instances[inst]?.covers.find((one) => one.from <= at && at <= one.to)
  }

  recoveredIn(inst: number): readonly Recovered[] {
    return this.#recovered.get(inst) ?? []
  }

  /** Takes note of the recovered sightings of all lifetimes. */
  noteRecovered(lifetimes: readonly Lifetime[], placeholder: (lifetime: Lifetime) => boolean | undefined): void {
    for (const lifetime of lifetimes) {
      for (const sighting of lifetime.sightings) {
        if (!sighting.recovered || !this.#isRecovery(sighting.inst, sighting.ts)) continue
        const list = this.#recovered.get(sighting.inst) ?? []
        list.push({ app: lifetime.app, ts: sighting.ts, placeholder: placeholder(lifetime) })
        this.#recovered.set(sighting.inst, list)
      }
    }
  }

  /** Recovery is in the first stretch; later on an ask may have been missed. */
  #isRecovery(inst: number, ts: bigint): boolean {
    const instance = this.instances[inst]
    const first = instance?.covers[0]
    return instance !== undefined && first !== undefined && coversBeginning(instance) && ts <= first.to
  }
}

export function nodeKey(inst: number, node: bigint): string {
  return `${inst}/${node}`
}
