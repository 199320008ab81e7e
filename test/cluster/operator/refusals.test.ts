/** What a plan refuses, each with its exit code, by the commands on a real control plane. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-refusals-'))
const file = join(home, 'plan.json')
const OPERATOR = '/apis/apps/v1/namespaces/spark-operator/deployments/spark-operator'
const MERGE = 'application/merge-patch+json'

beforeAll(async () => {
  await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
  await installOperator(lab(), '1.3.8', { values: ['sparkJobNamespace=jobs'] })
  await createObjects(lab(), [application('etl', { state: 'COMPLETED' })])
  await define('argoproj.io', 'v1alpha1', 'Application')
  await define('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease')
}, 60_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Each as its tool marks what it made, at work and at rest. */
const OWNERS = [
  {
    tool: 'Argo CD',
    path: '/apis/argoproj.io/v1alpha1/namespaces/spark-operator/applications',
    mark: { annotations: { 'argocd.argoproj.io/tracking-id': 'owner:apps/Deployment:spark-operator/spark-operator' } },
    unmark: { annotations: { 'argocd.argoproj.io/tracking-id': null } },
    atWork: { syncPolicy: { automated: { selfHeal: true, enabled: true } } },
    atRest: { syncPolicy: { automated: { enabled: false } } },
  },
  {
    tool: 'Flux',
    path: '/apis/helm.toolkit.fluxcd.io/v2/namespaces/spark-operator/helmreleases',
    mark: {
      labels: {
        'helm.toolkit.fluxcd.io/name': 'owner',
        'helm.toolkit.fluxcd.io/namespace': 'spark-operator',
      },
    },
    unmark: { labels: { 'helm.toolkit.fluxcd.io/name': null, 'helm.toolkit.fluxcd.io/namespace': null } },
    atWork: { suspend: false },
    atRest: { suspend: true },
  },
]

describe('a plan', () => {
  for (const { tool, path, mark, unmark, atWork, atRest } of OWNERS) {
    it(`is refused while ${tool} puts the operator back (3), and no longer holds when it does so again (5)`, async () => {
      await lab().request('PATCH', OPERATOR, { metadata: mark }, MERGE)
      await whenServed(() => lab().request('POST', path, owner(path, atWork)))
      const refused = await plan()
      expect(refused.code, refused.stderr).toBe(3)
      const blocking = (JSON.parse(refused.stdout) as Plan).findings.filter(({ gate }) => gate === 'block')
      expect(blocking).toMatchObject([{ id: 'OP-GITOPS-OWNER', objects: [expect.stringContaining(tool)] }])
      await lab().request('PATCH', `${path}/owner`, { spec: atRest }, MERGE)
      const suspended = await plan()
      expect(suspended.code, suspended.stdout).toBe(0)
      await lab().request('PATCH', `${path}/owner`, { spec: atWork }, MERGE)
      const stale = await sparkops('apply', file, '--yes', '--confirm=lab-admin')
      expect([stale.code, stale.stderr]).toEqual([5, expect.stringContaining('owners has changed')])
      await lab().request('PATCH', OPERATOR, { metadata: unmark }, MERGE)
    }, 60_000)
  }

  it('is refused where applications would no longer be watched (3)', async () => {
    const { code, stdout } = await plan('--reset-values')
    expect(code).toBe(3)
    expect((JSON.parse(stdout) as Plan).findings[0]).toMatchObject({
      id: 'OP-NAMESPACE-UNWATCHED',
      gate: 'block',
      objects: ['jobs (1 application)'],
    })
  })

  it('is refused where a node could not have the image (3)', async () => {
    const { stdout } = await plan()
    const image = 'registry.test/spark-operator/controller:2.5.2'
    expect(stdout).toContain(image)
    const pods = '/api/v1/namespaces/spark-operator/pods'
    const spec = { containers: [{ name: 'try', image }] }
    const pod = (await lab().request('POST', pods, { metadata: { name: 'tried' }, spec })) as object
    const state = { waiting: { reason: 'ImagePullBackOff' } }
    const status = { containerStatuses: [{ name: 'try', image, imageID: '', ready: false, restartCount: 0, state }] }
    await lab().request('PUT', `${pods}/tried/status`, { ...pod, status })
    const refused = await plan()
    expect(refused.code).toBe(3)
    expect((JSON.parse(refused.stdout) as Plan).findings[0]).toMatchObject({
      id: 'OP-IMAGE-UNPULLABLE',
      objects: [`${image} (spark-operator/tried: ImagePullBackOff)`],
    })
    await lab().request('DELETE', `${pods}/tried?gracePeriodSeconds=0`)
  })

  it('is not carried out without a word where nobody can be asked (64)', async () => {
    const planned = await plan()
    const { findings } = JSON.parse(planned.stdout) as Plan
    const accept = findings.filter(({ gate }) => gate === 'ack').map(({ id }) => `--accept=${id}`)
    const { code, stderr } = await sparkops('apply', file, ...accept)
    expect([code, stderr]).toEqual([64, expect.stringContaining('--yes')])
  })
})

function owner(path: string, spec: object): object {
  const [, , group, version, , , plural] = path.split('/')
  const kind = plural === 'applications' ? 'Application' : 'HelmRelease'
  return { apiVersion: `${group!}/${version!}`, kind, metadata: { name: 'owner' }, spec }
}

/** A kind of somebody else's, that takes everything. */
async function define(group: string, name: string, kind: string): Promise<void> {
  const plural = `${kind.toLowerCase()}s`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await lab().request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name, served: true, storage: true, schema }],
    },
  })
}

async function whenServed(send: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const isDone = await send().then(
      () => true,
      (error: unknown) => attempt > 50 && Promise.reject(error as Error),
    )
    if (isDone) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function plan(...words: string[]): Promise<RunResult> {
  return sparkops('plan', '--to', fixtureChart('2.5.2'), '--out', file, ...words, '--json')
}

function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], {
    env: { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH },
  })
}
