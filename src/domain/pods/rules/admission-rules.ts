/**
 * Two kinds of knowledge about admission. What plugins of Kubernetes itself add, so that it is not taken for a
 * webhook's; and what a webhook can change without a trace in managedFields, because the field was the submitter's
 * before: the API server notes owners before it calls mutating webhooks (apiserver handlers/create.go).
 */
import type { PodRule } from './rule.ts'

export interface AdmissionRule extends PodRule {
  class: 'admission'
  plugin: string
  /** What else must be true of the pod. */
  when?: 'limit-ranger-says-so' | 'runtime-class' | 'default-toleration'
}

export interface ReplacedRule extends PodRule {
  class: 'replaced'
  /** A value that nobody needs to have set: the API server's own. */
  innocent?: unknown
  /** Spark writes the same amount to this place beside it: where both agree, nobody changed one of them. */
  twin?: string
}

function admission(id: string, path: string, plugin: string, why: string, when?: AdmissionRule['when']): AdmissionRule {
  const source = `kubernetes plugin/pkg/admission (${plugin})`
  return {
    id,
    class: 'admission',
    path,
    plugin,
    why,
    source,
    rule: `set by ${plugin}`,
    ...(when !== undefined && { when }),
  }
}

const CONTAINERS = 'spec.*ontainers[*]'
const TOKEN_MOUNT = 'volumeMounts[mountPath=/var/run/secrets/kubernetes.io/serviceaccount]'

export const ADMISSION_RULES: readonly AdmissionRule[] = [
  admission('A01', 'spec.volumes[name=kube-api-access-*]', 'ServiceAccount', 'the token volume of every pod'),
  admission('A02', 'spec.volumes[name=*-token-*]', 'ServiceAccount', 'the token volume before Kubernetes 1.21'),
  admission('A03', `${CONTAINERS}.${TOKEN_MOUNT}`, 'ServiceAccount', 'the mount of the token'),
  admission('A04', 'spec.serviceAccountName', 'ServiceAccount', 'the account named default'),
  admission('A05', 'spec.serviceAccount', 'ServiceAccount', 'an old name of serviceAccountName'),
  admission('A06', 'spec.imagePullSecrets', 'ServiceAccount', 'pull secrets of the account, where the pod names none'),
  admission(
    'A07',
    'spec.tolerations[*]',
    'DefaultTolerationSeconds',
    'the two default tolerations of 300 s',
    'default-toleration',
  ),
  admission('A08', 'spec.priority', 'Priority', 'the number of the priority class'),
  admission('A09', 'spec.preemptionPolicy', 'Priority', 'the policy of the priority class'),
  admission(
    'A10',
    `${CONTAINERS}.resources`,
    'LimitRanger',
    'defaults of a LimitRange; its annotation names them',
    'limit-ranger-says-so',
  ),
  admission('A11', 'metadata.annotations["kubernetes.io/limit-ranger"]', 'LimitRanger', 'what it set'),
  admission('A12', 'spec.overhead', 'RuntimeClass', 'the overhead of the runtime class', 'runtime-class'),
  admission('A13', 'spec.nodeSelector', 'RuntimeClass', 'the scheduling of the runtime class', 'runtime-class'),
  admission('A14', 'spec.nodeName', 'kube-scheduler', 'where the pod was bound'),
  admission('A15', 'metadata', 'the API server', 'kept by the server'),
]

/** Below these no rule about the server's metadata counts: people and webhooks write them. */
export const OPEN_METADATA: readonly string[] = [
  'metadata.labels',
  'metadata.annotations',
  'metadata.ownerReferences',
  'metadata.finalizers',
]

function replaced(id: string, path: string, why: string, more: Partial<ReplacedRule> = {}): ReplacedRule {
  return {
    id,
    class: 'replaced',
    path,
    rule: 'whether a webhook changed it cannot be told from managedFields',
    why,
    source: 'kubernetes apiserver handlers/create.go; kubeflow/spark-operator sparkpod_defaulter.go',
    ...more,
  }
}

const DEFAULTED = 'the API server fills it in for the submitter, and the operator’s webhook replaces it'
const WHOLE = 'it is owned as a whole, and the operator’s webhook adds to it or replaces it'
const REPLACES = 'the operator’s webhook replaces what the submitter sent'

/** For a class that nobody owns, where R13 is for one that the submitter owns. */
export const DEFAULT_CLASS: ReplacedRule = {
  ...replaced(
    'R17',
    'spec.priorityClassName',
    'the class that a cluster gives to pods without one (globalDefault) is put there as a webhook would put it',
  ),
  rule: 'a class that nobody owns is the webhook’s, or the cluster’s default',
  source: 'kubernetes plugin/pkg/admission/priority',
}

export const REPLACED_RULES: readonly ReplacedRule[] = [
  replaced('R01', 'spec.schedulerName', DEFAULTED, { innocent: 'default-scheduler' }),
  replaced('R02', 'spec.terminationGracePeriodSeconds', DEFAULTED, { innocent: 30 }),
  replaced('R03', 'spec.dnsPolicy', DEFAULTED, { innocent: 'ClusterFirst' }),
  replaced('R04', 'spec.containers[*].resources.limits.memory', `${REPLACES}; Spark writes the request as the limit`, {
    twin: 'requests',
  }),
  replaced('R05', 'spec.nodeSelector', WHOLE),
  replaced('R06', 'spec.tolerations', WHOLE),
  replaced('R07', 'spec.affinity', REPLACES),
  replaced('R08', 'spec.dnsConfig', REPLACES),
  replaced('R09', 'spec.containers[*].envFrom', WHOLE),
  replaced('R10', 'spec.securityContext', REPLACES),
  replaced('R11', 'spec.containers[*].securityContext', REPLACES),
  replaced('R12', 'spec.containers[*].lifecycle', REPLACES),
  replaced('R13', 'spec.priorityClassName', REPLACES),
  replaced(
    'R14',
    'spec.containers[*].env[name=*]',
    'the name stands twice in the list, and the later one may be a webhook’s',
  ),
  replaced('R15', 'spec.hostNetwork', REPLACES),
  replaced('R16', 'spec.shareProcessNamespace', REPLACES),
  DEFAULT_CLASS,
]
