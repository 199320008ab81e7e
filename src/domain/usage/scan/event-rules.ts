// Which event is which fact: the table of docs/usage-rules.md §1 in code. Most events say nothing about usage.
import { FACT } from '../facts.ts'

/** Types of events, as YuniKorn's protocol numbers them. */
export const TYPE = { request: 1, app: 2, node: 3, queue: 4, user: 5 } as const
/** Changes that events tell of. */
export const CHANGE = { set: 1, add: 2, remove: 3 } as const

/** Which parts of an event make up its fact; the numbers are those of assembly/stream-lines.ts. */
export const SHAPE = {
  none: 0,
  /** The object alone. */
  plain: 4,
  /** Object, the reference as an allocation's key, resource. */
  allocation: 5,
  /** Object and resource. */
  capacity: 6,
  /** Object, the reference as an allocation's key. */
  place: 7,
  /** The reference as object, the object as key. */
  queue: 8,
  /** Object, the reference as key, resource. */
  user: 9,
} as const
export type Shape = (typeof SHAPE)[keyof typeof SHAPE]

/** What the numbers of an event cannot say: object or message decide, or the reader takes note. */
export type Condition = 'boot' | 'ready' | 'preempted' | 'early'

export interface EventFact {
  code: number
  shape: Shape
  condition?: Condition
}

const NOTHING: EventFact = { code: 0, shape: SHAPE.none }

/** Details of application states that matter, and the fact each is. */
const APP_STATES: Readonly<Record<number, number>> = {
  202: FACT.rejected,
  204: FACT.accepted,
  // 1.4 knows STARTING before RUNNING: from then on it asks for real pods.
  205: FACT.running,
  206: FACT.running,
  207: FACT.completing,
  208: FACT.completed,
  210: FACT.failed,
  211: FACT.resuming,
}

/**
 * Whether an event can say nothing about usage, whatever its reference and resource are; of requests only those that tell of a
 * preemption say anything.
 */
export function isPassedOver(type: number, change: number, detail: number, wantUsers: boolean): boolean {
  switch (type) {
    case TYPE.app:
      return change === CHANGE.remove && (detail === 100 || detail === 102)
    case TYPE.node:
      return detail === 306 || (detail === 303 && change !== CHANGE.add)
    case TYPE.user:
      return !wantUsers || detail !== 603 || change !== CHANGE.add
    case TYPE.request:
      return true
    default:
      return false
  }
}

/** The fact that an event is, by its numbers and whether it has a reference. */
export function factOf(
  type: number,
  change: number,
  detail: number,
  referenced: boolean,
  wantUsers: boolean,
): EventFact {
  switch (type) {
    case TYPE.request:
      return { code: FACT.preemptedBy, shape: SHAPE.none, condition: 'preempted' }
    case TYPE.app:
      return appFact(change, detail, referenced)
    case TYPE.node:
      return nodeFact(change, detail, referenced)
    case TYPE.queue:
      if (change !== CHANGE.add) return NOTHING
      if (detail === 0 || detail === 401) return { code: FACT.boot, shape: SHAPE.none, condition: 'boot' }
      return detail === 405 && referenced ? { code: FACT.queue, shape: SHAPE.queue } : NOTHING
    case TYPE.user:
      return wantUsers && change === CHANGE.add && detail === 603 && referenced
        ? { code: FACT.user, shape: SHAPE.user }
        : NOTHING
    default:
      return NOTHING
  }
}

function appFact(change: number, detail: number, referenced: boolean): EventFact {
  if (referenced) {
    const code = allocationCode(change, detail)
    return code === 0 ? NOTHING : { code, shape: SHAPE.allocation }
  }
  if (change === CHANGE.add) {
    // 1.4 and 1.5 give it no detail.
    if (detail === 0) return { code: FACT.new, shape: SHAPE.plain, condition: 'early' }
    return detail === 203 ? { code: FACT.new, shape: SHAPE.plain } : NOTHING
  }
  if (detail === 202) return { code: FACT.rejected, shape: SHAPE.plain }
  if (change === CHANGE.remove) return detail === 0 ? { code: FACT.left, shape: SHAPE.plain } : NOTHING
  const code = APP_STATES[detail]
  return code === undefined ? NOTHING : { code, shape: SHAPE.plain }
}

function allocationCode(change: number, detail: number): number {
  if (change === CHANGE.add) return detail === 200 ? FACT.add : detail === 201 ? FACT.ask : 0
  if (change !== CHANGE.remove) return 0
  if (detail === 0) return FACT.endUnknown
  return detail >= FACT.endFirst && detail < FACT.endUnknown ? detail : 0
}

function nodeFact(change: number, detail: number, referenced: boolean): EventFact {
  if (detail === 303) return change === CHANGE.add && referenced ? { code: FACT.place, shape: SHAPE.place } : NOTHING
  if (change === CHANGE.add && detail === 0) return { code: FACT.node, shape: SHAPE.capacity }
  if (change === CHANGE.remove && detail === 300) return { code: FACT.nodeGone, shape: SHAPE.capacity }
  if (change === CHANGE.set && detail === 304) return { code: FACT.capacity, shape: SHAPE.capacity }
  return detail === 302 ? { code: FACT.ready, shape: SHAPE.capacity, condition: 'ready' } : NOTHING
}
