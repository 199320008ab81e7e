// The lifetimes of one allocation that is not simply one `add` and one `end` (docs/usage-rules.md §4).
import { FACT } from '../facts.ts'

/** One fact about an allocation, in the order of (instance, time). */
export interface KeyFact {
  inst: number
  ts: bigint
  code: number
  /** Application, or node for `place`. */
  obj: bigint
  res: bigint
}

/** An allocation's key: cluster and the two halves of its UUID. */
export interface Key {
  cluster: number
  k1: bigint
  k2: bigint
}

/** A beginning or continuation of a lifetime in one instance. */
export interface Sighting {
  inst: number
  ts: bigint
  /** No `ask` came before it in this instance: the shim told of a pod that ran already. */
  recovered: boolean
}

/** One lifetime of an allocation, before bounds. */
export interface Lifetime {
  key: Key
  app: bigint
  res: bigint
  firstRes: bigint
  /** Its `add`s, one an instance (two in one: `addTwice`); empty when only its end was seen. */
  sightings: Sighting[]
  /** Its `end`; undefined while none was seen. */
  end: { inst: number; ts: bigint; code: number } | undefined
  /** The last `ask` before its first sighting, in the same instance. */
  ask: { inst: number; ts: bigint } | undefined
  node: bigint | undefined
  placedAt: { inst: number; ts: bigint } | undefined
  preempted: boolean
  /** Allocated when its scheduler died, asked for again in the next: the pod never ran. */
  bindLost: boolean
  addTwice: boolean
}

/** Splits the facts of one key into its lifetimes. `asksJoin`: allocations have the keys of their asks (not in 1.4). */
export function lifetimesOf(key: Key, facts: readonly KeyFact[], asksJoin: boolean): Lifetime[] {
  const asks = facts.filter((fact) => fact.code === FACT.ask)
  const preempted = facts.some((fact) => fact.code === FACT.preemptedBy)
  const done: Lifetime[] = []
  let current: Lifetime | undefined
  const close = (): void => {
    if (current !== undefined) done.push(current)
    current = undefined
  }
  for (const fact of facts) {
    if (fact.code === FACT.add) {
      const sighting = { inst: fact.inst, ts: fact.ts, recovered: asksJoin && askBefore(asks, fact) === undefined }
      current ??= reopened(done, sighting)
      if (current !== undefined && !continues(current, sighting)) {
        current.bindLost = true
        close()
      }
      current ??= begin(key, fact, askBefore(asks, fact), preempted)
      see(current, sighting, fact)
    } else if (isEnd(fact.code)) {
      const previous = done.at(-1)
      if (current === undefined && previous?.end?.inst === fact.inst) continue
      current ??= begin(key, fact, undefined, preempted)
      current.end = { inst: fact.inst, ts: fact.ts, code: fact.code }
      current.res = fact.res
      close()
    }
  }
  if (current !== undefined) current.bindLost = asks.some((ask) => ask.inst > lastInstance(current!))
  close()
  place(done, facts)
  return done
}

/** The instance in which a lifetime was last seen. */
export function lastInstance(lifetime: Lifetime): number {
  return lifetime.end?.inst ?? lifetime.sightings.at(-1)?.inst ?? -1
}

export function isEnd(code: number): boolean {
  return code >= FACT.endFirst && code <= FACT.endUnknown
}

function begin(key: Key, fact: KeyFact, ask: KeyFact | undefined, preempted: boolean): Lifetime {
  return {
    key,
    app: fact.obj,
    res: fact.res,
    firstRes: fact.res,
    sightings: [],
    end: undefined,
    ask: ask === undefined ? undefined : { inst: ask.inst, ts: ask.ts },
    node: undefined,
    placedAt: undefined,
    preempted,
    bindLost: false,
    addTwice: false,
  }
}

function askBefore(asks: readonly KeyFact[], fact: KeyFact): KeyFact | undefined {
  return asks.findLast((ask) => ask.inst === fact.inst && ask.ts <= fact.ts)
}

/** An `add` with an ask in a later instance is a new beginning: what was open had never been bound. */
function continues(current: Lifetime, sighting: Sighting): boolean {
  return sighting.inst === lastInstance(current) || sighting.recovered
}

/** Two schedulers at once (a rolling update): the second tells of the pod before the first tells of its end. */
function reopened(done: Lifetime[], sighting: Sighting): Lifetime | undefined {
  const previous = done.at(-1)
  if (previous?.end === undefined || previous.end.inst === sighting.inst || sighting.ts > previous.end.ts)
    return undefined
  done.pop()
  previous.end = undefined
  return previous
}

function see(current: Lifetime, sighting: Sighting, fact: KeyFact): void {
  const last = current.sightings.at(-1)
  if (last?.inst === sighting.inst) current.addTwice = true
  current.sightings.push(sighting)
  current.res = fact.res
}

/** Gives every lifetime the node it was last placed on. */
function place(lifetimes: Lifetime[], facts: readonly KeyFact[]): void {
  for (const fact of facts) {
    if (fact.code !== FACT.place) continue
    const owner =
      lifetimes.find(
        (lifetime) => fact.inst <= lastInstance(lifetime) && (lifetime.end === undefined || fact.ts <= lifetime.end.ts),
      ) ?? lifetimes.at(-1)
    if (owner === undefined) continue
    owner.node = fact.obj
    owner.placedAt ??= { inst: fact.inst, ts: fact.ts }
  }
}
