/** What the steps of runs on applications work with. */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SPARK_GROUP } from '../../operator/discover/kinds.ts'

export interface AppContext {
  cluster: Cluster
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal
  /** Passes on how far the step is. */
  tell: (detail: string) => void
}

/** The kind of applications in the version that a plan was made with: a step needs no discovery. */
export function applicationTypeOf(version: string): ResourceType {
  return { group: SPARK_GROUP, version, resource: 'sparkapplications', kind: 'SparkApplication', namespaced: true }
}

/** Deletes one application, the one that was planned and no other of its name. */
export interface DeletePayload {
  version: string
  namespace: string
  name: string
  /** Empty in the inverse of a creation: the journal then says which it was. */
  uid: string
}

/** Creates one copy, once fewer than `atOnce` of the same run are under way. */
export interface CopyPayload {
  version: string
  object: KubeObject
  /** The value of the label sparkops.dev/run. */
  run: string
  atOnce: number
}
