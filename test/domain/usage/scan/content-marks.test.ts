/** Two events under one id: a dump that contradicts itself is refused, one that repeats itself is not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContentMarks } from '../../../../src/domain/usage/scan/content-marks.ts'
import { envelope, oneLife } from '../../../support/usage/dump-files.ts'
import { answerOf, inputs } from '../../../support/usage/ledgers.ts'

describe('marks of events', () => {
  it('agree with a model that keeps them all, whatever the order and the parts', () => {
    const marked = fc.record({
      id: fc.nat({ max: 20_000 }),
      mark: fc.integer({ min: 1, max: 3 }),
      part: fc.nat({ max: 2 }),
    })
    fc.assert(
      fc.property(fc.array(marked, { maxLength: 40 }), (events) => {
        const parts = [new ContentMarks(), new ContentMarks(), new ContentMarks()]
        const first = new Map<string, number>()
        const contradictory = new Set<number>()
        for (const { id, mark, part } of events) {
          const known = first.get(`${part} ${id}`)
          expect(parts[part]!.agrees(id, mark)).toBe(known === undefined || known === mark)
          if (known === undefined) first.set(`${part} ${id}`, mark)
        }
        for (const [key, mark] of first)
          for (const part of [0, 1, 2]) {
            const id = key.split(' ')[1]!
            if ((first.get(`${part} ${id}`) ?? mark) !== mark) contradictory.add(Number(id))
          }
        const all = new ContentMarks()
        const found = parts.map(({ blocks }) => all.join(blocks)).find((id) => id !== undefined)
        if (contradictory.size === 0) expect(found).toBeUndefined()
        else expect(contradictory).toContain(found)
      }),
    )
  })

  it('take little memory, even for ids that lie far apart', () => {
    const marks = new ContentMarks()
    for (let id = 0; id < 20_000; id++) marks.agrees(id * 1e9, 5)
    expect([...marks.blocks.values()].reduce((sum, block) => sum + block.byteLength, 0)).toBeLessThanOrEqual(1 << 26)
    expect(marks.agrees(19_999e9, 6)).toBeUndefined()
  })
})

describe('an id with two events', () => {
  const life = oneLife()
  const dump = life.map((line, id) => envelope(id, line))
  const changes: [string, RegExp, string][] = [
    ['another time', /(timestampNano":\d+)\d/, '$19'],
    ['another resource', /"value":1073741824/, '"value":2147483648'],
    ['another allocation', /11111111-2222/, '11111111-3333'],
    ['another application', /"objectID":"app"/, '"objectID":"other"'],
    ['another detail', /"eventChangeDetail":500/, '"eventChangeDetail":501'],
  ]

  it.each(changes)('is refused in one file, with its line: %s', async (_what, what, instead) => {
    const again = dump.map((line) => line.replace(what, instead))
    expect(again).not.toEqual(dump)
    await expect(answerOf(inputs([...dump, ...again]))).rejects.toMatchObject({
      message: expect.stringMatching(/part-0\.jsonl:\d+: /) as string,
      why: expect.stringMatching(/^id: \d+ of i1 came before with another event/) as string,
    })
  })

  it.each(changes)('is refused in two files, with the second: %s', async (_what, what, instead) => {
    const again = dump.map((line) => line.replace(what, instead))
    await expect(answerOf(inputs(dump, again))).rejects.toMatchObject({
      exit: 'data',
      message: expect.stringMatching(/^part-1\.jsonl: event \d of the scheduler i1/) as string,
    })
  })

  it('is left out by lenient reading: the first counts', async () => {
    const again = dump.map((line) => line.replace('1073741824', '2147483648'))
    const { items, summary } = await answerOf(inputs([...dump, ...again]), {}, { lenient: true })
    expect(items).toEqual((await answerOf(inputs(dump))).items)
    expect(summary.input.brokenCount).toBe(3)
  })

  it('is none where schedulers, or clusters, are two', async () => {
    const other = life.map((line, id) =>
      envelope(id, line.replaceAll('"app"', '"b"').replaceAll('11111111', '2'.repeat(8)), 'i2'),
    )
    expect((await answerOf(inputs(dump, other))).summary.events).toBe(2 * life.length)
    const elsewhere = dump.map((line) => line.replace('"c1"', '"c2"').replaceAll('"app"', '"b"'))
    expect((await answerOf(inputs([...dump, ...elsewhere]))).summary.events).toBe(2 * life.length)
  })
})
