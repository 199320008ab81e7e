// What YuniKorn forgot of a run: at a restart its trackers begin anew, so that a report covers only what the last
// scheduler saw. Shares are of the whole run, in per cent with two decimals; a lower share is rounded down, an upper up.
import { KINDS } from '../question.ts'
import { type Amounts, sumOfKinds } from './amounts.ts'
import { isExact, isSame } from './bounds.ts'
import { booked, type Comparison } from './verdict.ts'

export interface Forgotten {
  /** At least so much is in no report, of the resource that lost most; null if nothing is forgotten. */
  forgottenPercent: number | null
  /** At most so much; null if nothing is forgotten, or if nothing bounds it. */
  forgottenPercentUpper: number | null
  /** At least, for each resource that lost something. */
  forgottenByResource: Record<string, number>
}

export const NOTHING_FORGOTTEN: Forgotten = {
  forgottenPercent: null,
  forgottenPercentUpper: null,
  forgottenByResource: {},
}

/** Of one run; kinds that the report's version never tells are not called forgotten. */
export function forgottenIn({ own, whole, report }: Comparison): Forgotten {
  if (isSame(own, whole) || !isExact(own)) return NOTHING_FORGOTTEN
  const seen = sumOfKinds(booked(own.lower, report.kinds))
  const lower = sumOfKinds(booked(whole.lower, report.kinds))
  const upper = sumOfKinds(booked(whole.upper, report.kinds))
  const isOpen = KINDS.some((kind) => whole.open[kind].size > 0)
  const shares = sharesOf(lower, seen, 'down')
  const most = Object.values(sharesOf(upper, seen, 'up'))
  if (Object.keys(shares).length === 0 && most.length === 0 && !isOpen) return NOTHING_FORGOTTEN
  return {
    forgottenPercent: Math.max(0, ...Object.values(shares)),
    forgottenPercentUpper: isOpen ? null : Math.max(0, ...most),
    forgottenByResource: shares,
  }
}

/** Share of `whole` that is not in `seen`, by resource, where there is one. */
export function sharesOf(whole: Amounts, seen: Amounts, rounding: 'down' | 'up'): Record<string, number> {
  const shares = [...whole].flatMap(([resource, amount]): [string, number][] => {
    const missing = amount - (seen.get(resource) ?? 0n)
    if (amount <= 0n || missing <= 0n) return []
    const hundredths = missing * 10_000n + (rounding === 'up' ? amount - 1n : 0n)
    return [[resource, Number(hundredths / amount) / 100]]
  })
  return Object.fromEntries(shares.sort(([a], [b]) => (a < b ? -1 : 1)))
}
