// What billed usage costs, in millionths of the currency, rounded so that bounds stay bounds.
import { type RawSum } from './sums.ts'
import { pricedUnit, type PriceSheet, RATE_DECIMALS } from './prices.ts'
import { divide } from './units.ts'

/** Decimals of a cost. */
const COST_DECIMALS = 6
const SCALE = 10n ** BigInt(RATE_DECIMALS - COST_DECIMALS)

/** The cost of a sum whose seconds are the billed ones; resources without a rate cost nothing. */
export function costOf(billed: RawSum, prices: PriceSheet): { costLower: bigint; costUpper: bigint | null } {
  const rate = prices.kinds.includes(billed.kind) ? rateFor(billed, prices) : 0n
  const divisor = pricedUnit(billed.resource).divisor * SCALE
  const same = billed.upper === billed.lower
  return {
    costLower: divide(billed.lower * rate, divisor, same ? 'nearest' : 'down'),
    costUpper:
      billed.upper === null ? (rate === 0n ? 0n : null) : divide(billed.upper * rate, divisor, same ? 'nearest' : 'up'),
  }
}

function rateFor(billed: RawSum, prices: PriceSheet): bigint {
  const own = prices.byInstanceType.get(billed.by['instanceType'] ?? '')
  return own?.get(billed.resource) ?? prices.rates.get(billed.resource) ?? 0n
}
