/**
 * A cluster with an operator of 1.3.8 installed by Helm, applications in every state with their drivers, and a plan
 * that moves it to 1.6.2: made by hand of the steps' constructors, so that carrying out is tested apart from planning.
 */
import { openVersionSource } from '../../../src/adapters/version-source/open-version-source.ts'
import { loadAll } from 'js-yaml'
import { openHelm } from '../../../src/adapters/helm/open-helm.ts'
import { OPERATOR_POD_LABELS } from '../../../src/domain/operator/steps/payloads.ts'
import {
  adoptApplications,
  fillDefaults,
  gateObjects,
  replaceCrd,
  verifyApplications,
} from '../../../src/domain/operator/steps/application-steps.ts'
import {
  fenceControllers,
  guardCrds,
  holdLock,
  liftFence,
  quiesce,
  releaseLock,
  startController,
  stopController,
  takeSnapshot,
  unguardCrds,
  writeReceipt,
} from '../../../src/domain/operator/steps/guard-steps.ts'
import { checkInstall, helmUpgrade } from '../../../src/domain/operator/steps/install-steps.ts'
import { repairOwnership } from '../../../src/domain/operator/steps/object-steps.ts'
import { digestOf } from '../../../src/domain/plan/json.ts'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import { API_VERSION } from '../../../src/domain/document.ts'
import type { Cluster, KubeObject, ObjectKey, ResourceType } from '../../../src/ports/cluster.ts'
import type { Helm } from '../../../src/ports/helm.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { fixtureChart, fixtureDefinitions } from './fixtures.ts'

export const OPERATOR_NAMESPACE = 'spark-operator'
export const RELEASE = 'spark-operator'
export const JOBS = 'jobs'
const RELEASE_NAME = { name: RELEASE, namespace: OPERATOR_NAMESPACE }

const GROUP = 'sparkoperator.k8s.io'
const type = (resource: string, kind: string): ResourceType => ({
  group: GROUP,
  version: 'v1beta2',
  resource,
  kind,
  namespaced: true,
})
export const APPLICATIONS = type('sparkapplications', 'SparkApplication')
export const SCHEDULES = type('scheduledsparkapplications', 'ScheduledSparkApplication')
export const PODS: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true }
export const DEPLOYMENTS: ResourceType = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
}
export const CRDS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
export const OPERATOR: ObjectKey = { type: DEPLOYMENTS, namespace: OPERATOR_NAMESPACE, name: 'spark-operator' }

/** Helm of the lab. */
export function labHelm(lab: TestCluster): Helm {
  return openHelm({ program: lab.helmPath, kubeconfig: lab.kubeconfigPath, environment: lab.environment })
}

/** Installs 1.3.8 and makes applications. */
export async function installOld(lab: TestCluster, cluster: Cluster, { webhook = false } = {}): Promise<void> {
  for (const crd of fixtureDefinitions('1.3.8')) await cluster.create(CRDS, crd)
  for (const name of [OPERATOR_NAMESPACE, JOBS]) await lab.request('POST', '/api/v1/namespaces', { metadata: { name } })
  await labHelm(lab).upgrade({
    release: RELEASE_NAME,
    chart: { reference: fixtureChart('1.3.8') },
    values: { files: [], sets: [], object: { sparkJobNamespace: JOBS, webhook: { enable: webhook } } },
    install: true,
    noHooks: false,
    timeoutSeconds: 60,
  })
  await untilServed(cluster)
  for (const state of ['', 'SUBMITTED', 'RUNNING', 'COMPLETED', 'FAILED', 'PENDING_RERUN']) {
    await makeApplication(cluster, `app-${state.toLowerCase().replace('_', '-') || 'new'}`, state)
  }
}

/** A definition is served some moments after it was made. */
export async function untilServed(cluster: Cluster): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const isServed = await cluster.list(APPLICATIONS).then(
      () => true,
      () => false,
    )
    if (isServed) return
    if (attempt > 100) throw new Error('the definitions are not served')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export interface Made {
  application: KubeObject
  driver: KubeObject | undefined
}

/** An application in a state, with a driver where that state has one, or where asked. */
export async function makeApplication(
  cluster: Cluster,
  name: string,
  state: string,
  hasDriver = ['SUBMITTED', 'RUNNING'].includes(state),
  spec: Record<string, unknown> = {},
): Promise<Made> {
  const { object } = await cluster.create(APPLICATIONS, {
    apiVersion: `${GROUP}/v1beta2`,
    kind: 'SparkApplication',
    metadata: { name, namespace: JOBS },
    spec: {
      type: 'Scala',
      sparkVersion: '3.1.1',
      mainApplicationFile: 'local:///app.jar',
      driver: {},
      executor: {},
      restartPolicy: { type: 'Never' },
      ...spec,
    },
  })
  const submissionID = `submission-${name}`
  if (state !== '') {
    await cluster.replace(
      APPLICATIONS,
      {
        ...object,
        status: {
          applicationState: { state },
          driverInfo: { podName: `${name}-driver` },
          submissionID,
          executionAttempts: 1,
          submissionAttempts: 1,
          lastSubmissionAttemptTime: '2026-01-01T00:00:00Z',
          terminationTime: state === 'COMPLETED' || state === 'FAILED' ? '2026-01-01T01:00:00Z' : null,
        },
      },
      { subresource: 'status' },
    )
  }
  return { application: object, driver: hasDriver ? await makeDriver(cluster, object, submissionID) : undefined }
}

/** A driver that runs. */
export async function makeDriver(cluster: Cluster, { metadata }: KubeObject, submission: string): Promise<KubeObject> {
  const labels = {
    'sparkoperator.k8s.io/app-name': metadata.name,
    'sparkoperator.k8s.io/submission-id': submission,
    'sparkoperator.k8s.io/launched-by-spark-operator': 'true',
    'spark-role': 'driver',
  }
  const { object } = await cluster.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${metadata.name}-driver`, namespace: JOBS, labels },
    spec: { containers: [{ name: 'driver', image: 'registry.test/spark' }] },
  })
  const containerStatuses = [{ name: 'driver', image: 'x', imageID: 'x', ready: true, restartCount: 0 }]
  const status = { phase: 'Running', containerStatuses }
  return (await cluster.replace(PODS, { ...object, status }, { subresource: 'status' })).object
}

const SECONDS = 60
const FENCE = {
  namespace: OPERATOR_NAMESPACE,
  users: [`system:serviceaccount:${OPERATOR_NAMESPACE}:spark-operator`],
  controllerPods: [
    {
      deployment: 'spark-operator',
      labels: { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': RELEASE },
    },
  ],
  groups: [GROUP],
  serverMinor: 35,
}
const GUARD = {
  crds: [`sparkapplications.${GROUP}`, `scheduledsparkapplications.${GROUP}`],
  namespace: OPERATOR_NAMESPACE,
  serverMinor: 35,
}

const charts = openVersionSource(() => () => undefined)

/** The plan of the move to 1.6.2, from what is live. */
export async function planUpgrade(lab: TestCluster, cluster: Cluster): Promise<Plan> {
  const crds = await crdSteps(cluster)
  const { labels: selector } = FENCE.controllerPods[0]!
  const deployment = { deployment: OPERATOR, selector, locks: [], timeoutSeconds: SECONDS }
  const steps: Step[] = [
    holdLock(OPERATOR_NAMESPACE),
    guardCrds(GUARD),
    takeSnapshot({ types: [APPLICATIONS, SCHEDULES], crds: GUARD.crds, install: [OPERATOR] }),
    ...(await ownershipSteps(cluster)),
    quiesce({
      type: APPLICATIONS,
      labels: OPERATOR_POD_LABELS,
      controllers: [{ namespace: OPERATOR_NAMESPACE, selector }],
      scope: null,
      timeoutSeconds: 5,
      stallSeconds: 5,
      whenTimedOut: 'proceed',
    }),
    stopController({ ...deployment, before: 1 }),
    fenceControllers(FENCE),
    adoptApplications({ type: APPLICATIONS, labels: OPERATOR_POD_LABELS, states: ['', 'PENDING_RERUN'], seen: [] }),
    fillDefaults({
      type: APPLICATIONS,
      rules: [{ path: ['spec', 'mode'], value: 'cluster', when: [], why: 'not assumed by 2.x' }],
      fixes: [],
      exceptStates: ['COMPLETED', 'FAILED'],
      seen: [],
    }),
    ...crds,
    gateObjects({
      types: [APPLICATIONS, SCHEDULES].map((one) => ({ type: one, predictions: [] })),
      restore: crds.map(({ id }) => id).reverse(),
    }),
    helmUpgrade(
      {
        release: RELEASE,
        namespace: OPERATOR_NAMESPACE,
        chart: { reference: fixtureChart('1.6.2'), ...CHART, digest: await charts.digest(fixtureChart('1.6.2')) },
        values: { sparkJobNamespaces: [JOBS] },
        noHooks: false,
        twice: false,
        fromRevision: await newestRevision(lab),
        hold: [OPERATOR],
        timeoutSeconds: SECONDS,
      },
      [OPERATOR],
    ),
    checkInstall({
      deployment: OPERATOR,
      ...(await renderedOperator(lab)),
      serviceAccount: { namespace: OPERATOR_NAMESPACE, name: 'spark-operator' },
      access: [{ verb: 'create', group: '', resource: 'pods', namespace: JOBS }],
      webhook: null,
    }),
    ...liftFence(FENCE),
    startController({ ...deployment, replicas: 1 }),
    verifyApplications({
      types: [APPLICATIONS, SCHEDULES],
      labels: OPERATOR_POD_LABELS,
      terminalStates: ['COMPLETED', 'FAILED'],
      alarmStates: ['INVALIDATING'],
      graceSeconds: 0,
      stopOnFinding: [OPERATOR],
    }),
    ...unguardCrds(GUARD),
    releaseLock(OPERATOR_NAMESPACE),
    writeReceipt('1.3.8', '1.6.2'),
  ]
  const { uid, context, server } = cluster.identity
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'OperatorPlan',
    schema: 1,
    tool: { name: 'sparkops', version: '0.1.0' },
    createdAt: '2026-01-01T00:00:00Z',
    target: { kind: 'cluster', id: uid, name: context ?? server },
    inputs: [{ of: 'cluster', value: uid }],
    steps,
    findings: [],
    summary: {},
  })
}

const CHART = { name: 'spark-operator', version: '1.4.6' }

async function crdSteps(cluster: Cluster): Promise<Step[]> {
  const types = [APPLICATIONS, SCHEDULES]
  const steps: Step[] = []
  for (const one of types) {
    const crd = fixtureDefinitions('1.6.2').find(({ metadata }) => metadata.name.startsWith(`${one.resource}.`))!
    const live = await cluster.get({ type: CRDS, name: crd.metadata.name })
    steps.push(
      replaceCrd({
        name: crd.metadata.name,
        decision: 'raise',
        crd,
        beforeSpec: digestOf(live!.spec),
        type: one,
        timeoutSeconds: SECONDS,
      }),
    )
  }
  return steps
}

async function ownershipSteps(cluster: Cluster): Promise<Step[]> {
  const rbac = (resource: string, kind: string): ResourceType => ({
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    resource,
    kind,
    namespaced: false,
  })
  const keys: ObjectKey[] = [
    {
      type: { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
      namespace: OPERATOR_NAMESPACE,
      name: 'spark-operator',
    },
    { type: rbac('clusterroles', 'ClusterRole'), name: 'spark-operator' },
    { type: rbac('clusterrolebindings', 'ClusterRoleBinding'), name: 'spark-operator' },
  ]
  const owner = { release: RELEASE, namespace: OPERATOR_NAMESPACE }
  return await Promise.all(keys.map(async (key) => repairOwnership(key, (await cluster.get(key))!, owner)))
}

async function renderedOperator(lab: TestCluster): Promise<{ image: string; arguments: string[] }> {
  const text = await labHelm(lab).template({
    chart: { reference: fixtureChart('1.6.2') },
    release: RELEASE_NAME,
    values: { files: [], sets: [], object: { sparkJobNamespaces: [JOBS] } },
  })
  const documents = loadAll(text) as (KubeObject | null)[]
  const operator = documents.find((one) => one?.kind === 'Deployment')!
  const { template } = operator.spec as { template: { spec: { containers: { image: string; args: string[] }[] } } }
  const { image, args } = template.spec.containers[0]!
  return { image, arguments: args }
}

async function newestRevision(lab: TestCluster): Promise<number> {
  return (await labHelm(lab).history(RELEASE_NAME)).at(-1)!.revision
}
