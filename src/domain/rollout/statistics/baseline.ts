/**
 * What history leads to expect: the probability of a failure by weekday, and whether days differ more than chance.
 *
 * Jobs of a Sunday are others than those of a Monday, so each weekday is compared with its own. A weekday with few
 * failures says little alone: it is drawn towards the rate over all weekdays, as if it had had five failures of that
 * rate besides its own.
 */

export interface DayCount {
  /** `2026-11-02` */
  day: string
  /** 1 (Monday) to 7 (Sunday). */
  weekday: number
  finished: number
  failed: number
}

export interface Baseline {
  finished: number
  failed: number
  /** Over all weekdays, with Jeffreys' half failure, so that nothing seen is not taken for impossible. */
  rate: number
  /** By weekday, 1 to 7. */
  byWeekday: ReadonlyMap<number, { finished: number; failed: number; rate: number }>
  /** Weekdays of which nothing was seen; they are taken for average. */
  unseenWeekdays: readonly number[]
  dispersion: Dispersion
}

/**
 * How many times as much as chance days of the same weekday differ, by Pearson's chi-square; `error`: its standard error.
 * 1 and 0 where there are too few days to tell.
 */
export interface Dispersion {
  estimate: number
  error: number
}

const OWN_WEIGHT_FAILURES = 5
/** Days beyond one for each weekday that an estimate of the dispersion needs. */
const LEAST_FREEDOM = 7

/** Sums days up. Rates are probabilities. */
export function baselineOf(days: readonly DayCount[]): Baseline {
  const [finished, failed] = [sum(days, ({ finished: n }) => n), sum(days, ({ failed: x }) => x)]
  const rate = (failed + 0.5) / (finished + 1)
  const weight = OWN_WEIGHT_FAILURES / rate
  const byWeekday = new Map<number, { finished: number; failed: number; rate: number }>()
  for (let weekday = 1; weekday <= 7; weekday += 1) {
    const own = days.filter((day) => day.weekday === weekday)
    const [n, x] = [sum(own, (day) => day.finished), sum(own, (day) => day.failed)]
    byWeekday.set(weekday, { finished: n, failed: x, rate: (x + weight * rate) / (n + weight) })
  }
  // Drawing weekdays towards each other must not change what they lead to expect in all.
  const drawn = sum([...byWeekday.values()], (one) => one.finished * one.rate)
  for (const one of byWeekday.values()) if (one.finished > 0) one.rate *= (finished * rate) / drawn
  return {
    finished,
    failed,
    rate,
    byWeekday,
    unseenWeekdays: [...byWeekday].flatMap(([weekday, one]) => (one.finished === 0 ? [weekday] : [])),
    dispersion: dispersionOf(days, byWeekday),
  }
}

/** The probability of a failure of an application that finishes on this weekday. */
export function expectedOn({ byWeekday, rate }: Baseline, weekday: number): number {
  return byWeekday.get(weekday)?.rate ?? rate
}

/** The variance of the statistic for small expectations has the term 1/expected (Haldane, Biometrika 1937). */
function dispersionOf(
  days: readonly DayCount[],
  byWeekday: ReadonlyMap<number, { finished: number; failed: number }>,
): Dispersion {
  let [square, variance, used] = [0, 0, 0]
  const weekdays = new Set<number>()
  for (const { weekday, finished, failed } of days) {
    const own = byWeekday.get(weekday)
    if (own === undefined || own.failed === 0 || finished === 0) continue
    const rate = own.failed / own.finished
    const expected = finished * rate
    square += (failed - expected) ** 2 / (expected * Math.max(1 - rate, 1e-9))
    variance += 2 + 1 / expected
    used += 1
    weekdays.add(weekday)
  }
  const freedom = used - weekdays.size
  return freedom < LEAST_FREEDOM
    ? { estimate: 1, error: 0 }
    : { estimate: square / freedom, error: Math.sqrt(variance) / freedom }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
