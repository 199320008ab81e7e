/** What a dump covers, against a plain model that marks ids one by one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  holeAfter,
  IdCoverage,
  type Moment,
  type Page,
  PageCoverage,
  StreamCoverage,
  type Stretch,
} from '../../../../src/domain/usage/scan/coverage.ts'

/** Events are a second apart, so that a moment names its id. */
const at = (id: number): Moment => ({ seconds: 1_700_000_000 + id, nanos: 5 })
const idAt = ({ seconds }: Moment): number => seconds - 1_700_000_000

describe('coverage by ids', () => {
  it('is the maximal runs of the ids, whatever their order and however often they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 60 }), (ids) => {
        const coverage = new IdCoverage()
        const held = new Set<number>()
        for (const id of ids) {
          expect(coverage.add(id, at(id), id === 0)).toBe(!held.has(id))
          held.add(id)
        }
        const runs = [...held].sort((a, b) => a - b).filter((id) => !held.has(id - 1))
        const expected = runs.map((firstId): Stretch => {
          let lastId = firstId
          while (held.has(lastId + 1)) lastId++
          return { firstId, lastId, from: at(firstId), to: at(lastId), boot: firstId === 0 }
        })
        expect(coverage.stretches()).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('reaches from the earliest to the latest time, although neighbours may be out of order', () => {
    const coverage = new IdCoverage()
    for (const [id, nanos] of [5, 3, 9, 8].entries()) coverage.add(id, { seconds: 1_700_000_000, nanos }, id === 0)
    expect(coverage.stretches()).toMatchObject([{ from: { nanos: 3 }, to: { nanos: 9 } }])
  })
})

describe('coverage by one connection', () => {
  it('counts the lines as ids if it begins with the first event, and claims no ids otherwise', () => {
    const whole = new StreamCoverage()
    for (const id of [0, 1, 2]) whole.add(at(id), id === 0)
    expect(whole.stretches()).toEqual([{ firstId: 0, lastId: 2, from: at(0), to: at(2), boot: true }])
    const late = new StreamCoverage()
    for (const id of [7, 8]) late.add(at(id), false)
    expect(late.stretches()).toEqual([{ firstId: null, lastId: null, from: at(7), to: at(8), boot: false }])
  })
})

/** YuniKorn's ring: what `GET /events/batch` answers, with the hole of getEventsFromID (1.4 to 1.9). */
function answer(total: number, capacity: number, start: number, count: number): number[] | undefined {
  const lowest = Math.max(0, total - capacity)
  const highest = total - 1
  if (start < lowest || start > highest) return undefined
  const wanted = range(start, Math.min(start + count, total))
  const head = total % capacity
  const position = start % capacity
  const jumps = total >= capacity && position >= head && position + count < capacity
  return jumps ? [...range(start, start + count), ...range(total - head, total)] : wanted
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

function page(ids: readonly number[], total: number, capacity: number): Page {
  const lowest = Math.max(0, total - capacity)
  const split = holeAfter(lowest, total - 1, ids.length)
  const hole = split === undefined ? undefined : { before: at(ids[split - 1]!), after: at(ids[split]!) }
  const [first, last] = [Math.min(...ids), Math.max(...ids)]
  return { lowest, highest: total - 1, records: ids.length, from: at(first), to: at(last), boot: first === 0, hole }
}

/** What is wrong with the claims of a coverage, given the ids that are held. */
function wrongClaims(coverage: PageCoverage, held: ReadonlySet<number>): string[] {
  return coverage.stretches().flatMap(({ firstId, lastId, from, to }) => {
    const [first, last] = [idAt(from), idAt(to)]
    const missing = range(first, last + 1).filter((id) => !held.has(id))
    return [
      ...missing.map((id) => `${id} is missing in ${first} to ${last}`),
      ...(firstId !== null && firstId !== first ? [`begins with ${first}, not ${firstId}`] : []),
      ...(lastId !== null && lastId !== last ? [`ends with ${last}, not ${lastId}`] : []),
    ]
  })
}

/** How a collector goes on after a page. */
const RESUME = {
  afterTheRecordsAskedFor: ({ start, count, ids }: Answered) => start + Math.min(count, ids.length),
  afterAsManyAsCame: ({ start, ids }: Answered) => start + ids.length,
  afterTheLastThatCame: ({ ids }: Answered) => ids.at(-1)! + 1,
  afterTheHighest: ({ total }: Answered) => total,
} as const

interface Answered {
  start: number
  count: number
  ids: readonly number[]
  total: number
}

describe('coverage by pages', () => {
  const collecting = fc.record({
    capacity: fc.integer({ min: 50, max: 900 }),
    count: fc.constantFrom(100, 200, 500, 1000),
    from: fc.nat({ max: 1200 }),
    growth: fc.array(fc.nat({ max: 350 }), { minLength: 1, maxLength: 14 }),
    lost: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
    resume: fc.constantFrom(...Object.values(RESUME)),
  })

  it('never claims an id that is not held, whatever the collector does and whatever is lost', () => {
    fc.assert(
      fc.property(collecting, ({ capacity, count, from, growth, lost, resume }) => {
        const coverage = new PageCoverage()
        const held = new Set<number>()
        let total = from + 1
        let next = Math.max(0, total - capacity)
        for (const [index, more] of growth.entries()) {
          total += more
          const start = Math.max(next, total - capacity)
          const ids = answer(total, capacity, start, count)
          if (ids === undefined) continue
          next = resume({ start, count, ids, total })
          if (lost[index]) continue
          for (const id of ids) held.add(id)
          coverage.add(page(ids, total, capacity))
        }
        expect(wrongClaims(coverage, held)).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })

  it('is one stretch with its ids when every page is held and none was cut by count', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }), (growth) => {
        const coverage = new PageCoverage()
        let total = 0
        for (const more of growth) {
          coverage.add(page(range(total, total + more), total + more, 100_000))
          total += more
        }
        expect(coverage.stretches()).toEqual([
          { firstId: 0, lastId: total - 1, from: at(0), to: at(total - 1), boot: true },
        ])
      }),
    )
  })

  it('goes on over pages that count cut off, once their ids add up', () => {
    const coverage = new PageCoverage()
    coverage.add(page(range(0, 10), 10, 1000))
    coverage.add(page(range(10, 30), 60, 1000))
    coverage.add(page(range(30, 50), 60, 1000))
    expect(coverage.stretches()).toMatchObject([{ lastId: 9 }])
    coverage.add(page(range(50, 60), 60, 1000))
    expect(coverage.stretches()).toMatchObject([{ firstId: 0, lastId: 59 }])
  })

  it('does not cover the hole that YuniKorn leaves in a page of a full ring', () => {
    const ids = answer(311, 50, 261, 10)!
    expect(ids).toEqual([...range(261, 271), ...range(300, 311)])
    const coverage = new PageCoverage()
    coverage.add(page(ids, 311, 50))
    const claimed = coverage.stretches().map(({ from, to }) => [idAt(from), idAt(to)])
    expect(claimed).toEqual([
      [261, 270],
      [300, 310],
    ])
  })
})
