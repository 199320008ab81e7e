// What one pass over the events leaves: lifetimes of allocations, incarnations of applications, and of each scheduler
// process the few moments on which judgements rest. Times are Unix nanoseconds.
import { type Resource, type SeenInstance } from './events.ts'

export interface Incarnation {
  readonly app: string
  /** From 1, in the order of `new`. */
  readonly number: number
  /** Its first `new`; null when the dump begins later. */
  readonly begin: bigint | null
  readonly instance: number
  queue: string
  over: boolean
  gang: boolean
  /** Whether enough was seen of it to say that it is no gang. */
  gangKnown: boolean
}

export interface Lifetime {
  readonly key: string
  readonly incarnation: Incarnation
  /** The beginning lies in [earliest, latest]; null: unbounded. */
  earliestStart: bigint | null
  latestStart: bigint
  /** Whether its beginning fell into a time that the dump does not show. */
  lateStart: boolean
  end: bigint | null
  endDetail: number | null
  bindLost: boolean
  preempted: boolean
  /** Asked for before the application ran in that instance: a placeholder if it is a gang. */
  askedEarly: boolean
  resource: Resource
  node: string | null
  /** Where and when it was last said to be allocated. */
  lastInstance: number
  lastStretch: number
  lastAdd: bigint
}

/** The moments of one application in one instance. */
export interface AppMoments {
  firstNew: bigint | null
  firstRunning: bigint | null
  /** 206 alone: a gang that resumes (211) has not sent its real pods yet. */
  firstRan: bigint | null
  /** The first ask or allocation: the shim has begun to send its pods. */
  firstSent: bigint | null
  /** The first ask after 206: its real pods were sent. */
  firstAskWhenRunning: bigint | null
  rejected: boolean
  readonly terminals: bigint[]
}

export interface Recovered {
  readonly t: bigint
  readonly lifetime: Lifetime
}

export interface InstanceMoments {
  readonly seen: SeenInstance
  /** From when and to when each stretch is covered. */
  readonly covers: readonly { readonly from: bigint; readonly to: bigint }[]
  readonly beginningCovered: boolean
  firstReady: bigint | null
  /** A `new` or a foreign `place`: the first thing after the pods were listed. */
  firstSign: bigint | null
  firstAsk: bigint | null
  readonly apps: Map<string, AppMoments>
  readonly nodes: Map<string, { readonly added: bigint[]; readonly gone: bigint[] }>
  /** Allocations that began without an ask, in the first stretch. */
  readonly recovered: Recovered[]
}

export interface History {
  readonly instances: readonly InstanceMoments[]
  readonly lifetimes: readonly Lifetime[]
}

export function isPlaceholder(lifetime: Lifetime): boolean {
  if (lifetime.endDetail === 502 || lifetime.endDetail === 503) return true
  return lifetime.incarnation.gang && lifetime.askedEarly
}
