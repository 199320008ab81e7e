/**
 * What a snapshot holds: one row a type. Enough to plan and to rehearse a move of the operator, and to put back what a
 * move may change; nothing of other people's applications.
 */
import type { KubeObject } from '../../ports/cluster.ts'
import type { SnapshotForm } from '../../ports/snapshot.ts'

export interface Selection {
  group: string
  resource: string
  form: SnapshotForm
  /** The rule in words; `all` where every object of the type is taken. */
  selection: string
  /** Asked of the server, once each; an object that several find is taken once. */
  selectors?: readonly { labelSelector?: string; fieldSelector?: string }[]
  keep?: (object: KubeObject, sparkUids: ReadonlySet<string>) => boolean
  /** What its objects own was made for Spark, and is taken by later rows. */
  ofSpark?: true
}

const SPARK_GROUP = 'sparkoperator.k8s.io'

/** Spark sets the first on drivers and executors (Constants.scala), the operator the second on all that it makes. */
const SPARK_LABELS = ['spark-role', 'sparkoperator.k8s.io/app-name'] as const

const OF_SPARK = `labelled ${SPARK_LABELS.join(' or ')}`
const MADE_FOR_SPARK = 'owned by a Spark application or by a pod of one'

export const SELECTIONS: readonly Selection[] = [
  {
    group: 'apiextensions.k8s.io',
    resource: 'customresourcedefinitions',
    form: 'whole',
    selection: `of group ${SPARK_GROUP}`,
    keep: (object) => (object.spec as { group?: string } | undefined)?.group === SPARK_GROUP,
  },
  { ...whole(SPARK_GROUP, 'sparkapplications'), ofSpark: true },
  { ...whole(SPARK_GROUP, 'scheduledsparkapplications'), ofSpark: true },
  { ...whole(SPARK_GROUP, 'sparkconnects'), ofSpark: true },
  whole('', 'namespaces'),
  {
    ...whole('', 'pods'),
    selection: OF_SPARK,
    ofSpark: true,
    selectors: SPARK_LABELS.map((labelSelector) => ({ labelSelector })),
  },
  made('', 'services', 'whole'),
  made('networking.k8s.io', 'ingresses', 'whole'),
  made('', 'persistentvolumeclaims', 'whole'),
  // What they hold is often a password that somebody should have put elsewhere.
  made('', 'configmaps', 'metadata'),
  whole('apps', 'deployments'),
  whole('', 'serviceaccounts'),
  ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map((resource) =>
    whole('rbac.authorization.k8s.io', resource),
  ),
  ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'].map((resource) =>
    whole('admissionregistration.k8s.io', resource),
  ),
  {
    ...whole('coordination.k8s.io', 'leases'),
    selection: 'all but those of nodes',
    keep: ({ metadata }) => metadata.namespace !== 'kube-node-lease',
  },
  whole('policy', 'poddisruptionbudgets'),
  {
    group: '',
    resource: 'secrets',
    form: 'hashed',
    selection: "Helm's releases",
    selectors: [{ fieldSelector: 'type=helm.sh/release.v1' }],
  },
]

function whole(group: string, resource: string): Selection {
  return { group, resource, form: 'whole', selection: 'all' }
}

function made(group: string, resource: string, form: SnapshotForm): Selection {
  return { group, resource, form, selection: `${OF_SPARK}, or ${MADE_FOR_SPARK}`, keep: isMadeForSpark }
}

/** The operator labels what it makes; what Spark makes, as configuration and volumes, is owned by the driver's pod. */
function isMadeForSpark({ metadata }: KubeObject, sparkUids: ReadonlySet<string>): boolean {
  const labels = metadata.labels ?? {}
  if (SPARK_LABELS.some((label) => label in labels)) return true
  return (metadata.ownerReferences ?? []).some(({ uid }) => sparkUids.has(uid))
}
