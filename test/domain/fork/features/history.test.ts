/** Messages, bundles, changelogs; what nets out, what belongs together: as properties where they must always hold. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attribute } from '../../../../src/domain/fork/features/attribute.ts'
import type { Attributed } from '../../../../src/domain/fork/features/attributed.ts'
import { readChangelog } from '../../../../src/domain/fork/features/changelog.ts'
import { type Change, mentions, picksOf, readSubject } from '../../../../src/domain/fork/features/commits.ts'
import { diffFacts, type Fact, tableOf } from '../../../../src/domain/fork/features/facts.ts'
import { groupWork } from '../../../../src/domain/fork/features/group.ts'
import { pairRenames, similarity } from '../../../../src/domain/fork/features/pairs.ts'
import { claimOf } from '../../../../src/domain/fork/features/rules/titles.ts'
import type { Delta, ReadTree, Scan } from '../../../../src/domain/fork/features/scan.ts'

describe('subjects', () => {
  it.each([
    ['feat(chart): add x (#12)', { pull: 12, title: 'add x', type: 'feat', scope: 'chart', saysBreaking: false }],
    ['fix!: y (org/repo#3)', { pull: 3, title: 'y', type: 'fix', scope: undefined, saysBreaking: true }],
    ['Allow limits (#14,#13) (#19)', { pull: 19, title: 'Allow limits (#14,#13)', type: undefined }],
    ['Helm: add z (#4).', { title: 'Helm: add z (#4)', type: undefined }],
    ['no number', { pull: undefined, title: 'no number' }],
  ])('%s are read', (subject, expected) => {
    expect(readSubject(subject)).toMatchObject(expected)
  })

  it('of a merge are those of the pull request it merges', () => {
    expect(readSubject('Merge pull request #5 from a/b', '\nAdd gears\n')).toMatchObject({
      pull: 5,
      title: 'Add gears',
    })
  })

  it('say what they claim', () => {
    const claim = (subject: string): unknown => claimOf(readSubject(subject))
    expect(claim('feat(ci): new workflow')).toBe('internal')
    expect(claim('feat(ci): publish binaries with releases')).toBe('feature')
    expect(claim('ci: publish images')).toBe('internal')
    expect(claim('feat: add gears to e2e')).toBe('feature')
    expect(claim('Add unit tests')).toBe('internal')
    expect(claim('fix: add validation of names')).toBe('feature')
    expect(claim('Support gears')).toBe('feature')
    expect(claim('Handle missing gears')).toBe('fix')
    expect(claim('Gears')).toBeUndefined()
  })
})

describe('bundles', () => {
  const id = (mark: string): string => mark.repeat(40)
  it('give their picks with the commits they came from', () => {
    const body = `* One (#1)\n\n* note of one\n\n* Nested (#9)\n\n(cherry picked from commit ${id('a')})\nSigned-off-by: X\n\n* Two (#2)\n\n(cherry picked from commit ${id('b')})\n`
    expect(picksOf({ subject: 'Release v2 (#3)', body }).map(({ subject, from }) => [subject, from])).toEqual([
      ['One (#1)', id('a')],
      ['Two (#2)', id('b')],
    ])
  })

  it('without origins are taken for bundles only where the subject says so', () => {
    const body = '* One (#1)\n\n* Two (#2)\n'
    expect(picksOf({ subject: 'Cherry pick #1 #2 (#3)', body })).toHaveLength(2)
    // What GitHub leaves of merges of the main branch into a pull request.
    expect(picksOf({ subject: 'Add gears (#3)', body })).toEqual([])
  })

  it('are not what a single pick is', () => {
    expect(picksOf({ subject: 'Fix (#1)', body: `(cherry picked from commit ${id('a')})` })).toEqual([])
  })

  it('never take longer than their length allows, whatever a body holds', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (body) => Array.isArray(picksOf({ subject: 'Release', body }))),
    )
  })
})

describe('changelogs', () => {
  it('give each pull request the heading it stands under first', () => {
    const text =
      '# C\n\n## [v2](https://x/v2) (2024)\n\n### New Features\n\n- A ([#1](https://x/pull/1) by b)\n\n### Bug Fixes\n\n- B (#2)\n- A again (#1)\n\n## What’s Changed\n\n- C by d in <https://x/pull/3>\n\n## v1\n\n- D (#4)\n'
    const found = readChangelog(text)
    expect([...found.values()].map(({ pull, heading, release }) => [pull, heading, release])).toEqual([
      [1, 'feature', 'v2'],
      [2, 'fix', 'v2'],
      [3, 'other', 'v2'],
      [4, 'other', 'v1'],
    ])
  })
})

describe('mentions', () => {
  it('are other pull requests, not the own number and not parts of words', () => {
    const change = { pull: 5, title: 'Follow up on #3 (#5)', body: 'see https://x/pull/4, a#9, colour #fff, #5' }
    expect(mentions(change)).toEqual([3, 4])
  })
})

const none = (): undefined => undefined
const value = (key: string, text: string): Fact => ({ area: 'value', key, value: text, path: 'values.yaml' })
const treeOf = (state: Readonly<Record<string, string>>): ReadTree => ({
  facts: tableOf(
    Object.entries(state).map(([key, text]) => value(key, text)),
    none,
  ),
  types: [],
  constants: new Map(),
  passed: [],
})

/** A history of a chart's values: each step sets or removes some keys. */
type Step = Readonly<Record<string, string | null>>

function scanOf(start: Readonly<Record<string, string>>, steps: readonly Step[]): Scan {
  let state: Record<string, string> = { ...start }
  const deltas = steps.map((step, index): Delta => {
    const gone = new Set(Object.keys(step).filter((key) => step[key] === null))
    const set = Object.entries(step).filter((entry): entry is [string, string] => entry[1] !== null)
    const kept = Object.entries(state).filter(([key]) => !gone.has(key))
    const next = Object.fromEntries([...kept, ...set])
    const facts = diffFacts(treeOf(state).facts, treeOf(next).facts)
    state = next
    return deltaOf(index + 1, facts)
  })
  const layout = {
    mains: [],
    apis: [],
    charts: [],
    pathRules: [],
    operatorMains: new Set<string>(),
    parts: new Set<string>(),
    isRendered: false,
    isChartShipped: false,
  }
  return { layout, before: treeOf(start), after: treeOf(state), deltas, unread: [], templates: { how: 'none' } }
}

function deltaOf(pull: number, facts: Delta['facts'], title = `Work ${pull}`): Delta {
  const change: Change = {
    name: `#${pull}`,
    pull,
    title,
    type: undefined,
    scope: undefined,
    saysBreaking: false,
    author: 'A',
    committedAt: pull,
    landed: String(pull),
    source: undefined,
    bundle: undefined,
    body: '',
  }
  return { change, facts, files: [{ path: 'a.go', status: 'M', class: 'product' }], lines: [] }
}

const keys = fc.constantFrom('a', 'b', 'c', 'd.e')
const texts = fc.constantFrom('1', '2', '[]')
const state = fc.dictionary(keys, texts, { noNullPrototype: true })
const steps = fc.array(fc.dictionary(keys, fc.option(texts, { nil: null }), { noNullPrototype: true }), {
  maxLength: 8,
})

describe('netting out', () => {
  it('tells exactly the differences of the ends, each with somebody who touched it', () => {
    fc.assert(
      fc.property(state, steps, (start, history) => {
        const scan = scanOf(start, history)
        const { changes, netted } = attribute(scan)
        expect(changes.map(({ key }) => key)).toEqual(
          diffFacts(scan.before.facts, scan.after.facts).map(({ key }) => key),
        )
        for (const { how, owners, key } of changes) {
          expect(how).toBe('fact')
          expect(owners.length).toBeGreaterThan(0)
          for (const owner of owners) expect(owner.facts.some((fact) => fact.key === key)).toBe(true)
        }
        const told = new Set(changes.map(({ key }) => key))
        for (const { key, by } of netted) {
          expect(told.has(key)).toBe(false)
          expect(by.length).toBeGreaterThan(1)
        }
      }),
    )
  })

  it('leaves nothing of a history that goes back to where it began', () => {
    fc.assert(
      fc.property(state, steps, (start, history) => {
        const back: Step = Object.fromEntries(['a', 'b', 'c', 'd.e'].map((key) => [key, start[key] ?? null]))
        expect(attribute(scanOf(start, [...history, back])).changes).toEqual([])
      }),
    )
  })

  it('gives what was lost and came again to those who brought it back', () => {
    const { changes } = attribute(scanOf({}, [{ a: '1' }, { a: null }, { a: '2' }]))
    expect(changes.map(({ owners }) => owners.map(({ change }) => change.name))).toEqual([['#3']])
  })
})

describe('grouping', () => {
  it('puts each piece of work into one group, and does not depend on the order it is given in', () => {
    fc.assert(
      fc.property(state, steps, fc.infiniteStream(fc.nat()), (start, history, random) => {
        const scan = scanOf(start, history)
        const { changes } = attribute(scan)
        const shuffled = [...scan.deltas]
          .map((delta) => ({ delta, at: random.next().value as number }))
          .sort((one, other) => one.at - other.at)
          .map(({ delta }) => delta)
        const shape = (deltas: readonly Delta[]): string[] =>
          groupWork(deltas, changes)
            .map((group) => group.deltas.map(({ change }) => change.name).join('+'))
            .sort()
        expect(shape(shuffled)).toEqual(shape(scan.deltas))
        expect(shape(scan.deltas).join('+').split('+').filter(Boolean).sort()).toEqual(
          scan.deltas.map(({ change }) => change.name).sort(),
        )
      }),
    )
  })

  it('joins what changes one setting, and not what only falls into the same topic of a large commit', () => {
    const scan = scanOf({}, [{ a: '1' }, { a: '2' }, { b: '1' }])
    const groups = groupWork(scan.deltas, attribute(scan).changes)
    expect(groups.map(({ deltas }) => deltas.map(({ change }) => change.name))).toEqual([['#1', '#2'], ['#3']])
  })

  it('tells a commit that changes very much by subject, and lets smaller ones keep what they changed too', () => {
    const much = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`metrics.k${index}`, '1']))
    const scan = scanOf({ a: '1' }, [{ ...much, a: null }, { a: '2' }])
    const groups = groupWork(scan.deltas, attribute(scan).changes)
    const told = groups.map(({ deltas, part, changes }) => [
      deltas[0]!.change.name,
      part?.topic?.id ?? null,
      changes.length,
    ])
    expect(told).toEqual([
      ['#2', null, 1],
      ['#1', null, 0],
      ['#1', 'metrics', 50],
    ])
  })
})

describe('renames', () => {
  const change = (
    area: Attributed['area'],
    key: string,
    kind: 'added' | 'removed',
    owner: Delta,
    text = '',
  ): Attributed => ({
    area,
    key,
    change: kind,
    before: kind === 'removed' ? [text] : [],
    after: kind === 'added' ? [text] : [],
    paths: [],
    owners: [owner],
    how: 'fact',
  })
  const one = deltaOf(1, [])
  const paired = (...changes: Attributed[]): string[] =>
    [...pairRenames(changes)]
      .filter(([key]) => key.change === 'removed')
      .map(([, { removed, added }]) => `${removed.key}>${added.key}`)

  it('are found by words that agree, within the same work', () => {
    expect(
      paired(
        change('metric', 'spark_app_count', 'removed', one),
        change('metric', 'spark_app_submit_count', 'removed', one),
        change('metric', 'spark_application_submit_count', 'added', one),
        change('metric', 'spark_application_count', 'added', one),
      ).sort(),
    ).toEqual(['spark_app_count>spark_application_count', 'spark_app_submit_count>spark_application_submit_count'])
    expect(
      paired(change('metric', 'a_count', 'removed', one), change('metric', 'a_count2', 'added', deltaOf(2, []))),
    ).toEqual([])
  })

  it('of values need more than a last word that says nothing', () => {
    const added = change('value', 'controller.disruption.enable', 'added', one, 'false')
    expect(paired(change('value', 'monitor.enable', 'removed', one, 'false'), added)).toEqual([])
    expect(
      paired(
        change('value', 'affinity', 'removed', one, '{}'),
        change('value', 'controller.affinity', 'added', one, '{}'),
      ),
    ).toEqual(['affinity>controller.affinity'])
  })

  it('are between nothing and one, and a name is fully like itself', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}(_[a-z]{1,6}){0,3}$/)
    fc.assert(fc.property(word, (name) => similarity(name, name) === 1))
    fc.assert(
      fc.property(word, word, (left, right) => {
        expect(similarity(left, right)).toBeGreaterThanOrEqual(0)
        expect(similarity(left, right)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
