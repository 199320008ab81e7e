// YuniKorn 1.4: allocations have names that no ask has, and after a restart the names of their pods.
import { expect, it } from 'vitest'
import { lifetimesOf } from '../../support/usage/claims.ts'
import { input, withLedger } from '../../support/usage/ledgers.ts'
import { collect, envelopeLines } from '../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../support/usage/simulator/params.ts'
import { simulate } from '../../support/usage/simulator/simulate.ts'

/** Clusters of 1.4 with restarts. */
const SEEDS = Array.from({ length: 8 }, (_, index) => index)

it.each(SEEDS)(
  'never bills an application more than it had at most, whatever its allocations are called (cluster %i)',
  async (seed) => {
    const simulation = simulate(randomParams(seed, '1.4'))
    const dump = input('events.jsonl', `${envelopeLines(collect(simulation)).join('\n')}\n`)
    const lifetimes = await withLedger([dump], lifetimesOf)
    const most = new Map<string, bigint>()
    for (const { app, start, end } of simulation.truth) {
      // A rounding edge may give each allocation a second more.
      most.set(app, (most.get(app) ?? 0n) + ((end ?? simulation.end) - start) / 1_000_000_000n + 1n)
    }
    const least = new Map<string, bigint>()
    for (const { app, lower } of lifetimes) least.set(app, (least.get(app) ?? 0n) + lower)
    for (const [app, seconds] of least) expect(seconds, app).toBeLessThanOrEqual(most.get(app) ?? 0n)
  },
)
