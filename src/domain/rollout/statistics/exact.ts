/** Exact tails of discrete distributions, from logarithms of factorials: right for counts of any size that occur here. */

const LOG_FACTORIALS: number[] = [0]

/** The natural logarithm of n!, for a whole n from 0. */
export function logFactorial(n: number): number {
  for (let next = LOG_FACTORIALS.length; next <= n; next += 1)
    LOG_FACTORIALS.push(LOG_FACTORIALS[next - 1]! + Math.log(next))
  return LOG_FACTORIALS[n]!
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}

/** A two by two table: how many of how many failed, before and since. */
export interface Table {
  before: { failed: number; finished: number }
  since: { failed: number; finished: number }
}

/**
 * Fisher's exact test, one-sided: the probability of as many failures since or more, were both alike, given how many
 * there are in all. Right for any size; its true rate of false alarms stays below the level, the more so the smaller
 * the counts, and it holds for one look only (for repeated looks: sequential.ts).
 */
export function fisherWorse({ before, since }: Table): number {
  const failed = before.failed + since.failed
  const all = before.finished + since.finished
  const most = Math.min(failed, since.finished)
  const total = logChoose(all, failed)
  let sum = 0
  for (let x = since.failed; x <= most; x += 1) {
    if (failed - x > before.finished) continue
    sum += Math.exp(logChoose(since.finished, x) + logChoose(before.finished, failed - x) - total)
  }
  return Math.min(1, sum)
}

/** P(X >= k) of n trials that succeed with probability p. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n || p <= 0) return 0
  if (p >= 1) return 1
  let sum = 0
  for (let x = k; x <= n; x += 1) {
    const term = Math.exp(logChoose(n, x) + x * Math.log(p) + (n - x) * Math.log1p(-p))
    sum += term
    // Beyond the mode terms only fall: what is left no longer counts.
    if (x > n * p && term < sum * 1e-17) break
  }
  return Math.min(1, sum)
}

/**
 * The exact (Clopper-Pearson) bounds of a probability of which `failed` of `finished` were seen; each is passed with
 * probability `tail` at most.
 */
export function exactBounds(failed: number, finished: number, tail: number): { lower: number; upper: number } {
  if (finished === 0) return { lower: 0, upper: 1 }
  const lower = failed === 0 ? 0 : solve((p) => binomialAtLeast(failed, finished, p) - tail)
  const upper = failed === finished ? 1 : solve((p) => tail - (1 - binomialAtLeast(failed + 1, finished, p)))
  return { lower, upper }
}

/** Where a rising function of a probability crosses zero. */
function solve(rising: (p: number) => number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (rising(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * Of a sorted sample, the value that the percentile of its population does not lie below, but with probability `tail`:
 * an order statistic, free of any shape of the distribution. Undefined where the sample is too small to say so.
 */
export function percentileAtLeast(sorted: readonly number[], percent: number, tail: number): number | undefined {
  const [n, p] = [sorted.length, percent / 100]
  // X_(k) exceeds the percentile when fewer than k values lie below it: P(Binomial(n, p) < k) <= tail.
  let found: number | undefined
  for (let k = 1; k <= n; k += 1) {
    if (1 - binomialAtLeast(k, n, p) > tail) break
    found = sorted[k - 1]
  }
  return found
}
