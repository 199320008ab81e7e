// What the oracle reads: events of schedulers, parsed without rounding, in stretches of ids of which none is missing.
// Written apart from the product on purpose: it imports nothing of src and shares no code with it.

/** An event of YuniKorn. Times are Unix nanoseconds; quantities YuniKorn's own. */
export interface SeenEvent {
  readonly type: number
  readonly change: number
  readonly detail: number
  readonly object: string
  readonly reference: string
  readonly message: string
  readonly t: bigint
  readonly resource: Resource
}

export type Resource = ReadonlyMap<string, bigint>

/** Consecutive events of one process; `firstId` is null where the dump has no ids. */
export interface Stretch {
  readonly firstId: number | null
  readonly events: readonly SeenEvent[]
}

/** One process of a scheduler, its stretches in order. */
export interface SeenInstance {
  readonly uuid: string
  readonly stretches: readonly Stretch[]
}

export interface Heartbeat {
  readonly t: bigint
  readonly instance: string
  readonly highest: number
}

/** The allocations that `/applications/active`, unfiltered, named at a moment, and the users it named. */
export interface ActiveSnapshot {
  readonly t: bigint
  readonly keys: ReadonlySet<string>
}

export interface ListedPod {
  readonly uid: string
  readonly phase: string
  readonly finishedAt: bigint | null
}

export interface PodListing {
  readonly t: bigint
  readonly pods: ReadonlyMap<string, ListedPod>
}

/** Everything known of one cluster; instances in the order in which they lived. */
export interface Evidence {
  readonly instances: readonly SeenInstance[]
  readonly heartbeats: readonly Heartbeat[]
  readonly active: readonly ActiveSnapshot[]
  readonly pods: readonly PodListing[]
}

export const REQUEST = 1
export const APP = 2
export const NODE = 3
export const QUEUE = 4
export const USERGROUP = 5
export const SET = 1
export const ADD = 2
export const REMOVE = 3

/** 1.5 writes `<uid>-<n>` before a restart and `<uid>` after it. */
export function keyOf({ reference }: SeenEvent): string {
  return /^(?:[^-]+-){5}\d+$/.test(reference) ? reference.slice(0, reference.lastIndexOf('-')) : reference
}

export function isBoot(event: SeenEvent | undefined): boolean {
  return event?.type === QUEUE && event.change === ADD && event.object === 'root' && event.detail !== 405
}

export function same(a: Resource, b: Resource): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value)
}
