/**
 * What the operator and the kubelet do for an application, small enough to read: a driver pod for each application that
 * is new, its status, and an end. What becomes of an application is said by its annotation `stand-in`: `completes`
 * (also without one), `runs`, `pends`, `fails-1`, `oom`, `refused`, `reruns` (fails once, then completes), `ignored`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'

const APPLICATIONS = '/apis/sparkoperator.k8s.io/v1beta2'
const REFUSAL =
  'failed to submit spark application: failed to run spark-submit: Message: admission webhook "mutate--v1-pod.sparkoperator.k8s.io" denied the request: no.'
const MERGE = 'application/merge-patch+json'

export interface StandIn {
  stop(): Promise<void>
}

/** Runs until it is stopped; each round takes every application one step further. */
export function startStandIn(lab: TestCluster, { namespace, node }: { namespace: string; node?: string }): StandIn {
  let running = true
  const path = `${APPLICATIONS}/namespaces/${namespace}/sparkapplications`
  const round = async (): Promise<void> => {
    const { items } = (await lab.request('GET', path)) as { items: KubeObject[] }
    for (const item of items) await step(lab, item, path, node).catch(() => undefined)
  }
  const loop = async (): Promise<void> => {
    while (running) {
      await round().catch(() => undefined)
      await sleep(50)
    }
  }
  const done = loop()
  return {
    stop: async () => {
      running = false
      await done
    },
  }
}

async function step(lab: TestCluster, app: KubeObject, path: string, node: string | undefined): Promise<void> {
  const { name, namespace = '', annotations, uid = '' } = app.metadata
  const fate = annotations?.['stand-in'] ?? 'completes'
  const status = (app.status ?? {}) as { applicationState?: { state?: string }; executionAttempts?: number }
  const state = status.applicationState?.state ?? ''
  const attempt = status.executionAttempts ?? 0
  const say = async (fields: Record<string, unknown>): Promise<unknown> =>
    await lab.request(
      'PATCH',
      `${path}/${name}/status`,
      { status: { driverInfo: { podName: `${name}-driver` }, ...fields } },
      MERGE,
    )
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const podStatus = async (fields: Record<string, unknown>): Promise<unknown> =>
    await lab.request('PATCH', `${pods}/${name}-driver/status`, { status: fields }, MERGE)
  if (fate === 'ignored' || state === 'COMPLETED' || state === 'FAILED') return
  if (state === '' || state === 'PENDING_RERUN') {
    if (fate === 'refused') {
      await say({ applicationState: { state: 'FAILED', errorMessage: REFUSAL }, submissionAttempts: 1 })
      return
    }
    if (state === 'PENDING_RERUN') await lab.request('DELETE', `${pods}/${name}-driver?gracePeriodSeconds=0`)
    await lab.request('POST', pods, driverPod(name, uid, attempt + 1, node))
    await say({
      applicationState: { state: 'SUBMITTED' },
      submissionID: `${name}-${attempt + 1}`,
      executionAttempts: attempt + 1,
      submissionAttempts: 1,
      lastSubmissionAttemptTime: new Date().toISOString().replace(/\.\d+/, ''),
    })
    return
  }
  if (state === 'SUBMITTED') {
    if (fate === 'pends') return
    await podStatus({
      phase: 'Running',
      containerStatuses: [container({ running: { startedAt: '2026-01-01T00:00:00Z' } })],
    })
    await say({ applicationState: { state: 'RUNNING' } })
    return
  }
  if (fate === 'runs') return
  const exitCode = fate === 'fails-1' || (fate === 'reruns' && attempt === 1) ? 1 : fate === 'oom' ? 137 : 0
  const reason = exitCode === 0 ? 'Completed' : exitCode === 137 ? 'OOMKilled' : 'Error'
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed'
  await podStatus({
    phase,
    containerStatuses: [container({ terminated: { exitCode, reason, startedAt: null, finishedAt: null } })],
  })
  const next = exitCode === 0 ? 'COMPLETED' : fate === 'reruns' ? 'PENDING_RERUN' : 'FAILED'
  await say({ applicationState: { state: next }, terminationTime: '2026-01-01T00:00:09Z' })
}

function container(state: Record<string, unknown>): Record<string, unknown> {
  const rest = { ready: false, restartCount: 0, image: 'spark', imageID: '' }
  return { name: 'spark-kubernetes-driver', ...rest, state }
}

function driverPod(name: string, uid: string, attempt: number, node: string | undefined): Record<string, unknown> {
  return {
    metadata: {
      name: `${name}-driver`,
      labels: {
        'sparkoperator.k8s.io/app-name': name,
        'sparkoperator.k8s.io/submission-id': `${name}-${attempt}`,
        'spark-role': 'driver',
      },
      annotations: { 'yunikorn.apache.org/queue': 'root.tests' },
      ownerReferences: [{ apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication', name, uid }],
    },
    spec: {
      restartPolicy: 'Never',
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [{ name: 'spark-kubernetes-driver', image: 'spark:3.5.0' }],
    },
  }
}
