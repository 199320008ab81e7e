/** Simulated schedulers of every version, with crashes anywhere: nothing stays unexplained, nothing is explained away. */
import { describe, expect, it } from 'vitest'
import {
  batchLines,
  collect,
  heartbeatLines,
  restLines,
  streamConnections,
  summaryLines,
} from '../../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../../support/usage/simulator/params.ts'
import { simulate, type Simulation } from '../../../support/usage/simulator/simulate.ts'
import { type Version } from '../../../support/usage/simulator/versions.ts'
import { input, inputs } from '../../../support/usage/ledgers.ts'
import { type Compared, compared } from './compare-texts.ts'

/** The simulated delays between an event and the tracker's own clock reading reach beyond the 5 ms of the default. */
const EPSILON = 20_000_000n

function simulation(seed: number, version: Version, rest = false): Simulation {
  return simulate({ ...randomParams(seed, version), rest })
}

async function comparedWithLog(one: Simulation): Promise<Compared> {
  const polls = collect(one)
  return await compared(inputs(batchLines(polls), heartbeatLines(polls)), inputs(summaryLines(one)), {
    epsilon: EPSILON,
  })
}

describe.each<Version>(['1.6', '1.8', '1.9'])('a simulated YuniKorn %s', (version) => {
  it.each([3, 7, 11, 14, 25, 41])('has no report that is not explained (seed %i)', async (seed) => {
    const one = simulation(seed, version)
    const { items, summary } = await comparedWithLog(one)
    expect(items.filter((item) => item.verdict === 'different')).toEqual([])
    expect(summary.total).toBe(summaryLines(one).length)
    expect(summary.withoutSummary.missing).toBeUndefined()
  })
})

describe('a simulated YuniKorn', () => {
  it('has forgotten only of applications that lived through a crash', async () => {
    const one = simulation(25, '1.8')
    const { items } = await comparedWithLog(one)
    const held = (app: string): number[] =>
      one.truth.filter((truth) => truth.app === app).flatMap((truth) => [...truth.instances])
    for (const item of items.filter((it) => it.forgottenPercent !== null))
      expect(new Set(held(item.application)).size, item.application).toBeGreaterThan(1)
  })

  it('says the same by its REST histories as by its log, for what it has in both', async () => {
    const one = simulation(2, '1.8', true)
    const polls = collect(one)
    const dump = inputs(batchLines(polls), heartbeatLines(polls), restLines(one))
    const { items } = await compared(dump, inputs(summaryLines(one)), { epsilon: EPSILON, rest: true })
    const key = (item: (typeof items)[number]): string =>
      `${item.application} ${item.instance} ${JSON.stringify(item.ours, text)}`
    const byLog = new Map(items.filter((item) => item.source === 'log').map((item) => [key(item), item.verdict]))
    const byRest = items.filter((item) => item.source === 'rest' && byLog.has(key(item)))
    expect(byRest.length).toBeGreaterThan(3)
    for (const item of byRest) expect(item.verdict, item.application).toBe(byLog.get(key(item)))
    expect(items.filter((item) => item.verdict === 'different')).toEqual([])
  })

  it.each([110, 150, 158])(
    'is equal to histories of applications that went on after the snapshot (seed %i)',
    async (seed) => {
      const one = simulation(seed, '1.8', true)
      const polls = collect(one)
      const dump = inputs(batchLines(polls), heartbeatLines(polls), restLines(one))
      const { items } = await compared(dump, [], { epsilon: EPSILON })
      expect(items.length).toBeGreaterThan(5)
      expect(items.filter((item) => item.verdict === 'different')).toEqual([])
    },
  )

  it('of 1.5, whose stream names no instance, is told apart all the same', async () => {
    const one = simulation(7, '1.5')
    const streams = streamConnections(one).map((text, n) => input(`stream-${n}.jsonl`, text))
    const { summary } = await compared(streams, inputs(summaryLines(one)), { epsilon: EPSILON })
    expect(summary.different).toBe(0)
  })

  it('of 1.4 leaves placeholders out, and so do we before comparing', async () => {
    const one = simulate({ ...randomParams(34, '1.4'), outages: [] })
    const { items, summary } = await comparedWithLog(one)
    expect(items.every((item) => item.theirs.placeholder === null)).toBe(true)
    expect(summary.total).toBeGreaterThan(5)
    expect(items.filter((item) => item.verdict === 'different')).toEqual([])
  })
})

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
