// Sums of quantity × seconds by kind and resource, in integers of any size. Units are YuniKorn's own: milli-core-seconds,
// byte-seconds, and pieces × seconds for all else.
import { type Kind, KINDS } from '../question.ts'

/** By resource; what is missing is zero. */
export type Amounts = Map<string, bigint>
export type UsageByKind = Record<Kind, Amounts>

/** As documents show it: without zeros, resources in order. */
export type AmountsJson = Record<string, bigint>

export function noUsage(): UsageByKind {
  return { used: new Map(), placeholder: new Map(), preempted: new Map() }
}

export function addAmount(into: Amounts, resource: string, amount: bigint): void {
  into.set(resource, (into.get(resource) ?? 0n) + amount)
}

/** Adds a resource vector so many times. */
export function addTimes(into: Amounts, vector: ReadonlyMap<string, bigint>, times: bigint): void {
  for (const [resource, quantity] of vector) addAmount(into, resource, quantity * times)
}

/** All kinds in one. */
export function sumOfKinds(usage: UsageByKind): Amounts {
  const sum: Amounts = new Map()
  for (const kind of KINDS) addTimes(sum, usage[kind], 1n)
  return sum
}

/** As YuniKorn's int64 holds it: sums wrap silently (tracked_resources.go, `AggregateTrackedResource`). */
export function wrap(amounts: Amounts): Amounts {
  return new Map([...amounts].map(([resource, amount]) => [resource, wrapOne(amount)]))
}

export function wrapOne(amount: bigint): bigint {
  return BigInt.asIntN(64, amount)
}

export function wrapUsage(usage: UsageByKind): UsageByKind {
  return { used: wrap(usage.used), placeholder: wrap(usage.placeholder), preempted: wrap(usage.preempted) }
}

/** left − right, without zeros. */
export function subtract(left: Amounts, right: Amounts): Amounts {
  const difference: Amounts = new Map()
  for (const resource of new Set([...left.keys(), ...right.keys()])) {
    const amount = (left.get(resource) ?? 0n) - (right.get(resource) ?? 0n)
    if (amount !== 0n) difference.set(resource, amount)
  }
  return difference
}

export function isNothing(amounts: ReadonlyMap<string, bigint>): boolean {
  return [...amounts.values()].every((amount) => amount === 0n)
}

export function amountsJson(amounts: Amounts): AmountsJson {
  const entries = [...amounts].filter(([, amount]) => amount !== 0n)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function usageJson(usage: UsageByKind): Record<Kind, AmountsJson> {
  return {
    used: amountsJson(usage.used),
    placeholder: amountsJson(usage.placeholder),
    preempted: amountsJson(usage.preempted),
  }
}
