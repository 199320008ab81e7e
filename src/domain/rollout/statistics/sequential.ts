/**
 * Whether failures come more often than before, looked at after every application that finishes.
 *
 * A test of a fixed size, looked at again and again, raises its alarm sooner or later even where nothing changed. Here
 * the probability of a false alarm is spent over the whole time (Lan and DeMets, Biometrika 1983): after each
 * application the lowest count is found that the spent part allows, with the exact distribution of the count, carried
 * on from one application to the next. So the sum of all alarms, at whatever look, stays below `falseAlarms`.
 *
 * The rate before is an estimate, too, and from few failures a poor one. So the count is not compared with a fixed rate
 * but with what the history predicts: the rate is uncertain as a gamma distribution (Jeffreys' prior, then the failures
 * of the baseline), which makes each application an urn draw. Where all weekdays are alike this is the beta-binomial
 * distribution exactly. Few failures before mean a wide prediction and a late alarm, never a false one.
 */

export interface SequentialPlan {
  /** Probability of an alarm, over the whole time, where nothing changed. */
  falseAlarms: number
  /** The times as many failures that are to be noticed. */
  worseBy: number
  /** How many failures the baseline holds: how well the rate before is known. */
  failuresBefore: number
  /** The rate before, over all weekdays. */
  rateBefore: number
  /**
   * How much more than chance days of the baseline differ (dispersion.ts); 1 where they do not. Counts and expectations
   * are divided by it: failures that come in bursts count for fewer.
   */
  dispersion: number
}

export interface Trial {
  /** The probability before that an application of this weekday fails. */
  expected: number
  failed: boolean
}

export interface Sequence {
  finished: number
  failed: number
  /** How many failures the rate before leads to expect. */
  expected: number
  /** The count at which the alarm is raised, were this the moment of it. */
  alarmAt: number
  /** After how many applications, and how many failures, it was raised; null: not yet. Once raised, it stays. */
  alarm: { finished: number; failed: number } | null
  /** The probability that it would have been raised by now, were failures `worseBy` times as frequent. */
  noticed: number
  /** The probability that it would have been raised by now, were nothing changed: what is spent so far. */
  spent: number
}

/** By when most of the false alarms are spent: when twice as many failures make this many. */
const TARGET_FAILURES = 30
const TARGET_FINISHED = 500
/**
 * At the latest after so many applications, which is 30 failures of a doubled half per cent: where the operator failed
 * next to nothing before, 30 are out of reach, and what is kept for then would be missing when the first few come.
 */
const TARGET_AT_MOST = 3000
/** The share that is spent until then; the rest is for the time after, however long. */
const EARLY_SHARE = 0.9

/**
 * When most of it is spent, in applications: whichever comes later, 500 of them or 30 failures at `worseBy` times the
 * rate, but no later than 3000. About as many are needed to tell two rates of a factor of two apart at 1 %, whatever the test.
 */
export function targetOf({ rateBefore, worseBy }: Pick<SequentialPlan, 'rateBefore' | 'worseBy'>): number {
  const untilFailures = Math.ceil(TARGET_FAILURES / Math.max(rateBefore * worseBy, 1e-6))
  return Math.min(TARGET_AT_MOST, Math.max(TARGET_FINISHED, untilFailures))
}

/** What of the false alarms may be spent after so many: the cube of the share until the target, then the rest slowly. */
export function spendable(finished: number, target: number, falseAlarms: number): number {
  if (finished <= target) return falseAlarms * EARLY_SHARE * (finished / target) ** 3
  return falseAlarms * (EARLY_SHARE + (1 - EARLY_SHARE) * (1 - target / finished))
}

/** Follows applications in the order in which they finished. Deterministic; linear in them times the failures. */
export function followFailures(trials: readonly Trial[], plan: SequentialPlan): Sequence {
  const { dispersion, worseBy, falseAlarms, rateBefore } = plan
  const target = targetOf(plan)
  const same = new Counts()
  const worse = new Counts()
  const shape = plan.failuresBefore / dispersion + 0.5
  let [failed, expected, spent, noticed, alarmAt] = [0, 0, 0, 0, Number.POSITIVE_INFINITY]
  let alarm: Sequence['alarm'] = null
  for (const [index, trial] of trials.entries()) {
    const base = trial.expected / dispersion
    const drawn = expected / dispersion
    same.draw((count) => (base * (shape + count)) / (shape + drawn))
    worse.draw(() => base * worseBy)
    const finished = index + 1
    const { from, mass } = same.cutTail(spendable(finished, target, falseAlarms) - spent)
    spent += mass
    noticed += worse.cutFrom(from)
    alarmAt = from
    expected += trial.expected
    if (trial.failed) failed += 1
    if (alarm === null && Math.floor(failed / dispersion) >= from) alarm = { finished, failed }
  }
  if (trials.length === 0) alarmAt = firstAlarm(rateBefore)
  return {
    finished: trials.length,
    failed,
    expected,
    alarmAt: Math.ceil(alarmAt * dispersion),
    alarm,
    noticed: Math.min(1, noticed),
    spent,
  }
}

/** Before anything finished there is no count that raises an alarm; told as the smallest that ever could. */
function firstAlarm(rate: number): number {
  return rate > 0 ? 2 : 1
}

/** What is left out on both sides: too little to move any figure that is shown. */
const NEGLIGIBLE = 1e-18

/** The distribution of a count so far, without what an alarm has taken out. */
class Counts {
  /** The lowest count that is still possible. */
  private low = 0
  private masses: number[] = [1]

  /** One more application, which fails with a probability that may depend on the count so far. */
  draw(probability: (count: number) => number): void {
    const { masses, low } = this
    masses.push(0)
    for (let at = masses.length - 2; at >= 0; at -= 1) {
      const mass = masses[at]!
      const up = mass * Math.min(1, probability(low + at))
      masses[at + 1]! += up
      masses[at] = mass - up
    }
    while (masses.length > 1 && masses[0]! < NEGLIGIBLE) {
      masses.shift()
      this.low += 1
    }
    while (masses.length > 1 && masses.at(-1)! < NEGLIGIBLE * NEGLIGIBLE) masses.pop()
  }

  /** Takes out the most counts from above that weigh no more than this; gives the lowest of them and their weight. */
  cutTail(most: number): { from: number; mass: number } {
    let mass = 0
    while (this.masses.length > 0 && mass + this.masses.at(-1)! <= most) mass += this.masses.pop()!
    return { from: this.low + this.masses.length, mass }
  }

  /** Takes out every count from this one on; gives their weight. */
  cutFrom(from: number): number {
    let mass = 0
    while (this.masses.length > 0 && this.low + this.masses.length > from) mass += this.masses.pop()!
    return mass
  }
}
