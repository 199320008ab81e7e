/** What templates put into a cluster without a value changing: rendered by a real helm, or read where there is none. */
import { mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openGit } from '../../../../src/adapters/git/open-git.ts'
import { openChartRenderer } from '../../../../src/adapters/helm/chart-renderer.ts'
import { openHelm } from '../../../../src/adapters/helm/open-helm.ts'
import { askFeatures } from '../../../../src/domain/fork/features/ask-features.ts'
import type { Feature, ForkFeatures } from '../../../../src/domain/fork/features/document.ts'
import { readProfile } from '../../../../src/domain/fork/profile/read-profile.ts'
import { findLabProgram } from '../../../../scripts/lab.mjs'
import { needs } from '../../../support/capabilities.ts'
import { type Files, newRepository, type TestRepository, testDirectory } from '../../../support/fork/repository.ts'
import { expectMatchesSchema } from '../../../support/schema.ts'

const profile = readProfile(undefined, { asked: 'generic', found: 'generic' })
const directory = testDirectory()
const CHART = 'charts/widget-operator'
let made = 0

interface Shape {
  replicas?: string
  sideEffects?: string
  selector?: string
  level?: string
  webhook?: string
}

const files = ({ replicas = '1', sideEffects = 'NoneOnDryRun', selector = 'a', level = '1', webhook = '' }: Shape) => ({
  [`${CHART}/Chart.yaml`]: 'apiVersion: v2\nname: widget-operator\nversion: 1.0.0\n',
  [`${CHART}/values.yaml`]: `replicas: ${replicas}\n`,
  [`${CHART}/templates/_helpers.tpl`]: `{{- define "level" -}}${level}{{- end -}}\n`,
  [`${CHART}/templates/deployment.yaml`]: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-operator
  labels: {helm.sh/chart: {{ .Chart.Version }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: ${selector}}}
  template:
    spec:
      containers:
      - name: operator
        args:
        - --log-level={{ include "level" . }}
`,
  [`${CHART}/templates/webhook.yaml`]: `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hooks}
webhooks:
- name: first.example.org
  sideEffects: ${sideEffects}
${webhook}`,
})

function upstreamOf(...steps: readonly (readonly [subject: string, files: Files])[]): TestRepository {
  const repository = newRepository(directory, `rendered-${(made += 1)}`)
  repository.commit('Begin (#1)', files({}))
  repository.git('tag', 'v1.0.0')
  for (const [subject, changed] of steps) repository.commit(subject, changed)
  return repository
}

async function featuresOf(repository: TestRepository, program?: string): Promise<ForkFeatures> {
  const git = await openGit({ directory: repository.path, keepObjects: false })
  const signal = new AbortController().signal
  const helm = openHelm({ program: program ?? findLabProgram('helm') ?? 'helm' })
  const renderer = program === '' ? undefined : openChartRenderer({ git, helm, signal })
  onTestFinished(async () => {
    await renderer?.close()
    await git.close()
  })
  const named = { from: 'v1.0.0', to: 'HEAD', changelog: undefined, company: null, base: undefined }
  const { features } = await askFeatures({ git, profile, ...named, decisions: undefined, renderer })
  expectMatchesSchema('fork-features', JSON.parse(JSON.stringify(features)))
  return features
}

function of({ features }: ForkFeatures, pull: number): Feature {
  return features.find(({ work }) => work.some((one) => one.pull === pull))!
}

const steps = [
  ['fix: let the hook be called on dry runs (#2)', files({ sideEffects: 'None' })],
  ['Talk more (#3)', files({ sideEffects: 'None', level: '3' })],
  ['Two of them (#4)', files({ sideEffects: 'None', level: '3', replicas: '2' })],
] as const

describe('what a chart puts into a cluster', () => {
  const rendered = needs('lab')
  rendered.it('is told where no value changed, as rendered, with who did it', async () => {
    const found = await featuresOf(upstreamOf(...steps))
    expect(found.templates).toMatchObject({ how: 'rendered', by: expect.stringMatching(/^helm \d/) as string })
    expect(found.limits.join(' ')).toContain('Charts were rendered by helm')
    expect(of(found, 2)).toMatchObject({ kind: 'default', basis: 'shown' })
    expect(of(found, 2).what).toContain('sideEffects: NoneOnDryRun → None')
    // The expression is the same; only what it yields is another.
    expect(of(found, 3)).toMatchObject({ kind: 'default', basis: 'shown' })
    expect(of(found, 3).what).toMatch(/--log-level: 1 → 3/)
    expect(of(found, 4).evidence.map(({ area }) => area)).toEqual(['value'])
  })

  rendered.it('of a chart that does not render is read as text, and says why', async () => {
    const broken = { ...files({ sideEffects: 'None' }), [`${CHART}/templates/x.yaml`]: '{{ fail "no luck" }}\n' }
    const found = await featuresOf(upstreamOf(['Break it (#2)', broken]))
    expect(found.templates).toMatchObject({ how: 'read', why: expect.stringContaining('no luck') as string })
    expect(of(found, 2).what).toContain('sideEffects: NoneOnDryRun → None')
  })

  rendered.it('takes no file from outside the chart, and leaves nothing behind on disk', async () => {
    const scratch = mkdtempSync(join(directory, 'tmp-'))
    vi.stubEnv('TMPDIR', scratch)
    const repository = upstreamOf(['Tidy (#2)', files({ sideEffects: 'None' })])
    symlinkSync('/etc/hostname', join(repository.path, CHART, 'templates/link.yaml'))
    repository.commit('Lead outside (#3)')
    const git = await openGit({ directory: repository.path, keepObjects: false })
    const helm = openHelm({ program: findLabProgram('helm') ?? 'helm' })
    const renderer = openChartRenderer({ git, helm, signal: new AbortController().signal })
    const chart = await git.find((await git.resolve('HEAD'))!, CHART)
    expect(await renderer.render(chart!.oid)).not.toContain('link.yaml')
    expect(readdirSync(scratch).some((name) => name.startsWith('sparkops-charts-'))).toBe(true)
    await renderer.close()
    await git.close()
    expect(readdirSync(scratch).filter((name) => name.startsWith('sparkops-charts-'))).toEqual([])
    vi.unstubAllEnvs()
  })

  it('is read as text where there is no helm, and said so', async () => {
    const found = await featuresOf(upstreamOf(...steps), '/nowhere/helm')
    expect(found.templates).toMatchObject({ how: 'read', why: expect.stringContaining('helm cannot be run') as string })
    expect(of(found, 2).what).toContain('sideEffects: NoneOnDryRun → None')
    expect(of(found, 3).evidence).toEqual([])
  })

  it('breaks an upgrade where the selector of a workload is another', async () => {
    const found = await featuresOf(upstreamOf(['Tidy labels (#2)', files({ selector: 'b' })]), '')
    expect(of(found, 2)).toMatchObject({ kind: 'breaking', basis: 'shown', risk: 'high' })
  })

  it('tells a new item as one, not by each of its settings', async () => {
    const webhook = '- name: second.example.org\n  sideEffects: None\n  rules: [{operations: [CREATE]}]\n'
    const found = await featuresOf(upstreamOf(['Check more (#2)', files({ webhook })]), '')
    expect(of(found, 2).evidence.map(({ key }) => key)).toEqual([
      'ValidatingWebhookConfiguration webhook.yaml webhooks[second.example.org]',
    ])
  })
})
