/** Values and orders that say the same: empty values, quantities, lists that are sets, the environment of a container. */
import type { PodRule } from './rule.ts'

/** Lists that the API keeps in order though nothing depends on it, or that it keys otherwise than a reader would. */
export interface OrderRule extends PodRule {
  class: 'order'
  /** Types and fields it counts for, as `Type.field`. */
  fields: readonly string[]
  /** Fields that tell one item from another; none: the whole item does. */
  keys: readonly string[]
}

export const EMPTY: PodRule = {
  id: 'V01',
  class: 'empty',
  path: '**',
  rule: 'null, "", false, {} and [] are the same as absent where the field cannot tell them apart',
  why: 'Spark and templates write empty values that the API server drops when it reads the object',
  source: 'JSON tags `omitempty` of k8s.io/api core/v1; pointers that can tell are listed in canonical-rules.ts',
}
export const MASKED: PodRule = {
  id: 'M01',
  class: 'masked',
  path: '**',
  rule: 'a value of which a part was masked is neither equal to another nor different from it',
  why: 'the capture masked it; captured with --include-secrets it can be compared',
  source: 'docs/pods.md, Capturing',
}
export const QUANTITY: PodRule = {
  id: 'Q01',
  class: 'quantity',
  path: '**.resources.**',
  rule: 'quantities count by their amount: 3072Mi = 3Gi, 1000m = 1',
  why: 'the API server itself rewrites them',
  source: 'k8s.io/apimachinery pkg/api/resource; seen: 3072Mi written, 3Gi read back',
}
export const NUMBER_TEXT: PodRule = {
  id: 'Q02',
  class: 'quantity',
  path: '**',
  rule: 'a number written where the API has text, or as text where it has a number, counts as what the API has',
  why: 'YAML reads unquoted digits as a number; in a file the type is the reader’s',
  source: 'k8s.io/api core/v1 types',
}
export const KEYED: PodRule = {
  id: 'O01',
  class: 'order',
  path: '**',
  rule: 'items of a list are matched by the keys that the API names for it; their order does not count',
  why: 'Spark writes volumes, mounts and environment in the order of a hash map',
  source: 'x-kubernetes-list-map-keys of core/v1 (src/domain/pods/core-v1.ts)',
}

function order(id: string, fields: string[], keys: string[], why: string): OrderRule {
  return {
    id,
    class: 'order',
    path: fields.join(', '),
    fields,
    keys,
    rule: keys.length === 0 ? 'a set of whole items' : `items are matched by ${keys.join(' and ')}`,
    why,
    source: 'kubernetes API reference',
  }
}

/** The one list that is matched by keys and whose order counts all the same. */
export const IN_TURN: OrderRule = {
  ...order(
    'O16',
    ['PodSpec.initContainers'],
    ['name'],
    'they run one after the other, and a sidecar among them (restartPolicy Always) serves those after it only',
  ),
  rule: 'items are matched by name; their order counts',
}

export const ORDER_RULES: readonly OrderRule[] = [
  order('O02', ['PodSpec.tolerations'], [], 'a taint is tolerated when any item tolerates it'),
  order('O03', ['Capabilities.add', 'Capabilities.drop'], [], 'the kernel takes capabilities as a mask'),
  order(
    'O04',
    ['ConfigMapVolumeSource.items', 'SecretVolumeSource.items', 'ConfigMapProjection.items', 'SecretProjection.items'],
    ['key', 'path'],
    'each item is a file of its own; one key may be written to two paths',
  ),
  order('O05', ['DownwardAPIVolumeSource.items', 'DownwardAPIProjection.items'], ['path'], 'each item is a file'),
  order(
    'O06',
    ['NodeSelector.nodeSelectorTerms', 'NodeSelectorTerm.matchExpressions', 'NodeSelectorTerm.matchFields'],
    [],
    'terms are joined by or, expressions by and',
  ),
  order(
    'O07',
    ['NodeSelectorRequirement.values', 'LabelSelectorRequirement.values', 'LabelSelector.matchExpressions'],
    [],
    'a value is in the list or is not',
  ),
  order(
    'O08',
    [
      'NodeAffinity.preferredDuringSchedulingIgnoredDuringExecution',
      'PodAffinity.preferredDuringSchedulingIgnoredDuringExecution',
      'PodAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution',
      'PodAffinity.requiredDuringSchedulingIgnoredDuringExecution',
      'PodAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
      'PodAffinityTerm.namespaces',
      'PodAffinityTerm.matchLabelKeys',
      'PodAffinityTerm.mismatchLabelKeys',
      'TopologySpreadConstraint.matchLabelKeys',
    ],
    [],
    'weights are added up and required terms are joined by and',
  ),
  order('O09', ['PodDNSConfig.options'], ['name'], 'resolver options are named'),
  order('O10', ['PodSecurityContext.supplementalGroups', 'HostAlias.hostnames'], [], 'membership counts, not place'),
  order('O11', ['PodSecurityContext.sysctls'], ['name'], 'each is set on its own'),
  order('O12', ['PodSpec.readinessGates'], ['conditionType'], 'all must be true'),
  order(
    'O13',
    ['ObjectMeta.ownerReferences'],
    ['kind', 'name'],
    'the uid differs from run to run; kind and name do not',
  ),
  order('O14', ['PersistentVolumeClaimSpec.accessModes', 'ObjectMeta.finalizers'], [], 'a set by meaning'),
  order('O15', ['Container.resizePolicy'], ['resourceName'], 'one policy for each resource'),
  IN_TURN,
]

export const ENVIRONMENT = {
  lastWins: {
    id: 'X01',
    class: 'environment',
    path: 'spec.containers[*].env[name=*]',
    rule: 'of several entries with one name the last counts',
    why: 'the kubelet takes the last; a template and a conf, or the webhook and Spark, may each write one',
    source: 'kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables',
  },
  reference: {
    id: 'X02',
    class: 'environment',
    path: 'spec.containers[*].env[name=*].value',
    rule: 'the order of the environment counts only where a value holds $(NAME) of another entry',
    why: 'such a reference is replaced only if NAME stands earlier in the list',
    source: 'kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, third_party/forked/golang/expansion',
  },
  mainContainer: {
    id: 'X04',
    class: 'environment',
    path: 'spec.containers[*].name',
    rule: 'Spark’s own container is one container, whatever it is called',
    why: 'Spark 2.4 called it executor, and podTemplateContainerName names it',
    source: 'spark-kubernetes Constants, Config.KUBERNETES_EXECUTOR_PODTEMPLATE_CONTAINER_NAME',
  },
  javaOptions: {
    id: 'X03',
    class: 'environment',
    path: 'spec.containers[*].env[name=SPARK_JAVA_OPT_*]',
    rule: 'a set of options, not of numbered names; of a -Dname given twice the last number counts',
    why: 'numbers come from the order of a hash map, and Spark versions add options of their own',
    source: 'spark-kubernetes BasicExecutorFeatureStep; entrypoint.sh collects them into one command line',
  },
} as const satisfies Record<string, PodRule>

/** Booleans whose false is not the same as absent: pointers, or true unless said. */
export const FALSE_COUNTS: ReadonlySet<string> = new Set([
  'automountServiceAccountToken',
  'enableServiceLinks',
  'allowPrivilegeEscalation',
  'runAsNonRoot',
  'hostUsers',
  'hostProcess',
])
/** Texts whose "" is not the same as absent: an empty storage class asks for no class at all. */
export const EMPTY_TEXT_COUNTS: ReadonlySet<string> = new Set(['storageClassName', 'volumeAttributesClassName'])
/** Maps whose {} is not the same as absent: an empty selector takes everything, a missing one nothing. */
export const EMPTY_MAP_COUNTS: ReadonlySet<string> = new Set(['labelSelector', 'namespaceSelector', 'emptyDir'])
/** Integers whose 0 is the same as absent. */
export const ZERO_IS_ABSENT: ReadonlySet<string> = new Set(['hostPort', 'initialDelaySeconds'])

export const CANONICAL_RULES: readonly PodRule[] = [
  EMPTY,
  MASKED,
  QUANTITY,
  NUMBER_TEXT,
  KEYED,
  ...ORDER_RULES,
  ...Object.values(ENVIRONMENT),
]
