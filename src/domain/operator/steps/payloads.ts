/**
 * What each step of an operator move carries with it: everything that is needed to do it, so that carrying out a plan
 * decides nothing anew. Plain JSON. One verb, one payload, one executor (`src/domain/operator/apply`). Payloads of
 * webhooks, definitions and the installation are in files beside this one.
 *
 * The order of a plan: lock, guard, snapshot, ownership and keep marks, what is put there beforehand, quiesce, stop,
 * fence, webhook (at once), adopt, defaults, CRDs, stored versions, gate 1, install, check, gate 2, lift, start, webhook
 * (when registered), canary, verify, clean-up of marks and guard, lock, receipt.
 *
 * What only the moment can show (which application is half submitted once the controller is gone, what somebody edited
 * since) is given as a rule with its data, and what the rule met is written to the journal.
 */
import type { KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'
import type {
  GateObjectsPayload,
  MigrateStoredVersionPayload,
  ReplaceCrdPayload,
  RestoreCrdPayload,
} from './definition-payloads.ts'
import type {
  ApplyManifestsPayload,
  CheckInstallPayload,
  HelmRollbackPayload,
  HelmUpgradePayload,
  RestoreObjectsPayload,
} from './install-payloads.ts'
import type {
  AwaitReadyPayload,
  HandOverPayload,
  PinServicePayload,
  SecretPayload,
  TrustWebhookPayload,
  WatchPodsPayload,
} from './webhook-payloads.ts'

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
