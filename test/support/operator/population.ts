/** Applications in every state that there is, with their pods, and schedules. */
import type { Cluster } from '../../../src/ports/cluster.ts'
import { JOBS, makeApplication, makeDriver, PODS, SCHEDULES } from './scenario.ts'

/** Of 1.3.8; those with a driver pod, and without. */
const WITH_DRIVER = ['SUBMITTED', 'RUNNING', 'SUCCEEDING', 'FAILING', 'UNKNOWN', 'INVALIDATING']
const WITHOUT_DRIVER = ['', 'PENDING_RERUN', 'COMPLETED', 'FAILED', 'SUBMISSION_FAILED']
const POLICIES = ['Never', 'OnFailure', 'Always']

/** How many of each state with each restart policy. */
const ROUNDS = 5
const AT_ONCE = 8

/** Makes them; gives how many applications there are. */
export async function populate(cluster: Cluster): Promise<number> {
  const makers: (() => Promise<unknown>)[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const type of POLICIES) {
      const spec = { restartPolicy: { type } }
      for (const state of [...WITH_DRIVER, ...WITHOUT_DRIVER]) {
        const name = `${state.toLowerCase().replace('_', '-') || 'new'}-${type.toLowerCase()}-${round}`
        makers.push(() => makeOne(cluster, name, state, spec))
      }
      for (const state of ['', 'PENDING_RERUN']) {
        const name = `half-${state === '' ? 'new' : 'rerun'}-${type.toLowerCase()}-${round}`
        makers.push(() => makeHalf(cluster, name, state, spec))
      }
    }
    makers.push(() => makeScheduled(cluster, `nightly-${round}`))
  }
  const count = makers.length
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let make = makers.pop(); make !== undefined; make = makers.pop()) await make()
    }),
  )
  return count
}

async function makeOne(cluster: Cluster, name: string, state: string, spec: Record<string, unknown>): Promise<void> {
  await makeApplication(cluster, name, state, WITH_DRIVER.includes(state), spec)
  if (state === 'RUNNING') await makeExecutor(cluster, name)
}

/** Its driver is of a submission that its status does not know. */
async function makeHalf(cluster: Cluster, name: string, state: string, spec: Record<string, unknown>): Promise<void> {
  const { application } = await makeApplication(cluster, name, state, false, spec)
  await makeDriver(cluster, application, `unknown-${name}`)
}

async function makeExecutor(cluster: Cluster, name: string): Promise<void> {
  const labels = {
    'sparkoperator.k8s.io/app-name': name,
    'sparkoperator.k8s.io/launched-by-spark-operator': 'true',
    'spark-role': 'executor',
  }
  await cluster.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-exec-1`, namespace: JOBS, labels },
    spec: { containers: [{ name: 'executor', image: 'registry.test/spark' }] },
  })
}

/** With a run that goes on; the next one is far off. */
async function makeScheduled(cluster: Cluster, name: string): Promise<void> {
  const template = {
    type: 'Scala',
    sparkVersion: '3.1.1',
    mainApplicationFile: 'local:///app.jar',
    driver: {},
    executor: {},
  }
  const { object } = await cluster.create(SCHEDULES, {
    apiVersion: `${SCHEDULES.group}/${SCHEDULES.version}`,
    kind: SCHEDULES.kind,
    metadata: { name, namespace: JOBS },
    spec: { schedule: '0 3 1 1 *', template },
  })
  const status = { scheduleState: 'Scheduled', lastRun: '2026-01-01T03:00:00Z', nextRun: '2199-01-01T03:00:00Z' }
  await cluster.replace(SCHEDULES, { ...object, status }, { subresource: 'status' })
  await makeApplication(cluster, `${name}-1767236400`, 'RUNNING')
}
