/** Decisions live in a file of people's own; sparkops adds to it and never takes away. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDecisions, extendDecisions, parseDecisions } from '../../../../src/domain/fork/features/decisions.ts'
import type { Feature } from '../../../../src/domain/fork/features/document.ts'

const feature = (id: string, pulls: number[], title = id): Feature =>
  ({
    id,
    title,
    work: pulls.map((pull) => ({ pull })),
    decision: { answer: null, owner: '', note: '' },
  }) as unknown as Feature

const FILE = 'decisions.yaml'

describe('the decisions file', () => {
  it('begins with what to do, and a row for each entry', () => {
    const text = extendDecisions(FILE, undefined, [feature('pr-1', [1], 'A: "b" # c')])
    expect(text).toContain('Fill in answer (adopt, later, no)')
    expect(parseDecisions(FILE, text)).toEqual([{ id: 'pr-1', pulls: [1], answer: null, owner: '', note: '' }])
  })

  it('keeps answers, comments and rows of what is no longer listed', () => {
    const text =
      '# ours\ndecisions:\n  # ask Bob\n  - id: pr-1\n    answer: adopt # now\n    owner: Ada\n    note: |\n      two\n      lines\n    extra: 1\n  - id: pr-gone\n    answer: no\n'
    const again = extendDecisions(FILE, text, [feature('pr-1', [1]), feature('pr-2', [2])])
    for (const kept of ['# ours', '# ask Bob', 'answer: adopt # now', 'extra: 1', 'id: pr-gone'])
      expect(again).toContain(kept)
    const features = [feature('pr-1', [1]), feature('pr-2', [2])]
    const unused = applyDecisions(features, parseDecisions(FILE, again))
    expect(features[0]!.decision).toEqual({ answer: 'adopt', owner: 'Ada', note: 'two\nlines\n' })
    expect(features[1]!.decision.answer).toBeNull()
    expect(unused.map(({ id, answer }) => [id, answer])).toEqual([['pr-gone', 'no']])
  })

  it('is not touched where nothing is missing', () => {
    const text = 'decisions:   [ {id: pr-1, answer: later} ]'
    expect(extendDecisions(FILE, text, [feature('pr-1', [1])])).toBe(text)
  })

  it('finds an entry again whose first work is another now', () => {
    const features = [feature('leader-election/pr-3', [3, 7]), feature('pr-7', [7])]
    const rows = parseDecisions(FILE, 'decisions:\n- {id: leader-election/pr-7, pulls: [7], answer: adopt}\n')
    expect(applyDecisions(features, rows)).toEqual([])
    expect(features.map(({ decision }) => decision.answer)).toEqual(['adopt', null])
  })

  it.each([
    ['decisions: [', 1],
    ['- a\n', 1],
    ['decisions:\n- id: a\n  answer: maybe\n', 2],
    ['decisions:\n- answer: adopt\n', 2],
    ['decisions:\n- id: a\n- id: a\n', 3],
    ['decisions:\n- text\n', 2],
    ['decisions: {}\n', 1],
  ])('is refused with the line for %j', (text, line) => {
    expect(() => parseDecisions(FILE, text)).toThrow(`${FILE}, line ${line}: `)
  })

  it('goes with work that is told as part of something larger now, but never guesses between two answers', () => {
    const joined = [feature('several/pr-2', [2, 3, 4])]
    applyDecisions(joined, parseDecisions(FILE, 'decisions: [{id: pr-3, pulls: [3], answer: adopt, owner: Ada}]'))
    expect(joined[0]!.decision).toMatchObject({ answer: 'adopt', owner: 'Ada' })
    const both = [feature('several/pr-2', [2, 3, 4])]
    const rows = 'decisions: [{id: pr-3, pulls: [3], answer: adopt}, {id: pr-4, pulls: [4], answer: no}]'
    expect(applyDecisions(both, parseDecisions(FILE, rows))).toHaveLength(2)
    expect(both[0]!.decision.answer).toBeNull()
  })

  it('reads back what it wrote, and adds nothing twice, whatever titles hold', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 99 }), { minLength: 1, maxLength: 8 }), fc.string(), (pulls, title) => {
        const features = pulls.map((pull) => feature(`pr-${pull}`, [pull], title))
        const text = extendDecisions(FILE, undefined, features.slice(1))
        const whole = extendDecisions(FILE, text, features)
        expect(
          parseDecisions(FILE, whole)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(features.map(({ id }) => id).sort())
        expect(extendDecisions(FILE, whole, features)).toBe(whole)
      }),
    )
  })
})
