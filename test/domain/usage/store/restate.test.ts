// What a store has stated is corrected by further rows and never written over; all rows together say what is known now.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DumpInput } from '../../../../src/ports/dump-source.ts'
import { type UsageLedger } from '../../../../src/domain/usage/ledger.ts'
import { statementRows } from '../../../support/usage/stores.ts'
import { podKey } from '../../../../src/domain/usage/outside/evidence.ts'
import { collect, envelopeLines, heartbeatLines, restLines } from '../../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../../support/usage/simulator/params.ts'
import { simulate } from '../../../support/usage/simulator/simulate.ts'
import { compactInto, object, withDirectory, withStoredLedger } from '../../../support/usage/stores.ts'

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** Bounds of lifetimes that needed judgement and are over, by allocation. */
function judgedIn(ledger: UsageLedger): Promise<string[]> {
  const over = ledger.judged.filter((span) => span.case !== 'open')
  return Promise.resolve(
    over
      .map(({ lifetime, s1, s2, e1, e2 }) =>
        [podKey(lifetime.key.k1, lifetime.key.k2), s1 ?? '', s2, e1, e2 ?? ''].join(' '),
      )
      .sort(),
  )
}

describe('the statement of a store', () => {
  it('adds up to what is known now, whatever came when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 9, maxLength: 9 }),
        async (seed, order) => {
          const simulation = simulate(randomParams(seed))
          const polls = collect(simulation, { count: 400 })
          const lines = envelopeLines(polls)
          const size = Math.ceil(lines.length / 7)
          const objects: DumpInput[] = Array.from({ length: 7 }, (_, index) =>
            object(`events-${index}.jsonl`, text(lines.slice(index * size, (index + 1) * size))),
          )
          objects.push(
            object('heartbeat.jsonl', text(heartbeatLines(polls))),
            object('rest.jsonl', text(restLines(simulation))),
          )
          const runs = [0, 1, 2, 3].map((run) => objects.filter((one, index) => order[index] === run && one.bytes! > 0))
          await withDirectory(async (directory) => {
            for (const run of runs) if (run.length > 0) await compactInto(directory, run)
            const judged = await withStoredLedger(directory, judgedIn)
            const rows = await statementRows(directory)
            const counts = new Map<string, number>()
            for (const { id, record } of rows)
              counts.set(id, (counts.get(id) ?? 0) + (record === 'RETRACTION' ? -1 : 1))
            expect([...counts.values()].every((count) => count === 0 || count === 1)).toBe(true)
            const latest = new Map(rows.filter(({ record }) => record !== 'RETRACTION').map((row) => [row.id, row]))
            const standing = [...latest].filter(([id]) => counts.get(id) === 1).map(([, { bounds }]) => bounds)
            for (const bounds of judged) expect(standing).toContain(bounds)
            const lower = rows.reduce((sum, row) => sum + row.lowerSeconds, 0n)
            const kept = [...latest].filter(([id]) => counts.get(id) === 1).map(([, row]) => row.lowerSeconds)
            expect(lower).toBe(kept.reduce((sum, one) => sum + one, 0n))
          })
        },
      ),
      { numRuns: 6 },
    )
  })

  it('takes a bound back and states it anew under the same id when a later object tightens it', async () => {
    const simulation = [1, 2, 3, 4, 5, 6, 7, 8]
      .map((seed) => simulate(randomParams(seed)))
      .find(({ instances }) => instances.length > 1)!
    const polls = collect(simulation)
    const [first] = simulation.instances
    const of = (wanted: (uuid: string) => boolean): string =>
      text(envelopeLines(polls.filter(({ instance }) => instance !== null && wanted(instance.uuid))))
    await withDirectory(async (directory) => {
      const early = text(heartbeatLines(polls))
      await compactInto(directory, [
        object(
          'a.jsonl',
          of((uuid) => uuid === first!.uuid),
        ),
        object('beats.jsonl', early),
      ])
      const before = await statementRows(directory)
      await compactInto(directory, [
        object(
          'b.jsonl',
          of((uuid) => uuid !== first!.uuid),
        ),
      ])
      const after = await statementRows(directory)
      expect(after.slice(0, before.length)).toEqual(before)
      const added = after.slice(before.length)
      for (const { id } of added.filter(({ record }) => record === 'RESTATEMENT'))
        expect(added.some((one) => one.id === id && one.record === 'RETRACTION')).toBe(true)
      expect(added.map(({ record }) => record)).toContain('RESTATEMENT')
    })
  })
})
