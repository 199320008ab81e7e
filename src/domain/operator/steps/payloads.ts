/**
 * What each step of an operator move carries with it: everything that is needed to do it, so that carrying out a plan
 * decides nothing anew. Plain JSON. One verb, one payload, one executor (`src/domain/operator/apply`).
 *
 * The order of a plan: lock, guard, snapshot, ownership and keep marks, what is put there beforehand, quiesce, stop,
 * fence, webhook (at once), adopt, defaults, CRDs, stored versions, gate 1, install, check, gate 2, lift, start, webhook
 * (when registered), canary, verify, clean-up of marks and guard, lock, receipt.
 *
 * What only the moment can show (which application is half submitted once the controller is gone, what somebody edited
 * since) is given as a rule with its data, and what the rule met is written to the journal.
 */
import type { AccessQuestion, KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'

/** Verb → payload. */
export interface StepPayloads {
  'hold-lock': LockPayload
  'release-lock': LockPayload
  'put-policy': PolicyPayload
  'remove-policy': PolicyPayload
  tell: TellPayload
  'take-snapshot': SnapshotPayload
  patch: PatchPayload
  'pull-image': PullImagePayload
  quiesce: QuiescePayload
  'await-ready': AwaitReadyPayload
  'watch-pods': WatchPodsPayload
  'set-secret-aside': SecretPayload
  'bring-secret-back': SecretPayload
  scale: ScalePayload
  'pin-service': PinServicePayload
  'unpin-service': PinServicePayload
  'hand-over-webhook': HandOverPayload
  'trust-webhook': TrustWebhookPayload
  adopt: AdoptPayload
  'fill-defaults': FillDefaultsPayload
  'restore-specs': RestoreSpecsPayload
  'replace-crd': ReplaceCrdPayload
  'restore-crd': RestoreCrdPayload
  'migrate-stored-version': MigrateStoredVersionPayload
  'gate-objects': GateObjectsPayload
  'helm-upgrade': HelmUpgradePayload
  'helm-rollback': HelmRollbackPayload
  'apply-manifests': ApplyManifestsPayload
  'restore-objects': RestoreObjectsPayload
  'check-install': CheckInstallPayload
  'gate-return': GateReturnPayload
  canary: CanaryPayload
  verify: VerifyPayload
  'write-receipt': ReceiptPayload
}

export type OperatorVerb = keyof StepPayloads

/** A0. A Lease in the operator's namespace: one run at a time on one cluster. Its holder is the run. */
export interface LockPayload {
  namespace: string
  name: string
  durationSeconds: number
}

/** A1, A5. A ValidatingAdmissionPolicy and its binding. Needs Kubernetes 1.30. */
export interface PolicyPayload {
  policy: KubeObject
  binding: KubeObject
  /** A ConfigMap that the policy denies too: a dry-run CREATE of it tells when the policy has begun to act. */
  probe: { namespace: string; name: string }
  timeoutSeconds: number
}

/** Says something that the person must know and changes nothing: a guard that this cluster cannot have. */
export interface TellPayload {
  message: string
}

/** A2. What is copied before anything is changed. */
export interface SnapshotPayload {
  /** The three kinds of the operator, as far as the cluster serves them. */
  types: readonly ResourceType[]
  crds: readonly string[]
  /** The operator's own objects, each named: release Secrets, Deployments, RBAC, webhook configurations, Leases. */
  install: readonly ObjectKey[]
  /** OPERATOR_POD_LABELS unless a fork has others. */
  labels?: PodLabels
}

/** Fields of one object, by JSON merge patch (null removes). */
export interface PatchPayload {
  key: ObjectKey
  /** Of the object the plan saw: another one under the same name is left alone. */
  uid: string
  merge: { readonly [field: string]: Json }
  /** The same fields as the plan saw them (null: absent): what undoes it, and what must still hold. */
  before: { readonly [field: string]: Json }
}

/** A4. A pod that only needs its image to be there. Deleted again in any case. */
export interface PullImagePayload {
  pod: KubeObject
  timeoutSeconds: number
}

/** Which applications a controller takes up, by its arguments. */
export interface WatchScope {
  generation: '1.x' | '2.x'
  labelSelector: string
  namespaces: { all: boolean; names: readonly string[]; selector: string | null }
}

/** Other operators of the cluster, that run on: what they take up is theirs, and they are at work on it meanwhile. */
interface BesideOthers {
  others?: readonly WatchScope[]
}

/** A5. Waits until no controller is submitting anything that its stop would cut in two. */
export interface QuiescePayload extends BesideOthers {
  type: ResourceType
  labels: PodLabels
  /** Pods of the controllers that will be stopped: where none is ready, nothing settles by itself. */
  controllers: readonly { namespace: string; selector: { readonly [label: string]: string } }[]
  /** What those controllers take up; null where it is not known: then every application may be. */
  scope: WatchScope | null
  /** The longest wait, while others keep coming. */
  timeoutSeconds: number
  /** Where nothing has moved for so long, nobody is submitting. */
  stallSeconds: number
  /** Half-submitted applications are adopted in any case, so going on is safe; stopping leaves all as it was. */
  whenTimedOut: 'proceed' | 'stop'
}

/** Where a controller says that it leads: a Lease, or a ConfigMap with the leader annotation (1.4.2 and before). */
export interface LeaderLock {
  key: ObjectKey
  kind: 'lease' | 'configmap'
}

/** A5, A10. A controller's Deployment to so many replicas, and what is waited for. */
export interface ScalePayload {
  deployment: ObjectKey
  replicas: number
  before: number
  /** Its pods: `spec.selector.matchLabels`. */
  selector: { readonly [label: string]: string }
  /** To zero: until every pod is gone and no lock is held. Up: until so many pods are ready. */
  locks: readonly LeaderLock[]
  timeoutSeconds: number
}

/** A4. What was put there beforehand is ready. */
export interface AwaitReadyPayload {
  deployment: ObjectKey
  timeoutSeconds: number
}

/** A4. A Secret that the target makes anew, and its copy for the way back, beside it. */
export interface SecretPayload {
  secret: ObjectKey
  uid: string
  copy: ObjectKey
}

/** A6. Pods that are made from here on are noted. */
export interface WatchPodsPayload {
  selector: string
}

/**
 * A4, A6. A Service of 1.x also selects the pods of a webhook of 2.x in the same release. While both run it is led to the
 * controller's own pods, by the hash of their template.
 */
export interface PinServicePayload {
  service: ObjectKey
  /** What has been behind the Service so far, and the labels of its pods. */
  deployment: ObjectKey
  selector: { readonly [label: string]: string }
  /** Labels of the pods that must not be called by it. */
  apart: { readonly [label: string]: string }
  /** Of taking it back: only when none of those pods is left. */
  whenGone: boolean
  timeoutSeconds: number
}

/** A6. Webhook configurations pass from one version to the other. */
export interface HandOverPayload {
  /**
   * `at-once`, while no controller runs: create those of a webhook that is ready, and delete what nobody serves any
   * more. `when-registered`: wait until the started controller has registered `awaited` (1.x registers its own), then
   * delete what has answered until then.
   */
  order: 'at-once' | 'when-registered'
  create: readonly KubeObject[]
  awaited: ObjectKey | null
  /** An empty uid: whatever has the name. */
  remove: readonly { key: ObjectKey; uid: string; before: KubeObject }[]
  /** Where the CA of the webhook to be registered is: in a Secret, or in what is removed, which calls the same one. */
  authority: { secret: ObjectKey; field: string } | 'removed' | null
  /** With the installation the Service that `remove` calls becomes the other version's; absent where it does not. */
  losesService?: boolean
  /** The Service of 1.x that selects the pods of 2.x too: a way back has both beside each other. */
  shares?: PinServicePayload
  /** Pods created in the gap between two webhooks are counted by this selector. */
  podSelector: string
  timeoutSeconds: number
}

/** A10. Configurations that the installation has made, of a webhook that runs already. */
export interface TrustWebhookPayload {
  configurations: readonly ObjectKey[]
  /** Where its CA is; null where somebody else writes it (cert-manager). */
  authority: { secret: ObjectKey; field: string } | null
  timeoutSeconds: number
}

/** Labels that the operator puts on pods: the same in every release so far, others in forks. */
export interface PodLabels {
  applicationName: string
  submissionId: string
  /** Key and value of the driver's role label. */
  role: readonly [key: string, driver: string]
}

/** As every release from 1.0.0 to 2.5.2 has them (pkg/config/constants.go, later pkg/common/spark.go). */
export const OPERATOR_POD_LABELS: PodLabels = {
  applicationName: 'sparkoperator.k8s.io/app-name',
  submissionId: 'sparkoperator.k8s.io/submission-id',
  role: ['spark-role', 'driver'],
}

/** A7. Applications whose driver pod lives while the status does not know of it. */
export interface AdoptPayload extends BesideOthers {
  type: ResourceType
  labels: PodLabels
  /** Stored states in which a live driver means that the status write was lost; '' is a new application. */
  states: readonly string[]
  /** Seen by the plan, as `namespace/name`: for people. What is adopted is decided by the rule when controllers are gone. */
  seen: readonly string[]
}

/** One value to be written where an object has none. */
export interface DefaultRule {
  /** Path in the object, such as `spec.restartPolicy.onFailureRetryInterval`; `spec.template` of schedules by itself. */
  path: readonly string[]
  value: Json
  /** Only where each of these paths has one of these values; null stands for absent. */
  when: readonly { path: readonly string[]; in: readonly Json[] }[]
  why: string
}

/** A8. What the other version would have assumed in memory is written down. Specs only; controllers must be gone. */
export interface FillDefaultsPayload extends BesideOthers {
  type: ResourceType
  rules: readonly DefaultRule[]
  /** Explicit changes to single objects, decided by the plan (an invalid value that the user chose to fix). */
  fixes: readonly { namespace: string; name: string; uid: string; specHash: string; merge: Json; why: string }[]
  /** Objects in these states are never touched: a finished one would run again if its spec changed under a controller. */
  exceptStates: readonly string[]
  seen: readonly string[]
}

/** Undoes `fill-defaults`: fields get back what they had, where nobody has changed them since. */
export interface RestoreSpecsPayload {
  type: ResourceType
  /** The step whose before-images are in the journal's run. */
  ofStep: string
}

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

/** Gate 2. After it the first write to an object ends what the older schema does not hold. */
export interface GateReturnPayload {
  /** What is lost: paths with the objects that have them. */
  lost: readonly { path: string; objects: readonly string[] }[]
}

/** A11. A tiny application: shows that the controller takes it up. Deleted again in any case. */
export interface CanaryPayload {
  type: ResourceType
  application: KubeObject
  /** Any of these proves that a controller acts. */
  states: readonly string[]
  timeoutSeconds: number
}

/** A12. What must be true of every object of the snapshot. */
export interface VerifyPayload extends BesideOthers {
  types: readonly ResourceType[]
  labels: PodLabels
  terminalStates: readonly string[]
  /** States that show that a controller took a spec for changed, or runs something again. */
  alarmStates: readonly string[]
  /** How long it is watched before the verdict. */
  graceSeconds: number
  /** Controllers that are stopped when something is found. */
  stopOnFinding: readonly ObjectKey[]
}

export interface ReceiptPayload {
  /** What the move was, for people and for `revert`. */
  from: string
  to: string
}
