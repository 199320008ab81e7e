/** A cluster that may or may not answer: what is known of it before it is asked, and the asking. */
import type { Cluster, ClusterIdentity } from './cluster.ts'

export interface ClusterAccess {
  where: Omit<ClusterIdentity, 'uid'>
  /** Throws where it does not answer, or not to this login. */
  connect(): Promise<Cluster>
}

/** Looks where kubectl would; undefined where no cluster is named. Throws for a kubeconfig that cannot be used. */
export type FindCluster = () => Promise<ClusterAccess | undefined>
