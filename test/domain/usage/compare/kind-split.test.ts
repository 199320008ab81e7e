/** Which allocations a report must have booked under another kind. */
import { describe, expect, it } from 'vitest'
import { noUsage, type UsageByKind } from '../../../../src/domain/usage/compare/amounts.ts'
import { chooseKinds, type SplitCandidate } from '../../../../src/domain/usage/compare/kind-split.ts'
import { type Kind, KINDS } from '../../../../src/domain/usage/question.ts'

function candidate(allocation: string, kind: Kind, vcore: number, memory: number, others?: Kind[]): SplitCandidate {
  const amounts = new Map([
    ['vcore', BigInt(vcore)],
    ['memory', BigInt(memory)],
  ])
  return { allocation, kind, others: others ?? KINDS.filter((other) => other !== kind), amounts }
}

/** What moving these would change. */
function moving(to: Kind, candidates: readonly SplitCandidate[]): UsageByKind {
  const change = noUsage()
  for (const { kind, amounts } of candidates) {
    for (const [name, amount] of amounts) {
      change[kind].set(name, (change[kind].get(name) ?? 0n) - amount)
      change[to].set(name, (change[to].get(name) ?? 0n) + amount)
    }
  }
  return change
}

const DRIVER = candidate('driver', 'placeholder', 1000, 2)
const OTHERS = [
  candidate('e1', 'placeholder', 4000, 9),
  candidate('e2', 'used', 8000, 7),
  candidate('e3', 'used', 12_000, 5),
]

describe('the split between kinds', () => {
  it('names the one allocation that explains it', () => {
    const found = chooseKinds(moving('used', [DRIVER]), [DRIVER, ...OTHERS], KINDS)
    expect(found).toEqual({ count: 1, moves: [{ allocation: 'driver', from: 'placeholder', to: 'used' }] })
  })

  it('names two or three when no fewer explain it', () => {
    const [e1, e2, e3] = OTHERS as [SplitCandidate, SplitCandidate, SplitCandidate]
    const change = moving('placeholder', [e2])
    for (const [name, amount] of moving('used', [e1, DRIVER]).used)
      change.used.set(name, change.used.get(name)! + amount)
    for (const [name, amount] of moving('used', [e1, DRIVER]).placeholder)
      change.placeholder.set(name, (change.placeholder.get(name) ?? 0n) + amount)
    const found = chooseKinds(change, [DRIVER, e1, e2, e3], KINDS)
    expect(found?.count).toBe(1)
    expect(new Set(found?.moves.map((move) => move.allocation))).toEqual(new Set(['driver', 'e1', 'e2']))
  })

  it('tells when the report does not say which of two it was', () => {
    const twin = { ...DRIVER, allocation: 'twin' }
    expect(chooseKinds(moving('used', [DRIVER]), [DRIVER, twin, ...OTHERS], KINDS)?.count).toBe(2)
  })

  it('moves every allocation when that is what it takes, however many they are', () => {
    const many = Array.from({ length: 40 }, (_, n) => candidate(`p${n}`, 'placeholder', 1000, n + 1, ['used']))
    const found = chooseKinds(moving('used', many), many, KINDS)
    expect(found).toMatchObject({ count: 1 })
    expect(found?.moves).toHaveLength(40)
  })

  it('leaves alone what is certain, and finds nothing where nothing fits', () => {
    const certain = { ...DRIVER, others: [] }
    expect(chooseKinds(moving('used', [DRIVER]), [certain, ...OTHERS], KINDS)).toBeUndefined()
    expect(chooseKinds({ ...noUsage(), used: new Map([['vcore', 1n]]) }, [DRIVER, ...OTHERS], KINDS)).toBeUndefined()
  })

  it('moves out of placeholders that a version does not tell', () => {
    const change = moving('used', [DRIVER])
    change.placeholder.clear()
    const found = chooseKinds(change, [DRIVER, ...OTHERS], ['used', 'preempted'])
    expect(found?.moves).toEqual([{ allocation: 'driver', from: 'placeholder', to: 'used' }])
  })
})
