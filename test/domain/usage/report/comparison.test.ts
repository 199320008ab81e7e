import { describe, expect, it } from 'vitest'
import { type ComparedItem, sumComparison } from '../../../../src/domain/usage/report/comparison.ts'
import type { Verdict } from '../../../../src/domain/usage/report/usage-report.ts'

function item(application: string, verdict: Verdict, ours: bigint, theirs: bigint): ComparedItem {
  const kinds = (vcore: bigint): Record<'used' | 'placeholder' | 'preempted', Record<string, bigint>> => ({
    used: { vcore, memory: 1n },
    placeholder: { vcore: 1n },
    preempted: {},
  })
  const forgottenByResource = ours > theirs ? { vcore: 50 } : {}
  return { application, verdict, why: '', ours: kinds(ours), theirs: kinds(theirs), forgottenByResource }
}

async function* each(items: readonly ComparedItem[]): AsyncGenerator<ComparedItem> {
  for (const one of items) yield await Promise.resolve(one)
}

describe('a comparison for a picture', () => {
  it('adds up CPU over the kinds that YuniKorn tells', async () => {
    const early: ComparedItem = {
      ...item('early', 'equal', 5n, 5n),
      theirs: { used: { vcore: 5n }, placeholder: null, preempted: null },
    }
    const { rows, ours, theirs } = await sumComparison(each([item('a', 'equal', 10n, 10n), early]), 'a log')
    expect(rows.map((row) => [row.application, row.ours.lower, row.theirs])).toEqual([
      ['a', 11n, 11n],
      ['early', 5n, 5n],
    ])
    expect([ours, theirs]).toEqual([{ lower: 16n, upper: 16n }, 16n])
  })

  it('is open where ours is, and counts what the dump does not know as nothing', async () => {
    const open: ComparedItem = {
      ...item('open', 'explained', 9n, 2n),
      oursUpper: { used: { vcore: null }, placeholder: {}, preempted: {} },
    }
    const unknown: ComparedItem = { ...item('unknown', 'different', 0n, 7n), ours: null }
    const { rows, ours } = await sumComparison(each([open, unknown]), 'a log')
    expect(rows.map((row) => [row.application, row.ours])).toEqual([
      ['unknown', { lower: 0n, upper: 0n }],
      ['open', { lower: 10n, upper: null }],
    ])
    expect(ours.upper).toBeNull()
  })

  it('keeps what is unexplained and what differs most, however many are equal', async () => {
    const calm = Array.from({ length: 2000 }, (_, index) => item(`calm-${index}`, 'equal', 100n, 100n))
    const items = [item('odd', 'different', 1n, 2n), ...calm, item('forgot', 'explained', 100n, 1n)]
    const { rows, left, counts } = await sumComparison(each(items), 'a log')
    expect(rows.slice(0, 2).map((row) => row.application)).toEqual(['odd', 'forgot'])
    expect([rows.length, left, counts.equal]).toEqual([200, 1802, 2000])
  })
})
