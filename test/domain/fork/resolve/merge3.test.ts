/** Merging sequences: nothing of either side is lost, and no side is preferred. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines } from '../../../../src/domain/fork/resolve/lines.ts'
import { editsBetween, joined, mergeSequences } from '../../../../src/domain/fork/resolve/merge3.ts'

const sequence = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'), { maxLength: 12 })

describe('a three-way merge of sequences', () => {
  it('is the other side where one side changed nothing', () => {
    fc.assert(
      fc.property(sequence, sequence, (base, side) => {
        expect(joined(mergeSequences(base, side, base))).toEqual(side)
        expect(joined(mergeSequences(base, base, side))).toEqual(side)
      }),
    )
  })

  it('is that side where both sides are the same', () => {
    fc.assert(
      fc.property(sequence, sequence, (base, side) => {
        expect(joined(mergeSequences(base, side, side))).toEqual(side)
      }),
    )
  })

  it('gives each side back when its own part of every conflict is put in', () => {
    fc.assert(
      fc.property(sequence, sequence, sequence, (base, ours, theirs) => {
        const chunks = mergeSequences(base, ours, theirs)
        const settled = chunks.every((chunk) => chunk.kind !== 'conflict')
        const swapped = mergeSequences(base, theirs, ours)
        expect(swapped.every((chunk) => chunk.kind !== 'conflict')).toBe(settled)
        if (settled) expect(joined(swapped)).toEqual(joined(chunks))
      }),
    )
  })

  it('invents nothing: what it settles comes from the base or from one of the sides', () => {
    fc.assert(
      fc.property(sequence, sequence, sequence, (base, ours, theirs) => {
        const known = new Set<string>([...base, ...ours, ...theirs])
        for (const chunk of mergeSequences(base, ours, theirs, 'join')) {
          if (chunk.kind !== 'conflict') expect(chunk.items.every((item) => known.has(item))).toBe(true)
        }
      }),
    )
  })

  it('holds neighbours for a conflict unless asked to join them', () => {
    const [base, ours, theirs] = [
      ['a', 'b'],
      ['A', 'b'],
      ['a', 'B'],
    ]
    expect(joined(mergeSequences(base, ours, theirs))).toBeUndefined()
    expect(joined(mergeSequences(base, ours, theirs, 'join'))).toEqual(['A', 'B'])
  })

  it('never joins two additions at one place, since nobody knows their order', () => {
    expect(joined(mergeSequences(['a'], ['a', 'x'], ['a', 'y'], 'join'))).toBeUndefined()
  })

  it('finds edits that turn the base into the side', () => {
    fc.assert(
      fc.property(sequence, sequence, (base, side) => {
        const result: string[] = [...base]
        for (const { start, end, items } of editsBetween(base, side).reverse())
          result.splice(start, end - start, ...items)
        expect(result).toEqual(side)
      }),
    )
  })
})

describe('lines', () => {
  it('are the text again when joined, whatever ends them', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r', '\t', 'é') }), (text) => {
        expect(splitLines(text).join('')).toBe(text)
      }),
    )
  })
})
