/** The test that watches failures: what it promises, by exact computation and by simulation. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baselineOf, type DayCount, expectedOn } from '../../../src/domain/rollout/statistics/baseline.ts'
import {
  followFailures,
  type SequentialPlan,
  spendable,
  targetOf,
  type Trial,
} from '../../../src/domain/rollout/statistics/sequential.ts'
import { randomFrom } from '../../support/rollout/random.ts'

const PLAN: SequentialPlan = {
  falseAlarms: 0.01,
  worseBy: 2,
  failuresBefore: 300,
  rateBefore: 0.03,
  dispersion: 1,
}
const trials = (count: number, expected: number, fails: (index: number) => boolean): Trial[] =>
  Array.from({ length: count }, (_, index) => ({ expected, failed: fails(index) }))

describe('watching failures after each application', () => {
  it('spends no more false alarms than it was given, for any history and any sequence', () => {
    fc.assert(
      fc.property(
        fc.record({
          failuresBefore: fc.integer({ min: 0, max: 500 }),
          rateBefore: fc.double({ min: 0.0005, max: 0.5, noNaN: true }),
          falseAlarms: fc.constantFrom(0.001, 0.01, 0.05),
          dispersion: fc.constantFrom(1, 1.7, 4),
          worseBy: fc.constantFrom(1.5, 2, 5),
        }),
        fc.array(fc.boolean(), { maxLength: 400 }),
        (plan, outcomes) => {
          const { spent, finished, failed } = followFailures(
            outcomes.map((one) => ({ expected: plan.rateBefore, failed: one })),
            plan,
          )
          expect(spent).toBeLessThanOrEqual(plan.falseAlarms)
          expect([finished, failed]).toEqual([outcomes.length, outcomes.filter(Boolean).length])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('raises the alarm at the first look that crosses, and keeps it whatever comes after', () => {
    const bad = trials(40, 0.03, (index) => index < 8)
    const found = followFailures(bad, PLAN)
    expect(found.alarm?.finished).toBeLessThanOrEqual(8)
    expect(followFailures([...bad, ...trials(400, 0.03, () => false)], PLAN).alarm).toEqual(found.alarm)
  })

  it('gives the same answer whether it is asked once or after every application', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (outcomes) => {
        const path = outcomes.map((failed) => ({ expected: 0.05, failed }))
        const first = path.findIndex((_, at) => followFailures(path.slice(0, at + 1), PLAN).alarm !== null)
        expect(followFailures(path, PLAN).alarm?.finished ?? 0).toBe(first + 1)
      }),
      { numRuns: 40 },
    )
  })

  it('is raised within six applications where every one fails, and never by a single failure', () => {
    expect(
      followFailures(
        trials(20, 0.03, () => true),
        PLAN,
      ).alarm?.finished,
    ).toBeLessThanOrEqual(6)
    for (const at of [0, 10, 400])
      expect(
        followFailures(
          trials(500, 0.03, (index) => index === at),
          PLAN,
        ).alarm,
      ).toBeNull()
  })

  it('is raised by the first few failures where there was next to none before', () => {
    // None of 8400 before; since, one of a hundred.
    const rateBefore = 0.5 / 8401
    const path = trials(1000, rateBefore, (index) => index % 100 === 50)
    const { alarm } = followFailures(path, { ...PLAN, falseAlarms: 0.0063, failuresBefore: 0, rateBefore })
    expect(alarm?.failed).toBeLessThanOrEqual(5)
    expect(followFailures(path.slice(0, 60), { ...PLAN, failuresBefore: 0, rateBefore }).alarm).toBeNull()
  })

  it('waits longer the less the history tells', () => {
    const alarmAfter = (failuresBefore: number): number =>
      followFailures(
        trials(1000, 0.03, (index) => index % 8 === 0),
        { ...PLAN, failuresBefore },
      ).alarm?.finished ?? Infinity
    expect(alarmAfter(1000)).toBeLessThanOrEqual(alarmAfter(20))
    expect(alarmAfter(20)).toBeLessThanOrEqual(alarmAfter(1))
  })

  it('counts failures that came in bursts before for fewer', () => {
    const burst = trials(300, 0.03, (index) => index > 270)
    expect(followFailures(burst, PLAN).alarm).not.toBeNull()
    expect(followFailures(burst, { ...PLAN, dispersion: 4 }).alarm).toBeNull()
  })

  it('holds its promise in simulation too: fewer than 1 % of alarms over 2000 applications, doublings mostly noticed', () => {
    const random = randomFrom(20261123)
    const rate = 0.04
    const follow = (factor: number): boolean => {
      // The rate is estimated anew each time, from a history as long as four weeks.
      const before = trials(3000, 0, () => random() < rate).filter(({ failed }) => failed).length
      const plan = { ...PLAN, failuresBefore: before, rateBefore: (before + 0.5) / 3001 }
      const path = trials(2000, plan.rateBefore, () => random() < rate * factor)
      return followFailures(path, plan).alarm !== null
    }
    const share = (factor: number, count: number): number =>
      Array.from({ length: count }, () => follow(factor)).filter(Boolean).length / count
    expect(share(1, 300)).toBeLessThan(0.02)
    expect(share(2, 40)).toBeGreaterThan(0.95)
  })

  it('spends most until the target, the rest after it, and never all', () => {
    const target = targetOf({ rateBefore: 0.03, worseBy: 2 })
    expect(target).toBe(500)
    expect(targetOf({ rateBefore: 0.01, worseBy: 2 })).toBe(1500)
    expect(targetOf({ rateBefore: 0, worseBy: 2 })).toBe(3000)
    expect(spendable(target, target, 0.01)).toBeCloseTo(0.009, 6)
    expect(spendable(1e9, target, 0.01)).toBeLessThan(0.01)
  })
})

describe('what history leads to expect', () => {
  const day = (index: number, finished: number, failed: number): DayCount => ({
    day: `d${index}`,
    weekday: (index % 7) + 1,
    finished,
    failed,
  })

  it('keeps weekdays apart, and draws those with few failures towards all', () => {
    const days = Array.from({ length: 28 }, (_, index) => day(index, 100, index % 7 === 6 ? 20 : 2))
    const baseline = baselineOf(days)
    expect(expectedOn(baseline, 7)).toBeGreaterThan(0.16)
    expect(expectedOn(baseline, 1)).toBeLessThan(0.035)
    expect(baseline.dispersion.estimate).toBeLessThan(1)
    const thin = baselineOf([day(0, 5, 1), ...Array.from({ length: 6 }, (_, index) => day(index + 1, 500, 5))])
    expect(expectedOn(thin, 1)).toBeLessThan(0.015)
  })

  it('says of which weekdays nothing was seen, and takes them for average', () => {
    const baseline = baselineOf([day(0, 100, 5)])
    expect(baseline.unseenWeekdays).toEqual([2, 3, 4, 5, 6, 7])
    expect(expectedOn(baseline, 4)).toBeCloseTo(baseline.rate, 10)
  })

  it('finds days that differ more than chance, and only those', () => {
    const random = randomFrom(7)
    const draws = (rate: (index: number) => number): DayCount[] =>
      Array.from({ length: 56 }, (_, index) => {
        const own = rate(index)
        return day(index, 100, Array.from({ length: 100 }, () => random() < own).filter(Boolean).length)
      })
    const { estimate, error } = baselineOf(draws(() => 0.05)).dispersion
    expect(Math.abs(estimate - 1)).toBeLessThan(2 * error)
    expect(baselineOf(draws((index) => (index % 10 === 0 ? 0.4 : 0.02))).dispersion.estimate).toBeGreaterThan(3)
  })

  it('takes no history for no impossibility', () => {
    expect(baselineOf([]).rate).toBe(0.5)
    expect(baselineOf([day(0, 500, 0)]).rate).toBeGreaterThan(0)
  })
})
