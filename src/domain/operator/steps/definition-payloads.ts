/** What the steps carry that change definitions and read objects back. One of the parts of `payloads.ts`. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'

/** A9. The CRD as it shall be. Its PUT carries the live resourceVersion. */
export interface ReplaceCrdPayload {
  name: string
  decision: 'raise' | 'lower'
  crd: KubeObject
  /** Digest of `spec` of the CRD that the plan saw; 'absent' where the cluster had none. */
  beforeSpec: string
  /** The step of this run that leaves it as it is to be met here. */
  follows?: string
  type: ResourceType
  /** Objects that the plan names as hurt by it; any other one that would be hurt stops the run before the change. */
  foreseen?: readonly Foreseen[]
  timeoutSeconds: number
}

/** What the plan says of one object under a definition to come: which of its fields go, whether it is invalid. */
export interface Foreseen {
  uid: string
  lost: readonly string[]
  invalid: boolean
}

/** Puts back the CRD that the run's snapshot holds. */
export interface RestoreCrdPayload {
  name: string
  type: ResourceType
  /** The step whose before-image is in the run. */
  ofStep: string
  /** Objects that the plan names as hurt by it, as for `replace-crd`; absent where it takes nothing from any. */
  foreseen?: readonly Foreseen[]
  timeoutSeconds: number
}

/** A9. Every object is written once unchanged, so that nothing is stored in a version that goes. */
export interface MigrateStoredVersionPayload {
  crd: string
  type: ResourceType
  /** `status.storedVersions` afterwards. */
  storedVersions: readonly string[]
  before: readonly string[]
}

/** What the plan foretells of an object: its spec as it will read under the CRD to come. */
export interface Prediction {
  namespace: string
  name: string
  uid: string
  generation: number
  /** Digest of `spec` when the plan was made. */
  spec: string
  /** Digest of `spec` to be read after the CRD change and the defaults; equal to `spec` where nothing changes. */
  predicted: string
}

/** Gate 1. Every object is read back; otherwise the CRDs of `restore` are put back, which loses nothing. */
export interface GateObjectsPayload {
  types: readonly { type: ResourceType; predictions: readonly Prediction[] }[]
  /** Ids of the steps that replaced CRDs, the last first. */
  restore: readonly string[]
}
