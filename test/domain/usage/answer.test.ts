/** Sums: windows add up to the whole, groups to the total, the largest and the others to all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { openFactStore } from '../../../src/adapters/duckdb/fact-store.ts'
import { answer, type UsageItem } from '../../../src/domain/usage/answer.ts'
import { buildLedger, type UsageLedger } from '../../../src/domain/usage/ledger.ts'
import { parsePriceSheet } from '../../../src/domain/usage/prices.ts'
import { type Dimension, DIMENSIONS, type Question } from '../../../src/domain/usage/question.ts'
import { unitOf } from '../../../src/domain/usage/units.ts'
import { WINDOWS } from '../../../src/domain/usage/windows.ts'
import { oneLife } from '../../support/usage/dump-files.ts'
import { answerOf, inputs, LEDGER_OPTIONS, QUESTION, recordedLines } from '../../support/usage/ledgers.ts'

/** The recorded restart as far as the new scheduler's first minute; nothing of the first one's first minute. */
const stream = recordedLines('examples/restart/stream.jsonl.gz')
const DUMPS = { whole: stream, beheaded: stream.slice(1500) } as const

const ledgers = {} as Record<keyof typeof DUMPS, UsageLedger>
beforeAll(async () => {
  for (const name of Object.keys(DUMPS) as (keyof typeof DUMPS)[]) {
    const store = await openFactStore({ memory: '256MB', threads: 1 })
    const rest = recordedLines('test/fixtures/recordings/restart/rest.jsonl.gz').slice(0, 60)
    ledgers[name] = await buildLedger(
      inputs(DUMPS[name], rest),
      { store },
      { ...LEDGER_OPTIONS, wantUsers: true },
      () => undefined,
    )
  }
})
afterAll(async () => {
  for (const ledger of Object.values(ledgers)) await ledger.store.close()
})

const ask = async (dump: keyof typeof DUMPS, question: Partial<Question>): Promise<UsageItem[]> =>
  (await answer(ledgers[dump], { ...QUESTION, ...question })).items

/** Sums of lower and upper by kind and resource, and by more where asked. */
function sums(items: readonly UsageItem[], more: (item: UsageItem) => string = () => ''): Record<string, string> {
  const all = new Map<string, { lower: bigint; upper: bigint | null; exact: bigint }>()
  for (const item of items) {
    const key = [more(item), item.kind, item.resource].join(' ')
    const sum = all.get(key) ?? { lower: 0n, upper: 0n, exact: 0n }
    const upper = sum.upper === null || item.upper === null ? null : sum.upper + BigInt(item.upper)
    all.set(key, { lower: sum.lower + BigInt(item.lower), upper, exact: sum.exact + BigInt(item.exact) })
  }
  const shown = [...all].sort().map(([key, { lower, upper, exact }]) => [key, `${lower}..${upper ?? ''} ${exact}`])
  return Object.fromEntries(shown) as Record<string, string>
}

const dump = fc.constantFrom<keyof typeof DUMPS>('whole', 'beheaded')
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Havana']

describe('bounds', () => {
  it('are in order, and say what they are', async () => {
    for (const name of ['whole', 'beheaded'] as const) {
      for (const item of await ask(name, { by: ['app', 'node'] })) {
        expect(BigInt(item.exact)).toBeLessThanOrEqual(BigInt(item.lower))
        const expected = item.upper === null ? 'open' : item.upper === item.lower ? 'exact' : 'bounded'
        expect(item.status).toBe(expected)
        if (item.upper !== null) expect(BigInt(item.upper)).toBeGreaterThanOrEqual(BigInt(item.lower))
      }
    }
  })

  it('in other units contain those in native ones', async () => {
    const native = await ask('whole', {})
    for (const units of ['yarn', 'hours'] as const) {
      const other = await ask('whole', { units })
      for (const [index, item] of other.entries()) {
        const { lower, upper, resource } = native[index]!
        const divisor = Number(unitOf(resource, units).divisor)
        expect(item.resource).toBe(resource)
        expect(Number(lower) / divisor - Number(item.lower)).toBeGreaterThan(-5.1e-7)
        if (upper === null) expect(item.upper).toBeNull()
        else expect(Number(item.upper) - Number(upper) / divisor).toBeGreaterThan(-5.1e-7)
      }
    }
  })
})

describe('sums', () => {
  it('by any dimensions add up to the total', async () => {
    const dimensions = fc.uniqueArray(fc.constantFrom<Dimension>(...DIMENSIONS, 'label:spark-role'), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(dump, dimensions, async (name, by) => {
        expect(sums(await ask(name, { by }))).toEqual(sums(await ask(name, { by: [] })))
      }),
      { numRuns: 12 },
    )
  })

  it('over windows of any size in any zone add up to the whole, group by group', async () => {
    const by = fc.constantFrom<Dimension[]>(['app'], ['queue'], [])
    await fc.assert(
      fc.asyncProperty(
        dump,
        by,
        fc.constantFrom(...WINDOWS),
        fc.constantFrom(...ZONES),
        async (name, groups, window, zone) => {
          const group = (item: UsageItem): string => JSON.stringify(item.by)
          const windowed = await ask(name, { by: groups, window, zone })
          expect(sums(windowed, group)).toEqual(sums(await ask(name, { by: groups }), group))
        },
      ),
      { numRuns: 14 },
    )
  })

  it('over windows reach as far as evidence does, beyond the last event', async () => {
    const open = inputs(oneLife().slice(0, 6))
    const taken = 1_795_375_760_000_000_000n + 7200_000_000_000n
    const listings = [{ source: 'pods', from: taken, to: taken, pods: new Map(), nodeTypes: new Map() }]
    const [whole] = (await answerOf(open, { by: [] }, { listings })).items
    expect(whole).toMatchObject({ status: 'bounded', upper: 7197n * 1_073_741_824n })
    const windowed = (await answerOf(open, { by: [], window: 'hour' }, { listings })).items
    expect(sums(windowed)).toEqual(sums((await answerOf(open, { by: [] }, { listings })).items))
  })

  it('of two halves of the time add up to the whole, wherever it is cut', async () => {
    const at = fc.bigInt({ min: 1_795_375_700_000_000_000n, max: 1_795_376_300_000_000_000n })
    const [begin, end] = [1_795_000_000_000_000_000n, 1_796_000_000_000_000_000n]
    await fc.assert(
      fc.asyncProperty(at, async (cut) => {
        const halves = [
          ...(await ask('whole', { from: begin, to: cut })),
          ...(await ask('whole', { from: cut, to: end })),
        ]
        expect(sums(halves)).toEqual(sums(await ask('whole', { from: begin, to: end })))
      }),
      { numRuns: 10 },
    )
  })

  it('of the largest groups and the others are the total, and costs too', async () => {
    const prices = parsePriceSheet('p', 'currency: EUR\nrates: {vcore: 0.04, memory: 0.005}\nminimumSeconds: 60')
    for (const top of [1, 3, 1000]) {
      for (const by of [['app'], ['queue', 'app']] as Dimension[][]) {
        const items = await ask('whole', { by, top, prices })
        expect(sums(items)).toEqual(sums(await ask('whole', { by: [] })))
        const groups = new Set(items.map((item) => JSON.stringify(item.by)))
        expect(groups.size).toBeLessThanOrEqual(top + 1)
      }
    }
  })

  it('of a tree of queues are, at its root, the total', async () => {
    const { rollup } = await answer(ledgers.whole, { ...QUESTION, by: ['queue'] })
    const roots = rollup!.filter((item) => !item.by['queue']!.includes('.'))
    expect(sums(roots)).toEqual(sums(await ask('whole', { by: [] })))
  })
})
