// The truth: every allocation that a scheduler ever held, with its real beginning and end. No product sees this.
import { type Pod } from './cluster.ts'
import { type Quantities } from './quantities.ts'
import { type Nanos, wall } from './time.ts'

/** One lifetime of one allocation. Times are Unix nanoseconds. */
export interface Truth {
  /** The pod's uid. */
  readonly key: string
  /** The names its events carry (1.4 and 1.5 differ from the uid). */
  readonly references: readonly string[]
  readonly app: string
  /** Which use of the application id, from 1. */
  readonly incarnation: number
  readonly user: string
  readonly queue: string
  readonly node: string
  readonly placeholder: boolean
  readonly preempted: boolean
  /** As at its end: what YuniKorn books. */
  readonly resource: Quantities
  /** As when it began; differs from `resource` after a resize. */
  readonly resourceAtStart: Quantities
  /** The tracker's bind time. */
  readonly start: bigint
  /** Released by a scheduler: the tracker's end. Ended unseen: when the pod ended. Null: held at the simulation's end. */
  readonly end: bigint | null
  /** When the pod itself ended. */
  readonly podEnded: bigint | null
  readonly how: 'released' | 'unseen' | 'bind-lost' | 'open'
  /** Schedulers that held it, in order: index into `instances`. */
  readonly instances: readonly number[]
}

export interface Held {
  readonly pod: Pod
  readonly app: string
  readonly incarnation: number
  readonly user: string
  readonly queue: string
  node: string
  placeholder: boolean
  preempted: boolean
  resource: Quantities
  readonly resourceAtStart: Quantities
  readonly start: Nanos
  end: Nanos | null
  bindLost: boolean
  released: boolean
  readonly references: Set<string>
  readonly instances: number[]
}

export class Ledger {
  readonly #held: Held[] = []
  readonly #live = new Map<string, Held>()

  begin(
    about: Omit<Held, 'end' | 'bindLost' | 'released' | 'references' | 'instances' | 'resourceAtStart'>,
    instance: number,
    reference: string,
  ): void {
    const held: Held = {
      ...about,
      resourceAtStart: about.resource,
      end: null,
      bindLost: false,
      released: false,
      references: new Set([reference]),
      instances: [instance],
    }
    this.#held.push(held)
    this.#live.set(about.pod.uid, held)
  }

  /** What is held for the pod now, whichever scheduler allocated it. */
  held(uid: string): Held | undefined {
    return this.#live.get(uid)
  }

  recovered(uid: string, instance: number, reference: string): void {
    const held = this.#live.get(uid)
    held?.instances.push(instance)
    held?.references.add(reference)
  }

  release(uid: string, end: Nanos, preempted: boolean, resource: Quantities): void {
    const held = this.#live.get(uid)
    if (held === undefined) return
    held.end = end
    held.resource = resource
    held.preempted ||= preempted
    held.released = true
    this.#live.delete(uid)
  }

  /** The scheduler died at this moment before it had bound the pod: the allocation died with it. */
  bindLost(uid: string, at: Nanos): void {
    const held = this.#live.get(uid)
    if (held === undefined) return
    held.end = at
    held.bindLost = true
    this.#live.delete(uid)
  }

  /** Everything, once the simulation is over: what no scheduler released ended with its pod. */
  truth(): Truth[] {
    return this.#held.map((held) => {
      const podEnded = held.pod.ended
      const end = held.end ?? podEnded
      return {
        key: held.pod.uid,
        references: [...held.references],
        app: held.app,
        incarnation: held.incarnation,
        user: held.user,
        queue: held.queue,
        node: held.node,
        placeholder: held.placeholder,
        preempted: held.preempted,
        resource: held.released ? held.resource : held.pod.resource,
        resourceAtStart: held.resourceAtStart,
        start: wall(held.start),
        end: end === null ? null : wall(end),
        podEnded: podEnded === null ? null : wall(podEnded),
        how: held.bindLost ? 'bind-lost' : held.released ? 'released' : end === null ? 'open' : 'unseen',
        instances: held.instances,
      }
    })
  }
}
