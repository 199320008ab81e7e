/** Shapes of history that forks really have: each moves without losing a commit, or stops for a person. */
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../src/domain/fork/profile/built-in.ts'
import { move, type MoveOptions } from '../../support/fork/engine.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'

const directory = testDirectory()
let count = 0
const TEN = Array.from({ length: 10 }, (_, line) => `line ${line}\n`)
const ten = (changes: Record<number, string> = {}): string => TEN.map((line, at) => changes[at] ?? line).join('')

/** A base v1.0.0 and an upstream v2.0.0 that changed the first line of f; HEAD is at the base. */
function fork(): TestRepository & { base: string } {
  const repository = newRepository(directory, `h${(count += 1)}`)
  const base = repository.commit('base', { f: ten(), up: 'up\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream one (#1)', { f: ten({ 0: 'ZERO\n' }) })
  repository.commit('upstream two (#2)', { up: 'two\n' })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  return Object.assign(repository, { base })
}

const parentsOf = (repository: TestRepository, commit: string): string[] =>
  repository.git('rev-list', '--parents', '-1', commit).split(' ').slice(1)
const treeOf = (repository: TestRepository, commit: string): string => repository.git('rev-parse', `${commit}^{tree}`)
const subjects = (repository: TestRepository, range: string): string[] =>
  repository.git('log', '--reverse', '--topo-order', '--format=%s', range).split('\n')

async function moved(repository: TestRepository, options: MoveOptions = {}) {
  const result = await move(repository, 'v2.0.0', options)
  const steps = result.run.steps.map(({ subject, action, rule }) => [subject, action, rule] as const)
  return { ...result, steps }
}

describe('a fork', () => {
  it('that carries nothing is finished at once', async () => {
    const { run, proof } = await moved(fork())
    expect([run.status, run.tip === run.onto.oid, proof?.verdict]).toEqual(['finished', true, 'proven'])
  })

  it('keeps an empty commit', async () => {
    const repository = fork()
    repository.commit('nothing')
    const { steps, proof } = await moved(repository)
    expect([steps, proof?.verdict]).toEqual([[['nothing', 'carried', null]], 'proven'])
  })

  it('keeps a merge of two branches of its own, with both parents', async () => {
    const repository = fork()
    const one = repository.commit('one', { a: '1\n' })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { b: '2\n' })
    repository.moveTo(repository.rawCommit(mergedTree(repository, one, two), [one, two], 'merge\n'))
    const { run, proof, steps } = await moved(repository)
    expect(steps.map(([, action]) => action)).toEqual(['carried', 'carried', 'carried'])
    expect(parentsOf(repository, run.tip)).toHaveLength(2)
    expect(repository.git('ls-tree', '--name-only', run.tip).split('\n')).toEqual(['a', 'b', 'f', 'up'])
    expect(proof?.verdict).toBe('proven')
  })

  it('keeps what a merge changed on its own account', async () => {
    const repository = fork()
    const one = repository.commit('one', { a: '1\n' })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { b: '2\n' })
    repository.git('read-tree', mergedTree(repository, one, two))
    repository.git('checkout-index', '-a', '-f')
    repository.write('evil', 'hidden in a merge\n')
    repository.git('add', '.')
    repository.moveTo(repository.rawCommit(repository.git('write-tree'), [one, two], 'evil merge\n'))
    const { run, proof } = await moved(repository)
    expect(repository.show(run.tip, 'evil')).toBe('hidden in a merge\n')
    expect(proof?.verdict).toBe('proven')
  })

  it('takes the resolution of an old merge where the new parents conflict alike', async () => {
    const repository = fork()
    const one = repository.commit('one', { f: ten({ 8: 'one\n' }) })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { f: ten({ 8: 'two\n' }) })
    repository.write('f', ten({ 8: 'both\n' }))
    repository.git('add', '.')
    repository.moveTo(repository.rawCommit(repository.git('write-tree'), [one, two], 'merge\n'))
    const { run, proof } = await moved(repository)
    expect(run.status).toBe('finished')
    expect(repository.show(run.tip, 'f')).toBe(ten({ 0: 'ZERO\n', 8: 'both\n' }))
    expect(proof?.verdict).toBe('proven')
  })

  it('keeps an octopus', async () => {
    const repository = fork()
    const heads = ['a', 'b', 'c'].map((name) => {
      repository.moveTo(repository.base)
      return repository.commit(name, { [name]: `${name}\n` })
    })
    repository.moveTo(repository.base)
    for (const name of ['a', 'b', 'c']) repository.write(name, `${name}\n`)
    repository.git('add', '.')
    repository.moveTo(repository.rawCommit(repository.git('write-tree'), heads, 'octopus\n'))
    const { run, proof } = await moved(repository)
    expect([parentsOf(repository, run.tip).length, proof?.verdict]).toEqual([3, 'proven'])
  })

  it('drops its merges of upstream, which are in the target anyway, and says so', async () => {
    const repository = fork()
    const own = repository.commit('own', { own: '1\n' })
    const upstream = repository.git('rev-parse', 'v2.0.0~1')
    repository.moveTo(repository.rawCommit(mergedTree(repository, own, upstream), [own, upstream], 'Merge upstream\n'))
    repository.commit('later', { later: '1\n' })
    const { run, steps, proof } = await moved(repository)
    expect(steps).toEqual([
      ['own', 'carried', null],
      ['Merge upstream', 'dropped', 'merge-adds-nothing'],
      ['later', 'carried', null],
    ])
    expect(subjects(repository, `v2.0.0..${run.tip}`)).toEqual(['own', 'later'])
    expect(proof?.verdict).toBe('proven')
  })

  it('becomes a line where the profile asks for one', async () => {
    const repository = fork()
    const one = repository.commit('one', { a: '1\n' })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { b: '2\n' })
    repository.moveTo(repository.rawCommit(mergedTree(repository, one, two), [one, two], 'merge\n'))
    const { run, proof } = await moved(repository, { profile: { merges: 'linearise' } })
    expect(repository.git('rev-list', '--merges', '--count', `v2.0.0..${run.tip}`)).toBe('0')
    expect(proof?.verdict).toBe('proven')
  })

  it('of criss-crossed branches is carried whole', async () => {
    const repository = fork()
    const one = repository.commit('one', { a: '1\n' })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { b: '2\n' })
    const tree = mergedTree(repository, one, two)
    const left = repository.rawCommit(tree, [one, two], 'left\n')
    const right = repository.rawCommit(tree, [two, one], 'right\n')
    repository.moveTo(repository.rawCommit(tree, [left, right], 'cross\n'))
    const { run, proof } = await moved(repository)
    expect([run.summary.carried, proof?.verdict]).toEqual([5, 'proven'])
  })

  it('that was imported without history is carried as a change of the base that is named', async () => {
    const repository = fork()
    repository.write('f', ten({ 9: 'imported\n' }))
    repository.git('add', '.')
    repository.moveTo(repository.rawCommit(repository.git('write-tree'), [], 'import\n'))
    repository.commit('after', { after: '1\n' })
    const { run, proof } = await moved(repository, { base: 'v1.0.0' })
    expect(repository.show(run.tip, 'f')).toBe(ten({ 0: 'ZERO\n', 9: 'imported\n' }))
    expect([run.summary.carried, proof?.verdict]).toEqual([2, 'proven'])
  })

  it('that was imported without history, and whose base nobody names, is refused', async () => {
    const repository = fork()
    repository.moveTo(repository.rawCommit(treeOf(repository, 'HEAD'), [], 'import\n'))
    await expect(moved(repository)).rejects.toMatchObject({ code: 'SO_NO_BASE', exit: 'data' })
  })

  it('pairs commits with the same author, date and message by their order', async () => {
    const repository = fork()
    const options = { date: '1500000000 +0000', message: 'wip\n' }
    repository.commit('wip', { a: '1\n' }, options)
    repository.commit('wip', { b: '1\n' }, options)
    const { proof } = await moved(repository)
    expect(proof?.commits.map((commit) => commit.class)).toEqual(['identical', 'identical'])
  })

  it('leaves out a commit that it has twice, when the second adds nothing', async () => {
    const repository = fork()
    repository.commit('pick', { f: ten({ 5: 'five\n' }) })
    repository.commit('back', { f: ten() })
    repository.commit('pick', { f: ten({ 5: 'five\n' }) })
    const { run, proof } = await moved(repository)
    expect([run.summary.carried, proof?.verdict]).toEqual([3, 'proven'])
  })

  it('leaves out what upstream has by other words, and proves it again from the trees', async () => {
    const repository = fork()
    repository.commit('our ZERO', { f: ten({ 0: 'ZERO\n' }) })
    const { steps, proof } = await moved(repository)
    expect(steps).toEqual([['our ZERO', 'dropped', 'superseded']])
    expect([proof?.verdict, proof?.commits[0]?.evidenceFrom]).toEqual(['proven', 'recomputed'])
  })

  it('whose base is a release branch that the target does not have moves all the same', async () => {
    const repository = fork()
    repository.commit('release fix', { release: '1\n' })
    repository.git('tag', 'v1.0.1')
    repository.commit('own', { own: '1\n' })
    const { run, steps } = await moved(repository)
    expect([run.base.name, steps.map(([subject]) => subject)]).toEqual(['v1.0.1', ['own']])
  })

  it.each([
    ['carries nothing where such tags are upstream’s', 'spark-operator', ['v1.0.1']],
    ['carries it where any project tags so', 'generic', ['v1.0.0', 'release fix']],
  ] as const)('that stands on a release of another line %s', async (_what, name, expected) => {
    const repository = fork()
    repository.commit('release fix', { release: '1\n' })
    repository.git('tag', 'v1.0.1')
    const { run, steps } = await moved(repository, { profile: BUILT_IN[name] })
    expect([run.base.name, ...steps.map(([subject]) => subject)]).toEqual(expected)
  })

  it('whose release upstream rewrote stands on the one before, and drops what it has from the old one', async () => {
    const repository = fork()
    const early = repository.base
    repository.git('tag', '--delete', 'v1.0.0')
    repository.git('tag', 'v0.9.0')
    repository.commit('upstream’s, as it was first (#3)', { rewritten: '1\n' })
    repository.git('tag', 'v1.0.0')
    const own = repository.commit('own', { own: '1\n' })
    repository.moveTo(early)
    repository.commit('upstream’s, rewritten (#3)', { rewritten: '1\n' }, { date: '1600000000 +0000' })
    repository.git('tag', '--force', 'v1.0.0')
    repository.commit('upstream two (#2)', { up: 'two\n' })
    repository.git('tag', '--force', 'v2.0.0')
    repository.moveTo(own)
    const { run, steps, proof } = await moved(repository)
    expect([run.base.name, steps, proof?.verdict]).toEqual([
      'v0.9.0',
      [
        ['upstream’s, as it was first (#3)', 'dropped', 'superseded'],
        ['own', 'carried', null],
      ],
      'proven',
    ])
  })

  it('moves to an older release as well as to a newer one', async () => {
    const repository = fork()
    repository.moveTo(repository.git('rev-parse', 'v2.0.0'))
    repository.commit('own', { own: '1\n' })
    const { run, proof } = await move(repository, 'v1.0.0', { base: 'v2.0.0' })
    expect([run.summary.carried, repository.show(run.tip, 'f') === ten(), proof?.verdict]).toEqual([1, true, 'proven'])
  })
})

describe('tidying', () => {
  it('folds fixups into what they fix, chains of them too, and keeps author and message', async () => {
    const repository = fork()
    repository.commit('feature', { a: '1\n' }, { author: 'Bo <bo@acme.example>' })
    repository.commit('other', { b: '1\n' })
    repository.commit('fixup! feature', { a: '1\n2\n' })
    repository.commit('fixup! fixup! feature', { a: '1\n2\n3\n' })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect(subjects(repository, `v2.0.0..${run.tip}`)).toEqual(['feature', 'other'])
    expect(repository.git('log', '-1', '--format=%an', `${run.tip}~1`)).toBe('Bo')
    expect([proof?.summary.folded, proof?.summary.kept, proof?.verdict]).toEqual([2, 2, 'proven'])
  })

  it('keeps the words of a squash', async () => {
    const repository = fork()
    repository.commit('feature', { a: '1\n' })
    repository.commit('squash', { a: '2\n' }, { message: 'squash! feature\n\nAnd why.\n\nRefs: 12\n' })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect(repository.git('log', '-1', '--format=%B', run.tip)).toBe('feature\n\n\nAnd why.\n\nRefs: 12')
    expect(proof?.verdict).toBe('proven')
  })

  it('takes a commit and its exact revert out, and a revert of a revert leaves the first', async () => {
    const repository = fork()
    const feature = repository.commit('feature', { a: '1\n' })
    const revert = repository.commit(
      'r',
      { a: null },
      { message: `Revert "feature"\n\nThis reverts commit ${feature}.\n` },
    )
    repository.commit('rr', { a: '1\n' }, { message: `Reapply "feature"\n\nThis reverts commit ${revert}.\n` })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect(subjects(repository, `v2.0.0..${run.tip}`)).toEqual(['feature'])
    expect([proof?.summary.dropped, proof?.verdict]).toEqual([2, 'proven'])
  })

  it.each([
    ['a partial revert', { a: '1\n', b: null }, {}],
    ['a revert with an edit between', { a: null, b: null }, { a: 'edited\n' }],
  ])('leaves %s as it is', async (_name, undone, between) => {
    const repository = fork()
    const feature = repository.commit('feature', { a: '1\n', b: '1\n' })
    if (Object.keys(between).length > 0) repository.commit('between', between)
    repository.commit('r', undone, { message: `Revert "feature"\n\nThis reverts commit ${feature}.\n` })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect([run.summary.dropped, run.summary.carried, proof?.verdict]).toEqual([
      0,
      Object.keys(between).length > 0 ? 3 : 2,
      'proven',
    ])
  })

  it('leaves a fixup of something that is not there', async () => {
    const repository = fork()
    repository.commit('fixup! gone', { a: '1\n' })
    const { run } = await moved(repository, { tidy: { dropEmpty: false } })
    expect(subjects(repository, `v2.0.0..${run.tip}`)).toEqual(['fixup! gone'])
  })

  it('leaves a fixup that does not fold without a conflict', async () => {
    const repository = fork()
    repository.commit('feature', { a: '1\n' })
    repository.commit('rewrite', { a: 'one\n' })
    repository.commit('fixup! feature', { a: 'one and a half\n' })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect(subjects(repository, `v2.0.0..${run.tip}`)).toEqual(['feature', 'rewrite', 'fixup! feature'])
    expect(proof?.verdict).toBe('proven')
  })

  it('drops empty commits only where asked', async () => {
    const repository = fork()
    repository.commit('nothing')
    repository.commit('something', { a: '1\n' })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: true } })
    expect([subjects(repository, `v2.0.0..${run.tip}`), proof?.verdict]).toEqual([['something'], 'proven'])
  })

  it('works before a merge too, which keeps its tree and gets its new parents', async () => {
    const repository = fork()
    const one = repository.commit('one', { a: '1\n' })
    const fixed = repository.commit('fixup! one', { a: '2\n' })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { b: '2\n' })
    repository.moveTo(repository.rawCommit(mergedTree(repository, fixed, two), [fixed, two], 'merge\n'))
    const wrong = repository.commit('wrong', { c: '1\n' })
    repository.commit('r', { c: null }, { message: `Revert "wrong"\n\nThis reverts commit ${wrong}.\n` })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect(subjects(repository, `v2.0.0..${run.tip}`).sort()).toEqual(['merge', 'one', 'two'])
    expect([proof?.summary.folded, proof?.summary.dropped, proof?.verdict]).toEqual([1, 2, 'proven'])
    expect([repository.show(run.tip, 'a'), one === run.tip]).toEqual(['2\n', false])
  })

  it('does not reach behind a merge', async () => {
    const repository = fork()
    const one = repository.commit('one', { a: '1\n' })
    repository.moveTo(repository.base)
    const two = repository.commit('two', { b: '2\n' })
    repository.moveTo(repository.rawCommit(mergedTree(repository, one, two), [one, two], 'merge\n'))
    repository.commit('fixup! one', { a: '2\n' })
    const { run, proof } = await moved(repository, { tidy: { dropEmpty: false } })
    expect([run.summary.carried, proof?.verdict]).toEqual([4, 'proven'])
  })
})

function mergedTree(repository: TestRepository, one: string, two: string): string {
  return repository.git('merge-tree', '--write-tree', one, two).split('\n')[0]!
}
