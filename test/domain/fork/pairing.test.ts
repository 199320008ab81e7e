/** What the proof finds wrong in moves that were tampered with, or done by other tools. */
import { describe, expect, it } from 'vitest'
import { questionOfRanges } from '../../../src/domain/fork/proof/proof-of-run.ts'
import { type ForkProof, verifyFork } from '../../../src/domain/fork/proof/verify-fork.ts'
import { BUILT_IN } from '../../../src/domain/fork/profile/built-in.ts'
import { NO_RULES, openEngine } from '../../support/fork/engine.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'

const directory = testDirectory()
let count = 0
const TEXT = '1\n2\n3\n4\n5\n6\n7\n8\n'

/** Two company commits on v1.0.0, and v2.0.0 that changed the first line. */
function fork(): TestRepository {
  const repository = newRepository(directory, `v${(count += 1)}`)
  const base = repository.commit('base', { f: TEXT })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream', { f: TEXT.replace('1', 'ONE') })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  repository.commit('first', { f: TEXT.replace('8', 'EIGHT') }, { message: 'first\n\n#12\n' })
  repository.commit('second', { g: 'g\n' })
  repository.git('branch', 'company')
  return repository
}

async function prove(repository: TestRepository): Promise<ForkProof> {
  const { tools, ...engine } = await openEngine(repository)
  try {
    const around = { git: tools.git, signal: tools.signal, accept: [], rules: NO_RULES }
    const ranges = { old: 'v1.0.0..company', made: 'v2.0.0..moved' }
    return await verifyFork(await questionOfRanges(around, BUILT_IN.generic, ranges))
  } finally {
    await engine.close()
  }
}

/** A rebase as git does it, and then whatever a hand changes in it. */
function rebased(repository: TestRepository, after: () => void = () => undefined): void {
  repository.git('checkout', '--quiet', '-b', 'moved', 'company')
  repository.git('rebase', '--quiet', '--onto', 'v2.0.0', 'v1.0.0')
  after()
}

const problems = (proof: ForkProof): string[] => proof.problems.map(({ id }) => id)

describe('the proof of two ranges', () => {
  it('holds for a rebase by git itself', async () => {
    const repository = fork()
    rebased(repository)
    expect(problems(await prove(repository))).toEqual([])
  })

  it('tells a commit that was lost', async () => {
    const repository = fork()
    rebased(repository, () => repository.moveTo('HEAD~1'))
    const proof = await prove(repository)
    expect([problems(proof), proof.commits.map(({ fate }) => fate)]).toEqual([['unaccounted'], ['kept', 'unaccounted']])
  })

  it('tells a commit that nobody had', async () => {
    const repository = fork()
    rebased(repository, () => void repository.commit('smuggled', { h: 'h\n' }))
    expect(problems(await prove(repository))).toEqual(['added'])
  })

  it('tells a changed message, and pairs it all the same', async () => {
    const repository = fork()
    rebased(repository, () => {
      const [tree, author] = repository.git('log', '-1', '--format=%T%n%an <%ae>', 'HEAD~1').split('\n') as [
        string,
        string,
      ]
      const date = repository.git('log', '-1', '--format=%ad', '--date=raw', 'HEAD~1')
      const made = repository.rawCommit(tree, [repository.git('rev-parse', 'v2.0.0')], 'first\n\n\n', { author, date })
      repository.moveTo(made)
      repository.git('cherry-pick', 'company')
    })
    expect(problems(await prove(repository))).toContain('message')
  })

  it('shows what a hand changed in a commit', async () => {
    const repository = fork()
    rebased(repository, () => {
      repository.write('g', 'something else\n')
      repository.git('commit', '--quiet', '--all', '--amend', '--no-edit')
    })
    const proof = await prove(repository)
    expect(proof.commits[1]).toMatchObject({ class: 'human', paths: ['g'] })
    expect(proof.commits[1]!.interdiff).toMatch(/^-\+g$/m)
    expect(proof.commits[1]!.interdiff).toMatch(/^\+\+something else$/m)
  })

  it('tells whitespace apart, which patch-ids do not', async () => {
    const repository = fork()
    rebased(repository, () => {
      repository.write('g', '  g\n')
      repository.git('commit', '--quiet', '--all', '--amend', '--no-edit')
    })
    expect((await prove(repository)).commits[1]?.class).toBe('human')
  })

  it('has the same digest each time', async () => {
    const repository = fork()
    rebased(repository)
    expect((await prove(repository)).digest).toBe((await prove(repository)).digest)
  })
})
