/** Which applications a move waits for before it stops a controller, on a real API server; time is told by the test. */
import { beforeAll, describe, expect } from 'vitest'
import type { ApplyContext } from '../../../src/domain/operator/apply/context.ts'
import { quiesce } from '../../../src/domain/operator/apply/quiesce.ts'
import { OPERATOR_POD_LABELS, type QuiescePayload } from '../../../src/domain/operator/steps/payloads.ts'
import { toJson } from '../../../src/domain/plan/json.ts'
import type { Cluster, KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureDefinitions } from '../../support/operator/fixtures.ts'
import { APPLICATIONS, JOBS, makeApplication, PODS, untilServed } from '../../support/operator/scenario.ts'

const { it } = needs('lab')
const lab = useCluster()
const CONTROLLER = { app: 'operator' }
const START = Date.parse('2026-06-01T00:00:00Z')

beforeAll(async () => {
  for (const crd of fixtureDefinitions('1.3.8')) {
    await lab().request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd)
  }
  await lab().request('POST', '/api/v1/namespaces', { metadata: { name: JOBS } })
})

interface Waited {
  facts: { unsettled: string[]; waitedFor: string[]; why: string }
  seconds: number
  told: string[]
}

/** Waits on a clock that stands still but for the waiting itself; `meanwhile` is what happens at each look. */
async function wait(
  cluster: Cluster,
  meanwhile: (look: number) => Promise<void> = () => Promise.resolve(),
  payload: Partial<QuiescePayload> = {},
): Promise<Waited> {
  let now = START
  let looks = 0
  const told: string[] = []
  const context = {
    cluster,
    signal: new AbortController().signal,
    clock: { now: () => now },
    tell: (detail: string) => told.push(detail),
    sleep: async () => {
      now += 5000
      await meanwhile((looks += 1))
    },
  }
  const whole: QuiescePayload = {
    type: APPLICATIONS,
    labels: OPERATOR_POD_LABELS,
    controllers: [{ namespace: 'default', selector: CONTROLLER }],
    scope: null,
    timeoutSeconds: 120,
    stallSeconds: 60,
    whenTimedOut: 'proceed',
    ...payload,
  }
  const facts = await quiesce.act(toJson(whole), context as unknown as ApplyContext)
  return { facts: facts as unknown as Waited['facts'], seconds: (now - START) / 1000, told }
}

async function runController(cluster: Cluster): Promise<void> {
  const { object } = await cluster.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'operator', namespace: 'default', labels: CONTROLLER },
    spec: { containers: [{ name: 'main', image: 'registry.test/operator' }] },
  })
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  await cluster.replace(PODS, { ...object, status }, { subresource: 'status' })
}

async function submit(cluster: Cluster, name: string): Promise<void> {
  const live = (await cluster.get({ type: APPLICATIONS, namespace: JOBS, name })) as KubeObject
  const status = { applicationState: { state: 'SUBMITTED' }, driverInfo: {} }
  await cluster.replace(APPLICATIONS, { ...live, status }, { subresource: 'status' })
}

const failedSubmission = (policy: object) => ({ restartPolicy: { onSubmissionFailureRetryInterval: 3600, ...policy } })

describe('before a controller is stopped', () => {
  it('an application is waited for as long as a controller is there that submits it, and named', async () => {
    const cluster = await openLab(lab())
    await untilServed(cluster)
    await makeApplication(cluster, 'fresh', '')
    const without = await wait(cluster)
    expect(without).toMatchObject({
      seconds: 0,
      facts: { unsettled: ['jobs/fresh (new)'], why: 'no controller is ready that would submit them' },
    })
    await runController(cluster)
    const { facts, told, seconds } = await wait(cluster, async (look) => {
      if (look === 3) await submit(cluster, 'fresh')
    })
    expect(facts).toEqual({ unsettled: [], waitedFor: ['jobs/fresh'], why: 'nothing is about to be submitted' })
    expect(told[0]).toBe('waits for jobs/fresh (new) to be submitted; unmoved for 0 of 60 s')
    expect(seconds).toBe(15)
  })

  it('one whose driver runs already is not: adoption writes its status', async () => {
    const cluster = await openLab(lab())
    await makeApplication(cluster, 'half', '', true)
    await makeApplication(cluster, 'rerun-half', 'PENDING_RERUN', true)
    // Its driver is of the submission that the status names: that one is over, and a new one is to come.
    expect((await wait(cluster)).facts.unsettled).toEqual(['jobs/rerun-half (PENDING_RERUN)'])
    await submit(cluster, 'rerun-half')
    expect((await wait(cluster)).facts).toMatchObject({ unsettled: [], waitedFor: [] })
  })

  it('a failed submission is, only where its retry is due', async () => {
    const cluster = await openLab(lab())
    for (const [name, policy] of Object.entries({
      never: { type: 'Never' },
      'no-retries-left': { type: 'OnFailure', onSubmissionFailureRetries: 0 },
      'may-retry': { type: 'OnFailure', onSubmissionFailureRetries: 3 },
      always: { type: 'Always' },
      'not-due': { type: 'Always', onSubmissionFailureRetryInterval: 86_400 * 365 },
    })) {
      await makeApplication(cluster, name, 'SUBMISSION_FAILED', false, failedSubmission(policy))
    }
    const { facts } = await wait(cluster, undefined, { timeoutSeconds: 0 })
    expect(facts.unsettled).toEqual(['jobs/always (SUBMISSION_FAILED)', 'jobs/may-retry (SUBMISSION_FAILED)'])
    for (const name of ['always', 'may-retry']) await submit(cluster, name)
  })

  it('one that no controller of these takes up is not', async () => {
    const cluster = await openLab(lab())
    await makeApplication(cluster, 'elsewhere', '')
    const namespaces = { all: false, names: ['other'], selector: null }
    const scope = { generation: '2.x' as const, labelSelector: '', namespaces }
    expect((await wait(cluster, undefined, { scope })).facts.unsettled).toEqual([])
    expect((await wait(cluster)).facts.unsettled).toEqual(['jobs/elsewhere (new)'])
    await submit(cluster, 'elsewhere')
  })

  it('the wait ends where nothing moves, and where others keep coming', async () => {
    const cluster = await openLab(lab())
    await makeApplication(cluster, 'stuck', '')
    const stuck = await wait(cluster)
    expect(stuck).toMatchObject({ seconds: 60, facts: { why: 'none of them moved for 60 s' } })
    let newest = 'stuck'
    const busy = await wait(cluster, async (look) => {
      await submit(cluster, newest)
      await makeApplication(cluster, (newest = `user-${look}`), '')
    })
    expect(busy).toMatchObject({ seconds: 120, facts: { why: 'others kept coming for 120 s' } })
    await expect(wait(cluster, undefined, { whenTimedOut: 'stop' })).rejects.toMatchObject({ exit: 'pending' })
  })
})
