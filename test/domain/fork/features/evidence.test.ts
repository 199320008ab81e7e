/** What the trees of small repositories show, where titles alone would tell it wrongly or not at all. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { openGit } from '../../../../src/adapters/git/open-git.ts'
import { askFeatures } from '../../../../src/domain/fork/features/ask-features.ts'
import type { Feature, ForkFeatures } from '../../../../src/domain/fork/features/document.ts'
import { readProfile } from '../../../../src/domain/fork/profile/read-profile.ts'
import { type Files, newRepository, type TestRepository, testDirectory } from '../../../support/fork/repository.ts'

const profile = readProfile(undefined, { asked: 'generic', found: 'generic' })
const directory = testDirectory()
let made = 0
const CHART = 'charts/widget-operator'
const MODULE = 'module example.org/widget\n\ngo 1.22\n'
const chart = (values: string): Files => ({
  [`${CHART}/Chart.yaml`]: 'apiVersion: v2\nname: widget-operator\nversion: 1.0.0\n',
  [`${CHART}/values.yaml`]: values,
})

/** A repository with one commit at `v1`; `steps` follow it. */
function upstreamOf(start: Files, steps: readonly (readonly [subject: string, files: Files])[]): TestRepository {
  const repository = newRepository(directory, `upstream-${(made += 1)}`)
  repository.commit('Begin (#1)', { 'go.mod': MODULE, ...start })
  repository.git('tag', 'v1.0.0')
  for (const [subject, files] of steps) repository.commit(subject, files)
  return repository
}

async function featuresOf(repository: TestRepository, to = 'HEAD', from = 'v1.0.0'): Promise<ForkFeatures> {
  const git = await openGit({ directory: repository.path, keepObjects: false })
  onTestFinished(() => git.close())
  const { features } = await askFeatures({
    git,
    profile,
    from,
    to,
    changelog: undefined,
    company: null,
    base: undefined,
    decisions: undefined,
  })
  return features
}

function of({ features }: ForkFeatures, pull: number): Feature {
  const found = features.find(({ work }) => work.some((one) => one.pull === pull))
  if (found === undefined) throw new Error(`nothing about #${pull}`)
  return found
}

describe('definitions of custom resources', () => {
  const types = (spec: string): string =>
    `package v1\n\nimport metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"\n\ntype Widget struct {\n\tmetav1.TypeMeta \`json:",inline"\`\n\tSpec WidgetSpec \`json:"${spec}"\`\n}\n\ntype WidgetSpec struct {\n\tPod v1.Pod \`json:"pod,omitempty"\`\n}\n`
  const definition = (required: string, more: string): string =>
    `kind: CustomResourceDefinition\nspec:\n  names: {kind: Widget}\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        type: object\n${required}        properties:\n          spec:\n            type: object\n            properties:\n              pod:\n                type: object\n                properties:\n                  name: {type: string}\n${more}`

  it('tell what is new below a field of which only the presence changed', async () => {
    const crd = `${CHART}/crds/widgets.yaml`
    const repository = upstreamOf(
      {
        ...chart('a: 1\n'),
        'api/v1/types.go': types('spec,omitempty'),
        'api/v1/zz_generated.deepcopy.go': 'package v1\n',
        [crd]: definition('', ''),
      },
      [
        ['Add lifetimes of pods (#2)', { [crd]: definition('', '                  lifetime: {type: integer}\n') }],
        [
          'Tidy up (#3)',
          {
            'api/v1/types.go': types('spec'),
            [crd]: definition('        required: [spec]\n', '                  lifetime: {type: integer}\n'),
          },
        ],
      ],
    )
    const found = await featuresOf(repository)
    expect(of(found, 2)).toMatchObject({ kind: 'feature', basis: 'shown' })
    expect(of(found, 2).what).toContain('lifetime')
    expect(of(found, 3)).toMatchObject({ kind: 'breaking', basis: 'shown' })
  })
})

describe('images', () => {
  const image = (packages: string, start: string): string =>
    `FROM golang:1.22 AS build\nRUN apt-get install -y make\nFROM example.org/base:1\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends ${packages} \\\n    && rm -rf /var/lib/apt\nENTRYPOINT ["${start}"]\n`

  it('miss what is no longer installed or started, whatever the title calls it', async () => {
    const repository = upstreamOf({ Dockerfile: image('tini curl', '/tini') }, [
      ['Replace tini (#2)', { Dockerfile: image('catatonit curl', '/catatonit') }],
    ])
    const entry = of(await featuresOf(repository), 2)
    expect(entry).toMatchObject({ kind: 'default', basis: 'shown' })
    expect(entry.what).toContain('package tini')
    expect(entry.what).not.toContain('make')
  })
})

describe('work that the older ref has too', () => {
  it('is left out where the pick has a number of its own, or none', async () => {
    const repository = upstreamOf({ 'a.go': 'package a\n', 'b.go': 'package b\n' }, [])
    repository.git('branch', 'release-1')
    const [one, two] = ['package a\n\nconst x = 1\n', 'package b\n\nconst y = 2\n']
    repository.commit('feat: support x (#2)', { 'a.go': one })
    repository.commit('feat: support y (#3)', { 'b.go': two })
    repository.commit('feat: support z (#4)', { 'c.go': 'package c\n' })
    repository.git('branch', 'next')
    repository.git('checkout', '--quiet', 'release-1')
    repository.commit('[release-1] feat: support x (#9)', { 'a.go': one })
    repository.commit('feat: support y', { 'b.go': two })
    repository.commit('feat: support z', { 'c.go': 'package other\n' })
    const found = await featuresOf(repository, 'next', 'release-1')
    expect(found.features.flatMap(({ work }) => work.map(({ pull }) => pull))).toEqual([4])
    expect(found.limits.join(' ')).toContain('the older ref has it already: #2, #3')
  })
})

describe('titles', () => {
  it('that say “instead of” tell a change of what was there', async () => {
    const repository = upstreamOf({ 'a.go': 'package a\n' }, [
      ['Use labels instead of names (#2)', { 'a.go': 'package a\n\nconst x = 1\n' }],
    ])
    expect(of(await featuresOf(repository), 2)).toMatchObject({ kind: 'default', basis: 'claimed' })
  })

  it.each([
    '[fix] lost labels',
    '(fix) lost labels',
    'Fix : lost labels',
    '#7 fix: lost labels',
    '[v1.2] fix: lost labels',
  ])('are read as %s is meant', async (subject) => {
    const repository = upstreamOf({ 'a.go': 'package a\n' }, [
      [`${subject} (#2)`, { 'a.go': 'package a\n\nconst x = 1\n' }],
    ])
    expect(of(await featuresOf(repository), 2)).toMatchObject({ kind: 'fix', title: 'Lost labels' })
  })
})

describe('values that moved', () => {
  it('belong to who brought them, and a common last word moves nothing', async () => {
    const repository = upstreamOf(chart('ui: {enable: true}\n'), [
      ['Add budgets (#2)', chart('ui: {enable: true}\nbudget: {enable: false}\n')],
      [
        'Sort the values (#3)',
        chart('controller:\n  uiIngress: {enable: false}\n  budget: {enable: false}\n  ui: {enable: true}\n'),
      ],
    ])
    const entry = of(await featuresOf(repository), 2)
    expect(entry.evidence.map(({ key }) => key)).toContain('controller.budget.enable')
    expect(of(await featuresOf(repository), 3).evidence.find(({ key }) => key.includes('uiIngress'))?.by).toEqual([
      '#3',
    ])
  })
})

describe('rights', () => {
  const role = (verbs: string): string =>
    `kind: Role\nrules:\n- apiGroups: [""]\n  resources: [events]\n  verbs: [${verbs}]\n`
  const templates = (controller: string, webhook: string): Files => ({
    ...chart('a: 1\n'),
    [`${CHART}/templates/controller/rbac.yaml`]: role(controller),
    [`${CHART}/templates/webhook/rbac.yaml`]: role(webhook),
  })

  it('are told of each part that has an account of its own at both ends', async () => {
    const repository = upstreamOf(templates('create, patch', 'get'), [
      ['fix: grant events (#2)', templates('create, patch', 'create, get')],
    ])
    const entry = of(await featuresOf(repository), 2)
    expect(entry.kind).toBe('permission')
    expect(entry.evidence.map(({ key }) => key)).toEqual(['webhook:core/events'])
  })

  it('of parts that were one before are compared as one', async () => {
    const one = { ...chart('a: 1\n'), [`${CHART}/templates/rbac.yaml`]: role('create, get, patch') }
    const repository = upstreamOf(one, [
      ['Split it (#2)', { ...templates('create, patch', 'get'), [`${CHART}/templates/rbac.yaml`]: null }],
    ])
    expect(of(await featuresOf(repository), 2).evidence.filter(({ area }) => area === 'rbac')).toEqual([])
  })
})
