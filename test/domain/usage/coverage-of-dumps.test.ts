/** What is lost of a dump widens bounds, and never moves them past what the whole dump says or the truth is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uidOfKey } from '../../../src/domain/usage/outside/pod-list.ts'
import { inputs, recordedLines, withLedger } from '../../support/usage/ledgers.ts'
import { againstTruth, type Claim } from '../../support/usage/oracle/against-truth.ts'
import { batchLines, collect, envelopeLines, heartbeatLines } from '../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../support/usage/simulator/params.ts'
import { simulate } from '../../support/usage/simulator/simulate.ts'

const SECOND = 1_000_000_000n

/** A lifetime as the ledger has it: between which moments it began and ended. */
interface Lifetime {
  uid: string
  s1: bigint | null
  s2: bigint
  e1: bigint
  e2: bigint | null
}

async function lifetimes(...files: readonly (readonly string[])[]): Promise<Lifetime[]> {
  return await withLedger(inputs(...files), async ({ store }) => {
    const rows = await store.rows('SELECT k1, k2, s1, s2, e1, e2 FROM spans ORDER BY ALL')
    return (rows as [bigint, bigint, bigint | null, bigint, bigint, bigint | null][]).map(
      ([k1, k2, s1, s2, e1, e2]) => ({ uid: uidOfKey(k1, k2), s1, s2, e1, e2 }),
    )
  })
}

const claimOf = ({ uid, s1, s2, e1, e2 }: Lifetime): Claim => ({
  key: uid,
  start: s2,
  lower: e1 > s2 ? (e1 - s2) / SECOND : 0n,
  upper: s1 === null || e2 === null ? null : (e2 - s1) / SECOND,
  exact: s1 === s2 && e1 === e2,
})

/**
 * What a part says that the whole does not allow. A lifetime that the part does not know at all is none of these: one that
 * began and ended in what was lost leaves no trace. Keys with several lifetimes in the whole are left aside.
 */
function contradictions(whole: readonly Lifetime[], part: readonly Lifetime[]): string[] {
  const known = new Map<string, Lifetime[]>()
  for (const one of whole) known.set(one.uid, [...(known.get(one.uid) ?? []), one])
  return part.map(claimOf).flatMap(({ key, lower, upper }) => {
    const [one, ...others] = (known.get(key) ?? []).map(claimOf)
    if (one === undefined) return [`${key} is not in the whole`]
    if (others.length > 0) return []
    return [
      ...(lower > one.lower ? [`${key}: lower ${lower} > ${one.lower}`] : []),
      ...(upper !== null && (one.upper === null || upper < one.upper)
        ? [`${key}: upper ${upper} < ${one.upper ?? 'open'}`]
        : []),
    ]
  })
}

const pages = recordedLines('test/fixtures/recordings/restart/batch.jsonl.gz')
const beats = recordedLines('examples/restart/heartbeat.jsonl.gz')
const { InstanceUUID: first } = JSON.parse(pages[0]!) as { InstanceUUID: string }
const restartAt = pages.findIndex((line) => !line.includes(first))
/** A minute before the crash, and what came after. */
const RECORDED = [...pages.slice(0, 60), ...pages.slice(restartAt - 40, restartAt + 60)]

/** The records of pages as our collector writes them; ids are those that YuniKorn gave. */
function asEnvelopes(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const head = /^\{"InstanceUUID":"([^"]+)","LowestID":\d+,"HighestID":(\d+),"EventRecords":\[/.exec(line)!
    const records = line.slice(head[0].length, -2).split(/(?<=\}),(?=\{"type":)/)
    const begin = Number(head[2]) - records.length + 1
    return records.map(
      (record, index) =>
        `{"v":1,"cluster":"c","instance":"${head[1]!}","id":${begin + index},"recv":1795375760000000000,"event":${record}}`,
    )
  })
}

const ENVELOPES = asEnvelopes(RECORDED)

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const keyed = items.map((item, index) => ({ item, rank: Math.imul(index + 1, seed | 1) >>> 0 }))
  return keyed.sort((a, b) => a.rank - b.rank).map(({ item }) => item)
}

function split<T>(items: readonly T[], cuts: readonly number[]): T[][] {
  const at = [0, ...cuts.map((cut) => cut % (items.length + 1)).sort((a, b) => a - b), items.length]
  return at.slice(1).map((to, index) => items.slice(at[index], to))
}

describe.each([
  ['pages', RECORDED],
  ['envelopes', ENVELOPES],
] as const)('a dump of %s', (name, dump) => {
  const whole = lifetimes(dump)
  const place = fc.nat({ max: dump.length })

  it('says the same when its files come in another order, or twice, or are split', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(place, { maxLength: 4 }), fc.integer(), fc.boolean(), async (cuts, seed, twice) => {
        const parts = split(dump, cuts)
        const files = shuffled(twice ? [...parts, ...parts] : parts, seed)
        const found = await lifetimes(...files)
        if (name === 'envelopes') expect(found).toEqual(await whole)
        else expect(contradictions(await whole, found)).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  it('says as much or less when its head, its tail or a part of its middle is lost', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, fc.boolean(), async (a, b, inside) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const rest = inside ? [...dump.slice(0, from), ...dump.slice(to)] : dump.slice(from, to)
        fc.pre(rest.length > 0)
        expect(contradictions(await whole, await lifetimes(rest))).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
})

describe('lines in any order', () => {
  it('say the same where they carry ids', async () => {
    const few = ENVELOPES.slice(0, 600)
    expect(await lifetimes(shuffled(few, 40_503))).toEqual(await lifetimes(few))
  })
})

describe('heartbeats', () => {
  it('may be given beside the events or not: they tighten, and contradict nothing', async () => {
    const [without, beside] = [await lifetimes(ENVELOPES), await lifetimes(ENVELOPES, beats)]
    expect(contradictions(beside, without)).toEqual([])
  })
})

describe('a simulated dump, of which the truth is known', () => {
  it('has bounds that hold the truth, whole or with parts lost', { timeout: 60_000 }, async () => {
    const parts = fc.record({
      seed: fc.nat({ max: 10_000 }),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.double({ min: 0, max: 0.5, noNaN: true }),
      hole: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(parts, async ({ seed, from, length, hole }) => {
        const simulation = simulate({ ...randomParams(seed, '1.8'), apps: 10, maxEvents: 2500 })
        const polls = collect(simulation, hole ? { capacity: 400, hole } : {})
        const lines = hole ? batchLines(polls) : envelopeLines(polls)
        fc.pre(lines.length > 0)
        const whole = await lifetimes(lines, heartbeatLines(polls))
        const begin = Math.floor(lines.length * from)
        const rest = [...lines.slice(0, begin), ...lines.slice(begin + Math.ceil(lines.length * length))]
        expect(againstTruth(simulation, whole.map(claimOf)).violations).toEqual([])
        if (rest.length === 0) return
        const part = await lifetimes(rest)
        expect(contradictions(whole, part)).toEqual([])
        expect(againstTruth(simulation, part.map(claimOf)).violations).toEqual([])
      }),
      { numRuns: 12 },
    )
  })
})
