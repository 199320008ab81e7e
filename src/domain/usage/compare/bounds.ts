// Sums with a lower and an upper bound, by kind and resource.
import { type Kind, KINDS } from '../question.ts'
import { type AmountsJson, amountsJson, noUsage, subtract, type UsageByKind, wrapUsage } from './amounts.ts'

export interface Bounds {
  lower: UsageByKind
  upper: UsageByKind
  /** Resources whose upper bound is unknown; `upper` has only the bounded part of these. */
  open: Record<Kind, Set<string>>
}

/** As documents show an upper bound: null where nothing bounds it. */
export type UpperJson = Record<Kind, Record<string, bigint | null>>

export function noBounds(): Bounds {
  return {
    lower: noUsage(),
    upper: noUsage(),
    open: { used: new Set(), placeholder: new Set(), preempted: new Set() },
  }
}

export function isExact({ lower, upper, open }: Bounds): boolean {
  return KINDS.every((kind) => open[kind].size === 0 && subtract(upper[kind], lower[kind]).size === 0)
}

/** Both bounds are the same, and neither is open. */
export function isSame(a: Bounds, b: Bounds): boolean {
  return isExact(a) && isExact(b) && KINDS.every((kind) => subtract(a.lower[kind], b.lower[kind]).size === 0)
}

export function wrapBounds({ lower, upper, open }: Bounds): Bounds {
  return { lower: wrapUsage(lower), upper: wrapUsage(upper), open }
}

/** Undefined where both bounds are the same. */
export function upperJson(bounds: Bounds): UpperJson | undefined {
  if (isExact(bounds)) return undefined
  const one = (kind: Kind): Record<string, bigint | null> => {
    const amounts: AmountsJson = amountsJson(bounds.upper[kind])
    return { ...amounts, ...Object.fromEntries([...bounds.open[kind]].map((resource) => [resource, null])) }
  }
  return { used: one('used'), placeholder: one('placeholder'), preempted: one('preempted') }
}
