/** Percentiles of measured times. */

export interface Percentiles {
  count: number
  min: number
  p50: number
  p90: number
  p95: number
  p99: number
  max: number
}

/**
 * By the nearest rank: the smallest measured value that at least p percent of the values do not exceed (NIST
 * Engineering Statistics Handbook 7.2.6.2 calls the alternatives interpolations; none is used, so that every figure is
 * one that was measured). Of fewer than 100 values p99 is the largest. In the values' unit; null of no values.
 */
export function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const at = (percent: number): number => sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1]!
  return {
    count: sorted.length,
    min: sorted[0]!,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: sorted.at(-1)!,
  }
}
