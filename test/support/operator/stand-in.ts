/**
 * What a test cluster has no kubelet and no Deployment controller for: says of every Deployment that what it asks for
 * is ready. Statuses only; it makes no pods.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestCluster } from '../lab/cluster.ts'

interface Deployment {
  metadata: { namespace: string; name: string; generation: number }
  spec: { replicas?: number }
  status?: { observedGeneration?: number }
}

/** Runs until it is stopped; bears an API server that is down. */
export function standInForNodes(lab: TestCluster): { stop: () => Promise<void> } {
  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) {
      await markAll(lab).catch(() => undefined)
      await sleep(100)
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

async function markAll(lab: TestCluster): Promise<void> {
  const { items } = (await lab.request('GET', '/apis/apps/v1/deployments')) as { items: Deployment[] }
  for (const deployment of items) {
    const { namespace, name, generation } = deployment.metadata
    if (deployment.status?.observedGeneration === generation) continue
    const { replicas = 1 } = deployment.spec
    const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas }
    await lab.request('PUT', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/status`, {
      ...deployment,
      status: { ...deployment.status, ...counts, observedGeneration: generation },
    })
  }
}
