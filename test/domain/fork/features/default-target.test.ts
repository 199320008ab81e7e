/** What a fork is compared with where nobody said. */
import { afterEach, describe, expect, it } from 'vitest'
import { openGit } from '../../../../src/adapters/git/open-git.ts'
import { type ChosenTarget, defaultTarget, releaseTags } from '../../../../src/domain/fork/features/default-target.ts'
import { readProfile } from '../../../../src/domain/fork/profile/read-profile.ts'
import type { ProfileName } from '../../../../src/domain/fork/profile/profile.ts'
import type { Git } from '../../../../src/ports/git.ts'
import { newRepository, type TestRepository, testDirectory } from '../../../support/fork/repository.ts'

const directory = testDirectory()
const patternOf = (name: ProfileName): string =>
  readProfile(undefined, { asked: name, found: 'generic' }).upstream.tagPattern

describe('release tags', () => {
  const newest = (profile: ProfileName, ...names: string[]): string | undefined =>
    releaseTags(names, patternOf(profile))
      .filter(({ isPreview }) => !isPreview)
      .at(-1)?.name

  it.each<[ProfileName, string[], string | undefined]>([
    ['spark-operator', ['v1beta2-1.6.2-3.5.0', 'v1beta2-1.10.0-3.5.0', 'v1beta2-1.9.0-3.5.0'], 'v1beta2-1.10.0-3.5.0'],
    ['spark-operator', ['v2.5.2', 'v2.10.0', 'v2.11.0-rc.0', 'spark-operator-chart-9.0.0', 'acme-99.1'], 'v2.10.0'],
    ['spark-operator', ['v2.0.0', 'v1beta2-1.6.2-3.5.0'], 'v2.0.0'],
    ['spark', ['v4.0.0', 'v3.5.8', 'v4.1.0-preview1'], 'v4.0.0'],
    // Nothing that the profile knows: the rule is what a name looks like.
    ['generic', ['release-1.9', 'release-1.10', 'chart-7.0.0', 'nightly'], 'release-1.10'],
    ['generic', ['helm-chart-1.2.0', 'helm-chart-1.10.0'], 'helm-chart-1.10.0'],
    ['generic', ['operator/v0.9.1-beta.2', 'operator/v0.9.0'], 'operator/v0.9.0'],
    ['generic', ['nightly', 'stable'], undefined],
  ])('of %s: the newest of %j is %s', (profile, names, expected) => {
    expect(newest(profile, ...names)).toBe(expected)
  })
})

describe('the target', () => {
  let repository: TestRepository
  let git: Git | undefined
  let made = 0
  afterEach(async () => await git?.close())
  const begin = (): string => {
    repository = newRepository(directory, `r${(made += 1)}`)
    return repository.commit('Begin')
  }
  const choose = async (start: string): Promise<Pick<ChosenTarget, 'ref' | 'how'>> => {
    git = await openGit({ directory: repository.path, keepObjects: false })
    const { ref, how } = await defaultTarget(git, readProfile(undefined, { asked: 'generic', found: 'generic' }), start)
    return { ref, how }
  }

  it('is the newest release that the fork does not hold, never a release of its own branch', async () => {
    const base = begin()
    repository.commit('Upstream')
    repository.git('tag', 'v1.1.0')
    repository.git('checkout', '--quiet', '-b', 'acme', base)
    const fork = repository.commit('Ours')
    repository.git('tag', 'v9.0.0')
    repository.git('tag', 'v8.0.0', repository.git('hash-object', '-w', '--stdin'))
    expect(await choose(fork)).toEqual({ ref: 'v1.1.0', how: 'newest-release' })
  })

  it('is upstream’s branch where no release is newer, or where there are no tags at all', async () => {
    const base = begin()
    repository.git('update-ref', 'refs/remotes/upstream/main', repository.commit('More'))
    expect(await choose(base)).toEqual({ ref: 'upstream/main', how: 'branch' })
    await git?.close()
    repository.git('tag', 'v1.0.0', base)
    expect(await choose(base)).toEqual({ ref: 'upstream/main', how: 'branch' })
  })

  it('is a release candidate only where there is nothing else', async () => {
    const base = begin()
    repository.commit('More')
    repository.git('tag', 'v2.0.0-rc.1')
    expect(await choose(base)).toEqual({ ref: 'v2.0.0-rc.1', how: 'newest-preview' })
  })

  it('is asked for where the repository knows nothing of upstream', async () => {
    const base = begin()
    await expect(choose(base)).rejects.toMatchObject({ code: 'SO_NO_TARGET', exit: 'usage' })
  })
})
