/**
 * What the controllers of 1.x and 2.x do with an application when they look at it, as far as moves depend on it; it
 * makes driver pods as spark-submit does. Follows syncSparkApplication of 1.3.8 and Reconcile of 2.5.2; what a
 * controller does with a driver that no status knows was also seen with 2.5.2 itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isRefusal } from '../../../src/domain/kube-error.ts'
import type { Cluster, KubeObject } from '../../../src/ports/cluster.ts'
import { APPLICATIONS, DEPLOYMENTS, makeDriver, OPERATOR_NAMESPACE, PODS } from './scenario.ts'

type Generation = '1.x' | '2.x'

interface Status {
  applicationState?: { state?: string }
  submissionID?: string
  submissionAttempts?: number
  executionAttempts?: number
}

/** Reconciles whenever a controller's Deployment asks for replicas, until it is stopped. */
export function standInForControllers(cluster: Cluster): { stop: () => Promise<void> } {
  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) {
      await reconcileAll(cluster).catch(() => undefined)
      await sleep(200)
    }
  }
  const done = work()
  return {
    stop: async () => {
      isOver = true
      await done
    },
  }
}

async function reconcileAll(cluster: Cluster): Promise<void> {
  for (const { metadata } of (await cluster.list(APPLICATIONS)).items) {
    const generation = await runningGeneration(cluster)
    if (generation === undefined) return
    const live = await cluster.get({ type: APPLICATIONS, namespace: metadata.namespace, name: metadata.name })
    // Another one wrote it, or it is gone: the next look sees.
    if (live !== undefined) await reconcile(live, generation, cluster).catch(() => undefined)
  }
}

async function runningGeneration(cluster: Cluster): Promise<Generation | undefined> {
  const { items } = await cluster.list(DEPLOYMENTS, { namespace: OPERATOR_NAMESPACE })
  const isUp = (name: string): boolean =>
    items.some(({ metadata, spec }) => metadata.name === name && (spec as { replicas?: number }).replicas !== 0)
  if (isUp('spark-operator-controller')) return '2.x'
  return isUp('spark-operator') ? '1.x' : undefined
}

async function reconcile(application: KubeObject, generation: Generation, cluster: Cluster): Promise<void> {
  const { applicationState, submissionAttempts = 0 } = (application.status ?? {}) as Status
  const { restartPolicy } = application.spec as { restartPolicy?: { type?: string } }
  const mayRetry = ['OnFailure', 'Always'].includes(restartPolicy?.type ?? 'Never')
  const become = (state: string): Promise<void> => write(application, { applicationState: { state } }, cluster)
  switch (applicationState?.state ?? '') {
    case '':
    case 'PENDING_RERUN':
      await submit(application, generation, cluster)
      break
    case 'INVALIDATING':
      await deleteDriver(application, cluster)
      await become('PENDING_RERUN')
      break
    case 'SUBMISSION_FAILED':
      if (!mayRetry || submissionAttempts > 3) {
        await become('FAILED')
        break
      }
      // It deletes what a former submission may have left, and tries again.
      await deleteDriver(application, cluster)
      await submit(application, generation, cluster)
      break
    case 'SUCCEEDING':
      await become('COMPLETED')
      break
    case 'FAILING':
      await become('FAILED')
      break
    default:
  }
}

async function submit(application: KubeObject, generation: Generation, cluster: Cluster): Promise<void> {
  const { submissionAttempts = 0, executionAttempts = 0 } = (application.status ?? {}) as Status
  const submissionID = `stand-in-${application.metadata.name}-${submissionAttempts + 1}`
  const attempt = { submissionID, submissionAttempts: submissionAttempts + 1, driverInfo: {} }
  try {
    await makeDriver(cluster, application, submissionID)
  } catch (error) {
    if (!isRefusal(error, 'AlreadyExists')) throw error
    // 1.x takes it for submitted by somebody, and says nothing of it for ever.
    if (generation === '1.x') return
    await write(application, { ...attempt, applicationState: { state: 'SUBMISSION_FAILED' } }, cluster)
    return
  }
  const podName = `${application.metadata.name}-driver`
  const state = { applicationState: { state: 'SUBMITTED' }, driverInfo: { podName } }
  await write(application, { ...attempt, ...state, executionAttempts: executionAttempts + 1 }, cluster)
}

async function deleteDriver({ metadata }: KubeObject, cluster: Cluster): Promise<void> {
  const name = `${metadata.name}-driver`
  await cluster.delete({ type: PODS, namespace: metadata.namespace, name }, { gracePeriodSeconds: 0 })
}

async function write(application: KubeObject, status: object, cluster: Cluster): Promise<void> {
  const now = { driverInfo: {}, ...(application.status as object | undefined), ...status }
  await cluster.replace(APPLICATIONS, { ...application, status: now }, { subresource: 'status' })
}
