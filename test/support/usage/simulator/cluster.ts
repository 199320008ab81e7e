// The Kubernetes side: nodes and pods, which live on whatever the scheduler does. A pod starts to run when it is
// bound, ends when its time is over, when it is deleted or when its node goes; its object stays a little longer.
import { type Agenda } from './agenda.ts'
import { type Quantities } from './quantities.ts'
import { type Random } from './random.ts'
import { MILLI, type Nanos, SECOND } from './time.ts'

export type Role = 'driver' | 'executor' | 'placeholder' | 'foreign'

export interface Pod {
  readonly uid: string
  readonly name: string
  /** The application id in its labels, and which use of that id it belongs to; '' for a foreign pod. */
  readonly app: string
  readonly owner: PodOwner | null
  readonly role: Role
  readonly taskGroup: string
  resource: Quantities
  readonly created: Nanos
  /** How long it runs once bound; infinite for what waits to be deleted. */
  readonly runsFor: Nanos
  node: string | null
  bound: Nanos | null
  /** Deletion was asked for at this moment. */
  deleting: Nanos | null
  ended: Nanos | null
  /** The object is gone from the API server. */
  gone: Nanos | null
  /** It ended with its machine: nobody was left to write its status. */
  lost: boolean
}

/** Whoever made the pod and reacts to its life. */
export interface PodOwner {
  readonly user: string
  readonly queue: string
  bound(pod: Pod): void
  ended(pod: Pod): void
}

export interface ClusterNode {
  readonly name: string
  readonly instanceType: string
  readonly capacity: Quantities
  schedulable: boolean
  readonly added: Nanos
  /** The Node object was deleted at this moment. */
  gone: Nanos | null
}

/** The scheduler's informers; the cluster has at most one watcher, and none while the scheduler is down. */
export interface Watcher {
  podCreated(pod: Pod): void
  podEnded(pod: Pod): void
  podResized(pod: Pod, before: Quantities): void
  nodeAdded(node: ClusterNode): void
  nodeRemoved(node: ClusterNode): void
}

export class Cluster {
  readonly nodes: ClusterNode[] = []
  readonly pods: Pod[] = []
  watcher: Watcher | null = null
  readonly #agenda: Agenda
  readonly #random: Random
  readonly #latency: Nanos
  #lastTold: Nanos = 0

  constructor(agenda: Agenda, random: Random, informerLatency: Nanos) {
    this.#agenda = agenda
    this.#random = random
    this.#latency = informerLatency
  }

  addNode(name: string, instanceType: string, capacity: Quantities): ClusterNode {
    const node = { name, instanceType, capacity, schedulable: true, added: this.#agenda.now, gone: null }
    this.nodes.push(node)
    this.#tell((watcher) => watcher.nodeAdded(node))
    return node
  }

  presentNodes(): ClusterNode[] {
    return this.nodes.filter((node) => node.gone === null)
  }

  createPod(made: Omit<Pod, 'uid' | 'created' | 'node' | 'bound' | 'deleting' | 'ended' | 'gone' | 'lost'>): Pod {
    const pod: Pod = {
      ...made,
      uid: this.#random.uuid(),
      created: this.#agenda.now,
      node: null,
      bound: null,
      deleting: null,
      ended: null,
      gone: null,
      lost: false,
    }
    this.pods.push(pod)
    this.#tell((watcher) => watcher.podCreated(pod))
    return pod
  }

  /**
   * Binds a pod to a node; false when the pod is over or already bound, or the node is gone.
   * Its time to run counts from `since`, the moment it was allocated.
   */
  bind(pod: Pod, node: string, since: Nanos): boolean {
    const target = this.nodes.findLast(({ name }) => name === node)
    if (pod.ended !== null || pod.bound !== null || target === undefined || target.gone !== null) return false
    pod.node = node
    pod.bound = this.#agenda.now
    if (Number.isFinite(pod.runsFor)) this.#agenda.at(since + pod.runsFor, () => this.end(pod))
    pod.owner?.bound(pod)
    return true
  }

  /** The pod is over, now. */
  end(pod: Pod): void {
    if (pod.ended !== null) return
    pod.ended = this.#agenda.now
    // Finished pods stay listed until somebody deletes them; deleted ones go at once.
    pod.gone = pod.deleting === null ? this.#agenda.now + this.#random.pause(2 * SECOND, 90 * SECOND) : this.#agenda.now
    this.#tell((watcher) => watcher.podEnded(pod))
    pod.owner?.ended(pod)
  }

  /** Asks for deletion; the pod ends within its grace. */
  delete(pod: Pod, shortest: Nanos = 100 * MILLI, longest: Nanos = 2 * SECOND): void {
    if (pod.ended !== null || pod.deleting !== null) return
    pod.deleting = this.#agenda.now
    if (pod.bound === null) this.end(pod)
    else this.#agenda.in(this.#random.pause(shortest, longest), () => this.end(pod))
  }

  resize(pod: Pod, resource: Quantities): void {
    const before = pod.resource
    pod.resource = resource
    this.#tell((watcher) => watcher.podResized(pod, before))
  }

  /** The machine is gone and its pods with it; their objects stay until the pod garbage collector comes. */
  loseNode(node: ClusterNode): void {
    this.forgetNode(node)
    for (const pod of this.pods) {
      if (pod.node !== node.name || pod.ended !== null) continue
      pod.ended = this.#agenda.now
      pod.lost = true
      pod.gone = this.#agenda.now + this.#random.int(40, 60) * SECOND
      pod.owner?.ended(pod)
    }
  }

  /** The Node object is deleted; what ran there may run on. */
  forgetNode(node: ClusterNode): void {
    node.gone = this.#agenda.now
    this.#tell((watcher) => watcher.nodeRemoved(node))
  }

  /** Informers hear of it after their latency, unless the scheduler has died since. */
  #tell(say: (watcher: Watcher) => void): void {
    const watcher = this.watcher
    if (watcher === null) return
    const latency = this.#latency === 0 ? 0 : Math.round(this.#random.float() * this.#latency)
    this.#lastTold = Math.max(this.#lastTold, this.#agenda.now + latency)
    this.#agenda.at(this.#lastTold, () => {
      if (this.watcher === watcher) say(watcher)
    })
  }
}
