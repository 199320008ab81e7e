/** What the steps carry that install, take back and check the target. One of the parts of `payloads.ts`. */
import type { AccessQuestion, KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'

export interface ChartSource {
  /** What `helm` is given: a directory, an archive, `oci://…`, `repo/name`. */
  reference: string
  name: string
  version: string
  /** Digest of the chart's files as the plan saw them: another chart under the same reference is refused. */
  digest: string
}

/** A10. `helm upgrade` (or install where `fromRevision` is null), always without its CRDs. */
export interface HelmUpgradePayload {
  release: string
  namespace: string
  chart: ChartSource
  values: Json
  /** Hooks whose work other steps have done. */
  noHooks: boolean
  /** The hooks of charts up to 1.5.0 recreate RBAC only when run again. */
  twice: boolean
  fromRevision: number | null
  /** Deployments of controllers that the chart would start: put to zero at once; the fence keeps their pods from being. */
  hold: readonly ObjectKey[]
  /** Objects that the chart no longer has and that must outlive the upgrade: the webhook that still answers. */
  spare?: readonly ObjectKey[]
  timeoutSeconds: number
}

export interface HelmRollbackPayload {
  release: string
  namespace: string
  /** The revision to go back to; null: the release did not exist, and is uninstalled. */
  revision: number | null
  hold: readonly ObjectKey[]
  spare?: readonly ObjectKey[]
  timeoutSeconds: number
}

/** A10 without Helm: rendered manifests by server-side apply, and what they no longer contain. */
export interface ApplyManifestsPayload {
  fieldManager: string
  objects: readonly { key: ObjectKey; object: KubeObject }[]
  remove: readonly { key: ObjectKey; uid: string }[]
  hold: readonly ObjectKey[]
}

/** Undoes `apply-manifests` from the before-images of the run. */
export interface RestoreObjectsPayload {
  ofStep: string
  hold: readonly ObjectKey[]
}

/** A10. What must be true of the target before it is started. */
export interface CheckInstallPayload {
  deployment: ObjectKey
  /** Arguments that the plan found by rendering; compared with the live Deployment, in any order. */
  arguments: readonly string[]
  image: string
  serviceAccount: { namespace: string; name: string }
  /** What the service account must be allowed (SubjectAccessReview). */
  access: readonly AccessQuestion[]
  /**
   * The certificate of a webhook that is an object of the installation must be valid for its Service and trusted by its
   * configurations. Null where there is none before the start: 1.x makes and registers its own.
   */
  webhook: InstalledWebhook | null
}

export interface InstalledWebhook {
  /** Whatever its keys are called: they differ between the operator's own certificate and cert-manager's. */
  secret: ObjectKey
  service: ObjectKey
  configurations: readonly ObjectKey[]
  /** How long it may take the webhook to make its certificate, and to write its CA. */
  timeoutSeconds: number
}
