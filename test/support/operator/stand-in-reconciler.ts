/**
 * What a leader does with applications and schedules when it looks at them: syncSparkApplication of 1.x, Reconcile of
 * 2.x, as far as a failover can tell them apart; and three ways to do it wrong.
 */
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import type { Leaders } from './stand-in-leaders.ts'

const MERGE = 'application/merge-patch+json'
const API = '/apis/sparkoperator.k8s.io/v1beta2'

interface Status {
  applicationState?: { state?: string }
  executionAttempts?: number
}

export async function reconcileOnce(
  lab: TestCluster,
  { jobs, generation, fault }: Leaders,
  leader: { since: number; tookOver: boolean },
): Promise<void> {
  for (const namespace of jobs === 'all' ? await everyNamespace(lab) : jobs) {
    const path = `${API}/namespaces/${namespace}`
    const schedules = (await lab.request('GET', `${path}/scheduledsparkapplications`)) as { items: KubeObject[] }
    for (const one of schedules.items) {
      await fire(lab, one, path)
      if (fault === 'fires twice' && leader.tookOver) await makeRun(lab, one, path, 'again')
    }
    const { items } = (await lab.request('GET', `${path}/sparkapplications`)) as { items: KubeObject[] }
    for (const one of items) {
      const isOld = Date.parse(one.metadata.creationTimestamp ?? '') < leader.since - 1000
      if (fault === 'loses' && isOld && stateOf(one) === '') continue
      const isLive = ['SUBMITTED', 'RUNNING'].includes(stateOf(one))
      if (fault === 'resubmits' && leader.tookOver && isLive) await resubmit(lab, one, path)
      else await reconcile(lab, one, path, generation)
    }
  }
}

async function everyNamespace(lab: TestCluster): Promise<string[]> {
  const { items } = (await lab.request('GET', '/api/v1/namespaces')) as { items: KubeObject[] }
  return items.map(({ metadata }) => metadata.name)
}

function stateOf({ status }: KubeObject): string {
  return (status as Status | undefined)?.applicationState?.state ?? ''
}

async function reconcile(lab: TestCluster, one: KubeObject, path: string, generation: string): Promise<void> {
  const { spec } = one as unknown as {
    spec: { suspend?: boolean; nodeSelector?: object; driver: { nodeSelector?: object } }
  }
  const say = async (status: object): Promise<void> => {
    await lab.request('PATCH', `${path}/sparkapplications/${one.metadata.name}/status`, { status }, MERGE)
  }
  if (generation === '2.x' && spec.suspend === true) {
    if (stateOf(one) === '') await say({ applicationState: { state: 'SUSPENDED' }, driverInfo: {} })
    return
  }
  const isInvalid = spec.nodeSelector !== undefined && spec.driver.nodeSelector !== undefined
  if (generation === '1.x' && isInvalid && stateOf(one) === '') {
    await say({ applicationState: { state: 'FAILED', errorMessage: 'NodeSelector property …' }, driverInfo: {} })
  } else if (stateOf(one) === '') await submit(lab, one, path)
  else if (stateOf(one) === 'SUBMITTED') await say({ applicationState: { state: 'RUNNING' } })
}

async function submit(lab: TestCluster, one: KubeObject, path: string): Promise<void> {
  const { name, namespace = '', uid = '' } = one.metadata
  const attempt = ((one.status as Status | undefined)?.executionAttempts ?? 0) + 1
  const submissionID = `${name}-${Date.now()}`
  const labels = {
    'sparkoperator.k8s.io/app-name': name,
    'sparkoperator.k8s.io/submission-id': submissionID,
    'sparkoperator.k8s.io/launched-by-spark-operator': 'true',
    'spark-role': 'driver',
  }
  const ownerReferences = [{ apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication', name, uid }]
  const spec = { containers: [{ name: 'spark-kubernetes-driver', image: 'spark' }] }
  const account = (one.spec as { driver?: { serviceAccount?: string } }).driver?.serviceAccount
  const pod = {
    metadata: { name: `${name}-driver`, labels, ownerReferences },
    spec: { ...spec, serviceAccountName: account },
  }
  const status = {
    submissionID,
    executionAttempts: attempt,
    submissionAttempts: 1,
    driverInfo: { podName: `${name}-driver` },
  }
  let state = 'SUBMITTED'
  try {
    await lab.request('POST', `/api/v1/namespaces/${namespace}/pods`, pod)
  } catch {
    state = 'FAILED'
  }
  await lab.request(
    'PATCH',
    `${path}/sparkapplications/${name}/status`,
    { status: { ...status, applicationState: { state } } },
    MERGE,
  )
}

async function resubmit(lab: TestCluster, one: KubeObject, path: string): Promise<void> {
  const { name, namespace = '' } = one.metadata
  await lab.request('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}-driver?gracePeriodSeconds=0`)
  await submit(lab, one, path)
}

/** `@every Ns` alone. */
async function fire(lab: TestCluster, schedule: KubeObject, path: string): Promise<void> {
  const { spec, status } = schedule as unknown as { spec: { schedule: string }; status?: { nextRun?: string } }
  const every = Number(/^@every (\d+)s$/.exec(spec.schedule)?.[1] ?? 60)
  if (status?.nextRun !== undefined && Date.parse(status.nextRun) > Date.now()) return
  if (status?.nextRun !== undefined) await makeRun(lab, schedule, path, String(Date.now()))
  const nextRun = `${new Date(Date.now() + every * 1000).toISOString().slice(0, 19)}Z`
  await lab.request(
    'PATCH',
    `${path}/scheduledsparkapplications/${schedule.metadata.name}/status`,
    { status: { nextRun } },
    MERGE,
  )
}

async function makeRun(lab: TestCluster, schedule: KubeObject, path: string, suffix: string): Promise<void> {
  const { name, uid = '' } = schedule.metadata
  const { template } = schedule.spec as { template: object }
  const ownerReferences = [{ apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'ScheduledSparkApplication', name, uid }]
  await lab.request('POST', `${path}/sparkapplications`, {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: `${name}-${suffix}`, ownerReferences },
    spec: template,
  })
}
