/** Finds the cluster that kubectl would take, without asking it anything yet. */
import { SparkopsError } from '../../domain/errors.ts'
import type { ClusterAccess } from '../../ports/cluster-access.ts'
import { identify, liveCluster } from './live-cluster.ts'
import { type ClusterQuestion, openClient } from './open-cluster.ts'

/** Undefined where neither a kubeconfig nor a pod's own login is there. */
export async function findCluster(question: ClusterQuestion): Promise<ClusterAccess | undefined> {
  const opened = await openClient(question).catch((error: unknown) => {
    if (error instanceof SparkopsError && error.code === 'SO_NO_KUBECONFIG') return undefined
    throw error
  })
  if (opened === undefined) return undefined
  const { client, where } = opened
  const { authorities: _authorities, ...known } = where
  return {
    where: known,
    connect: async () => {
      try {
        return liveCluster(client, await identify(client, where))
      } catch (error) {
        client.close()
        throw error
      }
    },
  }
}
