/** Opens a test cluster with the product's own client, with short waits. */
import { onTestFinished } from 'vitest'
import { type ClusterQuestion, openKubeCluster } from '../../../src/adapters/kube/open-cluster.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import type { TestCluster } from './cluster.ts'
import { SHORT } from './timings.ts'

/** A client of the test cluster, by its admin's kubeconfig unless told otherwise; closed with the test. */
export async function openLab(of: TestCluster, question: Partial<ClusterQuestion> = {}): Promise<Cluster> {
  const cluster = await openKubeCluster({
    kubeconfig: of.kubeconfigPath,
    env: {},
    interactive: false,
    userAgent: 'sparkops-test',
    ...question,
    timings: { ...SHORT, ...question.timings },
  })
  onTestFinished(() => cluster.close())
  return cluster
}
