/**
 * What a test cluster has no kubelet, no Deployment controller and no operator for: says of every Deployment that what
 * it asks for is ready, and does for webhooks what the operators do (stand-in-webhook.ts). It makes no pods.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestCluster } from '../lab/cluster.ts'
import { type Deployment, type StandInWebhooks, standInForWebhooks } from './stand-in-webhook.ts'

/** Runs until it is stopped; bears an API server that is down. */
export function standInForNodes(lab: TestCluster): { webhooks: StandInWebhooks; stop: () => Promise<void> } {
  let isOver = false
  const webhooks = standInForWebhooks(lab)
  const work = async (): Promise<void> => {
    while (!isOver) {
      await markAll(lab, webhooks).catch(() => undefined)
      await sleep(100)
    }
  }
  const done = work()
  return {
    webhooks,
    stop: async () => {
      isOver = true
      await done
      await webhooks.close()
    },
  }
}

/** Hooks of charts wait for their Jobs. */
async function completeJobs(lab: TestCluster): Promise<void> {
  const { items } = (await lab.request('GET', '/apis/batch/v1/jobs')) as { items: Job[] }
  for (const job of items) {
    if (job.status?.completionTime !== undefined) continue
    const { namespace, name, creationTimestamp: at } = job.metadata
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: at,
    }))
    const status = { startTime: at, completionTime: at, succeeded: 1, conditions }
    await lab.request('PUT', `/apis/batch/v1/namespaces/${namespace}/jobs/${name}/status`, { ...job, status })
  }
}

interface Job {
  metadata: { namespace: string; name: string; creationTimestamp: string }
  status?: { completionTime?: string }
}

async function markAll(lab: TestCluster, webhooks: StandInWebhooks): Promise<void> {
  const { items } = (await lab.request('GET', '/apis/apps/v1/deployments')) as { items: Deployment[] }
  await webhooks.follow(items)
  await completeJobs(lab)
  for (const deployment of items) {
    const { namespace, name, generation } = deployment.metadata
    if (deployment.status?.observedGeneration === generation) continue
    const { replicas = 1 } = deployment.spec
    const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas }
    const status = { ...counts, observedGeneration: generation }
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/status`
    // Whatever others write meanwhile.
    await lab.request('PATCH', path, { status }, 'application/merge-patch+json')
  }
}
