/** Exact tails: against tables from textbooks, against scipy, and against what they must satisfy. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binomialAtLeast,
  exactBounds,
  fisherWorse,
  percentileAtLeast,
} from '../../../src/domain/rollout/statistics/exact.ts'
import { followFailures } from '../../../src/domain/rollout/statistics/sequential.ts'
import { capabilityPath, needs } from '../../support/capabilities.ts'
import { randomFrom } from '../../support/rollout/random.ts'

describe("Fisher's exact test", () => {
  it('gives the figures of small tables that are worked out by hand', () => {
    // The lady tasting tea: 3 of 4 right is 17/70, 4 of 4 is 1/70 (Fisher, The Design of Experiments, 1935).
    const tea = (right: number): number =>
      fisherWorse({ since: { failed: right, finished: 4 }, before: { failed: 4 - right, finished: 4 } })
    expect(tea(4)).toBeCloseTo(1 / 70, 12)
    expect(tea(3)).toBeCloseTo(17 / 70, 12)
    // 1 of 1 failed, after 0 of 9: one in ten.
    expect(fisherWorse({ since: { failed: 1, finished: 1 }, before: { failed: 0, finished: 9 } })).toBeCloseTo(0.1, 12)
  })

  it('is certain of nothing where nothing failed or nothing was seen', () => {
    expect(fisherWorse({ since: { failed: 0, finished: 5 }, before: { failed: 2, finished: 50 } })).toBeCloseTo(1, 12)
    expect(fisherWorse({ since: { failed: 0, finished: 0 }, before: { failed: 0, finished: 0 } })).toBeCloseTo(1, 12)
  })
})

describe('bounds of a probability', () => {
  it('hold the rule of three', () => {
    expect(exactBounds(0, 300, 0.05).upper).toBeCloseTo(1 - 0.05 ** (1 / 300), 10)
    expect(exactBounds(0, 0, 0.05)).toEqual({ lower: 0, upper: 1 })
  })

  it('bracket what was seen, and narrow with more of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const x = Math.round(n * share)
        const small = exactBounds(x, n, 0.01)
        const large = exactBounds(4 * x, 4 * n, 0.01)
        expect(small.lower).toBeLessThanOrEqual(x / n)
        expect(small.upper).toBeGreaterThanOrEqual(x / n)
        expect(large.upper - large.lower).toBeLessThan(small.upper - small.lower)
      }),
      { numRuns: 100 },
    )
  })
})

describe('the lower bound of a percentile', () => {
  it('is a value that was measured, below the percentile itself, and missing where there are too few', () => {
    const sorted = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentileAtLeast(sorted, 50, 0.01)).toBe(38)
    expect(percentileAtLeast(sorted, 95, 0.01)).toBeLessThan(95)
    expect(percentileAtLeast([1, 2, 3], 50, 0.01)).toBeUndefined()
  })

  it('is passed as seldom as it says, for times of any shape', () => {
    const random = randomFrom(11)
    const passed = Array.from({ length: 2000 }, () => {
      const sample = Array.from({ length: 60 }, () => -Math.log(1 - random())).sort((a, b) => a - b)
      return percentileAtLeast(sample, 90, 0.05)! > -Math.log(0.1)
    }).filter(Boolean).length
    expect(passed / 2000).toBeLessThan(0.065)
  })
})

describe('beside scipy', () => {
  const { it: itWithScipy } = needs('scipy')
  const random = randomFrom(3)
  const whole = (most: number): number => Math.floor(random() * (most + 1))
  const ask = (questions: readonly object[]): unknown[] =>
    execFileSync(capabilityPath('scipy')!, [fileURLToPath(new URL('reference.py', import.meta.url))], {
      input: questions.map((one) => `${JSON.stringify(one)}\n`).join(''),
      encoding: 'utf8',
    })
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)

  itWithScipy('gives the same tails and bounds for a thousand random tables', () => {
    const cases = Array.from({ length: 1000 }, () => {
      const [beforeAll, sinceAll] = [1 + whole(3000), 1 + whole(600)]
      return { beforeAll, sinceAll, before: whole(beforeAll / 4), since: whole(sinceAll / 3) }
    })
    const fisher = ask(cases.map((one) => ({ of: 'fisher', ...one }))) as number[]
    const binomial = ask(
      cases.map(({ sinceAll, since, before, beforeAll }) => ({
        of: 'binomial',
        k: since,
        n: sinceAll,
        p: before / beforeAll,
      })),
    ) as number[]
    const bounds = ask(cases.map(({ since, sinceAll }) => ({ of: 'bounds', x: since, n: sinceAll, tail: 0.005 }))) as [
      number,
      number,
    ][]
    for (const [at, { before, beforeAll, since, sinceAll }] of cases.entries()) {
      const own = fisherWorse({
        before: { failed: before, finished: beforeAll },
        since: { failed: since, finished: sinceAll },
      })
      expect(own).toBeCloseTo(fisher[at]!, 9)
      expect(binomialAtLeast(since, sinceAll, before / beforeAll)).toBeCloseTo(binomial[at]!, 9)
      const { lower, upper } = exactBounds(since, sinceAll, 0.005)
      expect(lower).toBeCloseTo(bounds[at]![0], 9)
      expect(upper).toBeCloseTo(bounds[at]![1], 9)
    }
  })

  itWithScipy('predicts counts as the beta-binomial distribution does, where all weekdays are alike', () => {
    for (const [x, n] of [
      [0, 100],
      [3, 400],
      [60, 2000],
    ] as const) {
      // With one look only, and all of the error spent at it, the alarm is the quantile of the prediction.
      const rateBefore = (x + 0.5) / (n + 1)
      const path = Array.from({ length: 200 }, () => ({ expected: rateBefore, failed: false }))
      const plan = { falseAlarms: 0.01, worseBy: 2, failuresBefore: x, rateBefore, dispersion: 1 }
      const { alarmAt, spent } = followFailures(path, plan)
      const tail = ask([{ of: 'predicted', x, n, m: 200, k: alarmAt }])[0] as number
      // The sum over all looks is never less than what the last look alone would allow.
      expect(tail).toBeLessThanOrEqual(spent * 1.000001)
      expect(tail).toBeGreaterThan(0)
    }
  })
})
