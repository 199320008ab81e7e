/** Plans made on a real API server, of operators that the real helm installed from charts shaped like releases. */
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect } from 'vitest'
import { openHelm } from '../../../src/adapters/helm/open-helm.ts'
import { openVersionSource } from '../../../src/adapters/version-source/open-version-source.ts'
import { planExit } from '../../../src/domain/operator/plan/plan-move.ts'
import { planOperator, type PlanQuestion } from '../../../src/domain/operator/plan/plan-operator.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { readPlan } from '../../../src/domain/plan/read-plan.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart, type FixtureVersion } from '../../support/operator/fixtures.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application, sparkPod } from '../../support/operator/objects.ts'

const { it, describe } = needs('lab')
const NOW = Date.parse('2026-06-01T00:00:00Z')

function planner(lab: ReturnType<typeof useCluster>) {
  return async (to: FixtureVersion, options: Partial<PlanQuestion> & { kubeconfig?: string } = {}): Promise<Plan> => {
    const cluster = await openLab(lab(), options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig })
    const helm = openHelm({ program: lab().helmPath, environment: lab().environment })
    return await planOperator({
      reader: cluster,
      server: cluster,
      ports: { helm, sources: openVersionSource(() => () => undefined) },
      to: fixtureChart(to),
      from: 'auto',
      operator: undefined,
      values: [],
      resetValues: false,
      crd: 'auto',
      isBack: false,
      acknowledged: [],
      tool: { version: '0.0.0-test' },
      now: NOW,
      sleep,
      onHeld: () => () => undefined,
      ...options,
    })
  }
}

const ids = ({ findings }: Plan) => findings.map(({ id }) => id)
const finding = ({ findings }: Plan, id: string) => findings.find((one) => one.id === id)
const steps = (plan: Plan) => plan.steps.map(({ id }) => id)
const JOBS = { spark: { jobNamespaces: ['jobs'] } }

describe('a plan from 1.3.8', () => {
  const lab = useCluster()
  const plan = planner(lab)
  const objects: KubeObject[] = [
    application('etl'),
    application('streaming', { spec: { restartPolicy: { type: 'Always' } } }),
    application('no-mode', { spec: { mode: undefined } }),
    application('done', { state: 'COMPLETED', spec: { mode: undefined } }),
    application('half', { state: '' }),
    application('no-file', { spec: { mainApplicationFile: undefined }, state: 'COMPLETED' }),
    sparkPod('etl', { owned: false, serviceAccount: 'spark-operator-spark' }),
    sparkPod('streaming', { owned: false, serviceAccount: 'spark-operator-spark' }),
    sparkPod('no-mode', { owned: false, serviceAccount: 'spark-operator-spark' }),
    sparkPod('half', { owned: false, serviceAccount: 'spark-operator-spark' }),
  ]

  beforeAll(async () => {
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
    await installOperator(lab(), '1.3.8', { values: ['sparkJobNamespace=jobs'] })
    await createObjects(lab(), objects.map(withContainers))
  }, 120_000)

  it('says which accounts Helm would refuse, and repairs their ownership first', async () => {
    const made = await plan('1.6.2', { values: [{ sparkJobNamespaces: ['jobs'] }] })
    expect(finding(made, 'OP-HELM-IMPORT')?.objects).toEqual([
      'clusterrolebindings/spark-operator',
      'clusterroles/spark-operator',
      'serviceaccounts/spark-operator/spark-operator',
    ])
    expect(steps(made).filter((id) => id.startsWith('own/'))).toHaveLength(3)
    expect(made.summary).toMatchObject({ from: '1.3.8', to: '1.6.2', direction: 'forward', blocked: false })
  })

  it('warns where Kubernetes cannot deny what must not happen meanwhile, and the run says so again', async () => {
    const cluster = await openLab(lab())
    const serverVersion = () => Promise.resolve({ major: 1, minor: 29, gitVersion: 'v1.29.4' })
    const made = await plan('2.5.2', { values: [JOBS], reader: { ...cluster, serverVersion } })
    expect(finding(made, 'OP-NO-POLICIES')).toMatchObject({ gate: 'ack', objects: ['v1.29.4'] })
    const told = made.steps.filter(({ verb }) => verb === 'tell')
    expect(told.map(({ id }) => id)).toEqual(['guard/crds', 'fence/put'])
    expect(told.map(({ title }) => title)).toEqual([
      expect.stringContaining('this needs Kubernetes 1.30'),
      expect.stringContaining('this needs Kubernetes 1.30'),
    ])
    expect(made.steps.some(({ verb }) => verb.endsWith('-policy'))).toBe(false)
  })

  it('stops where a namespace with applications would no longer be watched', async () => {
    const made = await plan('2.5.2', { resetValues: true })
    expect(finding(made, 'OP-NAMESPACE-UNWATCHED')).toMatchObject({ gate: 'block', objects: ['jobs (6 applications)'] })
    expect(planExit(made, { isDetailed: false })).toBe('findings')
    expect(finding(made, 'OP-SPARK-ACCOUNT-DELETED')?.objects).toContain('serviceaccounts/jobs/spark-operator-spark')
    expect(steps(made)).toContain('keep/serviceaccounts/jobs/spark-operator-spark')
  })

  it('names each application that something could happen to, and what is done about it', async () => {
    const made = await plan('2.5.2', { values: [JOBS] })
    expect(finding(made, 'OP-HALF-SUBMITTED')).toMatchObject({ gate: 'auto', objects: ['jobs/half'] })
    expect(finding(made, 'OP-DEFAULTS-MODE')?.objects).toEqual(['jobs/no-mode'])
    expect(finding(made, 'OP-DEFAULTS-RETRY')?.objects).toEqual(['jobs/streaming'])
    expect(finding(made, 'OP-CRD-OBJECT-INVALID')?.objects).toEqual([
      'jobs/no-file: spec.mainApplicationFile is required',
    ])
    expect(ids(made)).not.toContain('OP-SERVER-DISAGREES')
    const order = [
      'snapshot/take',
      'stop/deployments/spark-operator/spark-operator',
      'fence/put',
      'adopt/sparkapplications',
    ]
    const then = [
      'defaults/sparkapplications',
      'crds/raise-sparkapplications',
      'gate/objects',
      'install/helm',
      'install/check',
    ]
    const last = [
      'fence/lift',
      'start/deployments/spark-operator/spark-operator-controller',
      'verify/applications',
      'receipt/write',
    ]
    const expected = [...order, ...then, ...last]
    expect(steps(made).filter((id) => expected.includes(id))).toEqual(expected)
  })

  it('foretells what every object will read as, defaults filled in', async () => {
    const made = await plan('2.5.2', { values: [JOBS] })
    const gate = made.steps.find(({ id }) => id === 'gate/objects')?.payload as unknown as {
      types: { predictions: { name: string; spec: string; predicted: string }[] }[]
    }
    const changed = gate.types[0]!.predictions.filter(({ spec, predicted }) => spec !== predicted)
    expect(changed.map(({ name }) => name)).toEqual(['no-mode', 'streaming'])
    expect(made.summary).toMatchObject({
      objects: [{ resource: 'sparkapplications', total: 6, disagreements: 0, notAsked: null }, {}],
    })
  })

  it('is the same plan, to the digest, when nothing has changed', async () => {
    const first = await plan('2.5.2', { values: [JOBS] })
    const second = await plan('2.5.2', { values: [JOBS], now: NOW + 60_000 })
    expect(second.digest).toBe(first.digest)
    expect(second.createdAt).not.toBe(first.createdAt)
  })

  it('can be saved and read back', async () => {
    const made = await plan('2.5.2', { values: [JOBS] })
    expect(readPlan(JSON.stringify(made), 'plan.json')).toEqual(made)
  })

  it('changes nothing in the cluster', async () => {
    const before = await everything(lab())
    await plan('2.5.2', { values: [JOBS] })
    expect(await everything(lab())).toEqual(before)
  })

  it('offline asks the server nothing, says so, and foretells the same', async () => {
    const online = await plan('2.5.2', { values: [JOBS] })
    const offline = await plan('2.5.2', { values: [JOBS], server: undefined })
    expect(finding(offline, 'OP-SERVER-NOT-ASKED')?.objects).toContain('sparkapplications: offline')
    expect(offline.steps).toEqual(online.steps)
    expect(planExit(offline, { isDetailed: true })).toBe('changes')
  })

  it('is undecided where the login may not see everything', async () => {
    const rules = [
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews'], verbs: ['create'] },
    ]
    const seeing = await lab().addUser('seeing', { rules })
    const made = await plan('2.5.2', { values: [JOBS], kubeconfig: seeing.kubeconfigPath })
    expect(finding(made, 'OP-SERVER-NOT-ASKED')?.objects[0]).toMatch(/may not create/)
    expect(planExit(made, { isDetailed: true })).toBe('inconclusive')
  })
})

describe('a plan back from 2.5.2', () => {
  const lab = useCluster()
  const plan = planner(lab)

  beforeAll(async () => {
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
    await installOperator(lab(), '2.5.2', { values: ['spark.jobNamespaces={jobs}', 'webhook.enable=false'] })
    await createObjects(lab(), [
      application('etl'),
      application('newer', { spec: { driver: { cores: 1, memoryLimit: '1g' } } }),
    ])
  }, 120_000)

  it('keeps the definitions, so that nothing is lost', async () => {
    const made = await plan('1.3.8', { values: [{ sparkJobNamespace: 'jobs' }] })
    expect(made.summary).toMatchObject({ direction: 'back', blocked: false })
    expect(steps(made).filter((id) => id.startsWith('crds/'))).toEqual([])
    expect(ids(made)).not.toContain('OP-CRD-PRUNES')
    // Nothing is to be asked of a server about a definition that stays.
    expect(ids(made)).not.toContain('OP-SERVER-NOT-ASKED')
    expect(made.summary.pointOfNoReturn).toBeNull()
  })

  it('names what is lost, and where the point of no return is, when definitions are lowered on request', async () => {
    const made = await plan('1.3.8', { values: [{ sparkJobNamespace: 'jobs' }], crd: 'lower' })
    expect(finding(made, 'OP-CRD-PRUNES')).toMatchObject({
      gate: 'ack',
      objects: ['jobs/newer: spec.driver.memoryLimit'],
    })
    expect(made.summary).toMatchObject({
      pointOfNoReturn: 'gate/return',
      toAcknowledge: expect.arrayContaining(['OP-CRD-PRUNES']) as string[],
    })
    expect(steps(made)).toContain('crds/lower-sparkapplications')
    expect(ids(made)).not.toContain('OP-SERVER-DISAGREES')
  })

  it('is empty where the same chart with the same values is there already', async () => {
    const made = await plan('2.5.2')
    expect(made.steps).toEqual([])
    expect(made.summary).toMatchObject({ isEmpty: true })
    expect(planExit(made, { isDetailed: true })).toBe('ok')
  })
})

/** Pods need containers on a real server. */
function withContainers(object: KubeObject): KubeObject {
  if (object.kind !== 'Pod') return object
  const { status, ...rest } = object
  const containers = [{ name: 'spark', image: 'spark' }]
  return {
    ...rest,
    spec: { ...(object.spec as object), containers },
    status: { phase: (status as { phase: string }).phase },
  }
}

async function everything(lab: { request: (method: string, path: string) => Promise<unknown> }): Promise<unknown> {
  const paths = [
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    '/apis/sparkoperator.k8s.io/v1beta2/sparkapplications',
    '/apis/apps/v1/deployments',
    '/api/v1/secrets',
    '/api/v1/pods',
  ]
  const lists = (await Promise.all(paths.map((path) => lab.request('GET', path)))) as { items: KubeObject[] }[]
  // A definition that is being deleted is gone a moment later.
  return lists.map(({ items }) => items.filter(({ metadata }) => metadata.deletionTimestamp === undefined))
}
