/** What upstream did, found in repositories that git made. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGit } from '../../../../src/adapters/git/open-git.ts'
import { askFeatures } from '../../../../src/domain/fork/features/ask-features.ts'
import type { Feature, ForkFeatures } from '../../../../src/domain/fork/features/document.ts'
import { readProfile } from '../../../../src/domain/fork/profile/read-profile.ts'
import type { Git } from '../../../../src/ports/git.ts'
import { newRepository, type TestRepository, testDirectory } from '../../../support/fork/repository.ts'
import { expectMatchesSchema } from '../../../support/schema.ts'
import { type WidgetUpstream, widgetUpstream } from '../../../support/fork/widget-upstream.ts'

const profile = readProfile(undefined, { asked: 'generic', found: 'generic' })
const directory = testDirectory()

async function ask(git: Git, more: Partial<Parameters<typeof askFeatures>[0]>): Promise<ForkFeatures> {
  const question = {
    git,
    profile,
    from: 'v1.0.0',
    to: 'v1.1.0',
    changelog: 'main',
    company: null,
    base: undefined,
    decisions: undefined,
  }
  const { features } = await askFeatures({ ...question, ...more })
  expectMatchesSchema('fork-features', JSON.parse(JSON.stringify(features)))
  return features
}

function by(features: ForkFeatures, pull: number): Feature {
  const found = features.features.find(({ work }) => work.some((one) => one.pull === pull))
  if (found === undefined) throw new Error(`nothing about #${pull}`)
  return found
}

function pulls({ work }: Feature): (number | null)[] {
  return work.map(({ pull }) => pull)
}

describe('features between two releases of an operator', () => {
  let repository: TestRepository
  let upstream: WidgetUpstream
  let git: Git
  let found: ForkFeatures
  beforeAll(async () => {
    repository = newRepository(directory)
    upstream = widgetUpstream(repository)
    git = await openGit({ directory: repository.path, keepObjects: false })
    found = await ask(git, {})
  })
  afterAll(async () => await git.close())

  it('are told as one where leader election was done in four commits', () => {
    const entry = by(found, 4)
    expect(entry).toMatchObject({ title: 'Leader election', topic: 'leader-election', id: 'leader-election/pr-4' })
    expect(pulls(entry)).toEqual([4, 5, 6, 7])
  })

  it('warn that a variable was read before the chart set it', () => {
    expect(by(found, 6).caveats.join(' ')).toMatch(/reads POD_NAME since #6.*sets it only since #7/)
  })

  it('say that several namespaces are the chart’s doing alone, and what that means', () => {
    const entry = by(found, 2)
    expect(entry.kind).toBe('breaking')
    expect(pulls(entry)).toEqual([2, 3])
    expect(entry.caveats.join(' ')).toMatch(/more than one entry in the chart’s watchNamespaces.*leaves out -namespace/)
    expect(entry.caveats.join(' ')).toContain('no flag that takes several')
  })

  it('leave out what was added and removed again, but say so', () => {
    expect(found.nettedOut).toEqual([
      { area: 'value', key: 'extraVolumes', what: 'added-then-removed', by: ['#8', '#9'] },
    ])
    expect(by(found, 8)).toMatchObject({ kind: 'other' })
    expect(by(found, 8).caveats.join(' ')).toContain('#9')
  })

  it('name the pull requests behind a bundled commit, and keep for the bundle what no pick explains', () => {
    expect(by(found, 12)).toMatchObject({ kind: 'feature', basis: 'shown', howTo: ['flag --kube-qps'] })
    expect(by(found, 12).work).toMatchObject([
      { commit: upstream.commits.qps, landed: upstream.release, bundle: '#20', tag: 'v1.1.0' },
    ])
    const bundle = by(found, 20)
    expect(bundle.evidence.map(({ key }) => key).sort()).toEqual(['Dockerfile user', 'securityContext'])
    expect(found.features.some((feature) => feature.work.some(({ pull }) => pull === 15))).toBe(false)
  })

  it('tell a map that got keys as a changed default, neither gone nor new', () => {
    const [change] = by(found, 20).evidence.filter(({ area }) => area === 'value')
    expect(change).toMatchObject({ change: 'changed', weight: 'default', before: '{}', after: '{"runAsNonRoot":true}' })
  })

  it('tell a renamed metric as breaking, with its new name', () => {
    const entry = by(found, 13)
    expect(entry.kind).toBe('breaking')
    expect(entry.what).toContain('widget_runs_microseconds (now widget_runs_seconds)')
  })

  it('name fields by where a user writes them, and take breaking from the newest changelog', () => {
    const entry = by(found, 14)
    expect(entry.kind).toBe('breaking')
    expect(entry.changelog).toEqual({ release: 'v1.1.0', heading: 'breaking' })
    expect(entry.what).toContain('Widget.spec.colour')
  })

  it('say where only a title speaks for a feature', () => {
    expect(by(found, 10)).toMatchObject({ kind: 'feature', basis: 'claimed' })
  })

  it('do not believe a title against the files', () => {
    expect(by(found, 11).kind).toBe('other')
  })

  it('tell a version once, from the oldest to the newest', () => {
    const versions = found.features.filter(({ kind }) => kind === 'version')
    expect(versions.map(({ title }) => title)).toEqual(['Kubernetes: 0.29.0 → 0.30.0'])
  })

  it('are the same for the same question', async () => {
    expect(await ask(git, {})).toEqual(found)
  })

  it('are none between a ref and itself', async () => {
    const none = await ask(git, { to: 'v1.0.0' })
    expect(none.features).toEqual([])
    expect(none.summary).toMatchObject({ commits: 0, breaking: 0, feature: 0 })
  })

  it('say what was left behind when the older ref has commits that the newer one lacks', async () => {
    const across = await ask(git, { from: 'v1.1.0', to: 'main' })
    expect(across.limits.join(' ')).toContain('1 commits that the newer one does not have')
    expect(across.limits.join(' ')).toContain('#12, #13, #14')
    expect(across.features.filter(({ kind }) => kind === 'feature').map(pulls)).toEqual([[15]])
  })

  it('refuse a name that means nothing, with the name', async () => {
    await expect(ask(git, { to: 'nowhere' })).rejects.toMatchObject({ code: 'SO_NO_SUCH_REF', exit: 'data' })
    await expect(ask(git, { to: '--output=/tmp/x' })).rejects.toThrow('--output=/tmp/x')
  })

  describe('beside a company’s patches', () => {
    let ours: ForkFeatures
    beforeAll(async () => {
      repository.git('checkout', '--quiet', '-b', 'acme', 'v1.0.0')
      const text = repository.show('v1.0.0', 'main.go')
      repository.commit('Ask less often \u001b[31m', {
        'main.go': text.replace('var (', 'var (\n\tqps = flag.Int("kube-qps", 5, "")'),
      })
      const values = repository.show('v1.0.0', 'charts/widget-operator/values.yaml')
      repository.commit('Watch ours', {
        'charts/widget-operator/values.yaml': values.replace('watchNamespace: ""', 'watchNamespace: acme'),
      })
      ours = await ask(git, { company: 'acme', from: undefined })
    })

    it('are compared from where the fork stands', () => {
      expect(ours.from.ref).toBe('v1.0.0')
      expect(ours.company).toEqual({ ref: 'acme', commits: 2 })
    })

    it('say what builds the same as a patch', () => {
      expect(by(ours, 12).relevance).toMatchObject([{ how: 'duplicates', at: ['operator/kube-qps'] }])
    })

    it('say what changes a setting that a patch changes, and raise the risk', () => {
      expect(by(ours, 2).relevance).toMatchObject([{ how: 'same-key', at: ['watchNamespace'], subject: 'Watch ours' }])
      expect(by(ours, 2).risk).toBe('high')
    })

    it('do not call two patches of the values file related', () => {
      expect(by(ours, 20).relevance.flatMap(({ at }) => at)).not.toContain('charts/widget-operator/values.yaml')
    })
  })
})

describe('an upstream that ships manifests', () => {
  it('is compared by them where not both ends have a chart, people’s roles apart from the operator’s', async () => {
    const repository = newRepository(directory, 'manifests')
    const role = (verbs: string): string =>
      `kind: ClusterRole\nrules:\n- apiGroups: [""]\n  resources: [pods]\n  verbs: [${verbs}]\n`
    repository.commit('Begin', {
      'chart/Chart.yaml': 'name: x\n',
      'config/rbac/role.yaml': role('get'),
      'config/rbac/widget_editor_role.yaml': role('get'),
    })
    repository.git('tag', 'v1')
    repository.commit('Remove the chart (#1)', { 'chart/Chart.yaml': null, 'config/rbac/role.yaml': role('get, list') })
    repository.git('tag', 'v2')
    const git = await openGit({ directory: repository.path, keepObjects: false })
    const found = await ask(git, { from: 'v1', to: 'v2', changelog: undefined })
    expect(by(found, 1).evidence).toMatchObject([
      { area: 'rbac', key: 'operator:core/pods', before: 'get', after: 'get,list' },
    ])
    await git.close()
  })
})

describe('an upstream that is hard to read', () => {
  it('tells what it could not read instead of passing over it', async () => {
    const repository = newRepository(directory, 'broken')
    repository.commit('Begin', {
      'main.go': 'package main\n',
      'chart/Chart.yaml': 'name: x\n',
      'chart/values.yaml': 'a: 1\n',
    })
    repository.git('tag', 'v1')
    repository.commit('Break (#1)', {
      'main.go': 'package main\n\nfunc {{{ ]]\n',
      'chart/values.yaml': 'a: [1\nb: }\n',
    })
    repository.git('tag', 'v2')
    const git = await openGit({ directory: repository.path, keepObjects: false })
    const { unread } = await ask(git, { from: 'v1', to: 'v2', changelog: undefined })
    expect([...new Set(unread.map(({ path }) => path))].sort()).toEqual(['chart/values.yaml', 'main.go'])
    await git.close()
  })

  it('is told by what it publishes, where a release’s workflow bears the title out', async () => {
    const repository = newRepository(directory, 'published')
    repository.commit('Begin', { 'main.go': 'package main\n' })
    repository.git('tag', 'v1')
    repository.commit('feat(ci): publish binaries with releases (#1)', {
      '.github/workflows/release.yaml': 'on: push\n',
    })
    repository.commit('feat(ci): publish packages faster (#2)', { '.github/workflows/lint.yaml': 'on: push\n' })
    repository.git('tag', 'v2')
    const git = await openGit({ directory: repository.path, keepObjects: false })
    const found = await ask(git, { from: 'v1', to: 'v2', changelog: undefined })
    expect([by(found, 1).kind, by(found, 2).kind]).toEqual(['feature', 'other'])
    await git.close()
  })

  it('is known by title where a bundle names commits that are not here', async () => {
    const repository = newRepository(directory, 'unseen')
    repository.commit('Begin', { 'main.go': 'package main\n' })
    repository.git('tag', 'v1')
    const lost = 'a'.repeat(40)
    repository.commit(
      '',
      { 'main.go': 'package main\n\nvar x = 1\n' },
      {
        message: `Release v2 (#9)\n\n* Support gears (#7)\n\n(cherry picked from commit ${lost})\n\n* Fix wheels (#8)\n\n(cherry picked from commit ${lost})\n`,
      },
    )
    repository.git('tag', 'v2')
    const git = await openGit({ directory: repository.path, keepObjects: false })
    const found = await ask(git, { from: 'v1', to: 'v2', changelog: undefined })
    expect(found.limits.join(' ')).toContain('known by title only: #7, #8')
    expect(by(found, 7).work).toMatchObject([{ commit: null, bundle: '#9' }])
    await git.close()
  })
})
