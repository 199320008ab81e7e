/**
 * What a snapshot holds: one row a type. Enough for `status`, to plan and to rehearse a move of the operator, and to put
 * back what a move may change; nothing of other people's applications.
 */
import type { KubeObject, ResourceType } from '../../ports/cluster.ts'
import type { SnapshotForm } from '../../ports/snapshot.ts'
import { isOwnerOf } from '../operator/discover/gitops.ts'
import { SPARK_KINDS } from '../operator/discover/kinds.ts'
import type { OperatorParts, Place } from './operator-parts.ts'

export interface Selection {
  group: string
  resource: string
  form: SnapshotForm
  /** Of the form `fields`. */
  fields?: readonly (readonly string[])[]
  /** The rule in words; `all` where every object of the type is taken. */
  selection: string
  /** Asked of the server, once each; an object that several find is taken once. */
  selectors?: readonly { namespace?: string; labelSelector?: string; fieldSelector?: string }[]
  keep?: (object: KubeObject, seen: { type: ResourceType; sparkUids: ReadonlySet<string> }) => boolean
  /** Namespaces of which every name is noted: what is neither taken nor noted is not there. */
  namedIn?: readonly string[]
  /** What its objects own was made for Spark, and is taken by later rows. */
  ofSpark?: true
}

/** Spark sets the first on drivers and executors (Constants.scala), the operator the second on all that it makes. */
const SPARK_LABELS = ['spark-role', 'sparkoperator.k8s.io/app-name'] as const

const OF_SPARK = `labelled ${SPARK_LABELS.join(' or ')}`
const MADE_FOR_SPARK = 'owned by a Spark application or by a pod of one'

/** Kinds that put back what a repository says, with the fields that tell whether they are suspended and what they own. */
const GITOPS: readonly (readonly [group: string, resource: string, fields: readonly (readonly string[])[]])[] = [
  [
    'argoproj.io',
    'applications',
    [
      ['spec', 'syncPolicy'],
      ['status', 'resources'],
    ],
  ],
  ['helm.toolkit.fluxcd.io', 'helmreleases', [['spec', 'suspend']]],
  ['kustomize.toolkit.fluxcd.io', 'kustomizations', [['spec', 'suspend']]],
]

/** The rows. `groups` are those that have the operator's kinds; `parts` is what belongs to operators. */
export function selectionsFor(groups: readonly string[], parts: OperatorParts): readonly Selection[] {
  return [
    {
      group: 'apiextensions.k8s.io',
      resource: 'customresourcedefinitions',
      form: 'whole',
      selection: `of group ${groups.join(' or ')}, or of a kind of that name`,
      keep: isDefinition(groups),
    },
    ...groups.flatMap((group) =>
      SPARK_KINDS.map((kind) => ({ ...whole(group, `${kind.toLowerCase()}s`), ofSpark: true as const })),
    ),
    whole('', 'namespaces'),
    {
      ...whole('', 'pods'),
      selection: `${OF_SPARK}, or of an operator`,
      ofSpark: true,
      selectors: [...SPARK_LABELS.map((labelSelector) => ({ labelSelector })), ...parts.pods],
    },
    {
      ...made('', 'services', 'whole', { places: parts.services, rule: 'that a webhook is called by' }),
      namedIn: parts.namespaces,
    },
    made('networking.k8s.io', 'ingresses', 'whole'),
    made('', 'persistentvolumeclaims', 'whole'),
    // What they hold is often a password that somebody should have put elsewhere.
    {
      ...made('', 'configmaps', 'metadata', { places: parts.locks, rule: 'that a leader is elected by' }),
      namedIn: parts.namespaces,
    },
    whole('apps', 'deployments'),
    ...['statefulsets', 'daemonsets'].map((resource) => whole('apps', resource)),
    {
      ...whole('apps', 'replicasets'),
      selection: 'all but those of Deployments',
      keep: ({ metadata }) => metadata.ownerReferences?.some(({ controller }) => controller === true) !== true,
    },
    whole('', 'serviceaccounts'),
    ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map((resource) =>
      whole('rbac.authorization.k8s.io', resource),
    ),
    ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'].map((resource) =>
      whole('admissionregistration.k8s.io', resource),
    ),
    {
      ...whole('discovery.k8s.io', 'endpointslices'),
      selection: 'of Services that webhooks are called by',
      selectors: parts.services.map(({ namespace, name }) => ({
        namespace,
        labelSelector: `kubernetes.io/service-name=${name}`,
      })),
    },
    {
      ...whole('coordination.k8s.io', 'leases'),
      selection: 'all but those of nodes',
      keep: ({ metadata }) => metadata.namespace !== 'kube-node-lease',
      namedIn: parts.namespaces,
    },
    whole('policy', 'poddisruptionbudgets'),
    { ...whole('', 'nodes'), form: 'fields', selection: 'all: status.conditions', fields: [['status', 'conditions']] },
    ...GITOPS.map(([group, resource, fields]) => ({
      ...whole(group, resource),
      form: 'fields' as const,
      fields,
      selection: `that own an operator: ${fields.map((path) => path.join('.')).join(', ')}`,
      keep: (object: KubeObject, { type }: { type: ResourceType }) => isOwnerOf(object, type.kind, parts.workloads),
    })),
    {
      group: '',
      resource: 'secrets',
      form: 'hashed',
      selection: "Helm's releases, and certificates of webhooks",
      selectors: [
        { fieldSelector: 'type=helm.sh/release.v1' },
        ...parts.secrets.map(({ namespace, name }) => ({ namespace, fieldSelector: `metadata.name=${name}` })),
      ],
      namedIn: parts.namespaces,
    },
  ]
}

/** A kind of such a name in another group may be a fork's or another operator's: its definition says which. */
function isDefinition(groups: readonly string[]) {
  return ({ spec }: KubeObject): boolean => {
    const { group = '', names = {} } = (spec ?? {}) as { group?: string; names?: { kind?: string } }
    return groups.includes(group) || (SPARK_KINDS as readonly (string | undefined)[]).includes(names.kind)
  }
}

function whole(group: string, resource: string): Selection {
  return { group, resource, form: 'whole', selection: 'all' }
}

interface Named {
  places: readonly Place[]
  rule: string
}

function made(group: string, resource: string, form: SnapshotForm, also?: Named): Selection {
  const named = new Set(also?.places.map(({ namespace, name }) => `${namespace}/${name}`))
  return {
    group,
    resource,
    form,
    selection: `${OF_SPARK}, or ${MADE_FOR_SPARK}${also === undefined ? '' : `, or ${also.rule}`}`,
    keep: (object, { sparkUids }) => isMadeForSpark(object, sparkUids) || named.has(placeOf(object)),
  }
}

/** `namespace/name`. */
export function placeOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

/** The operator labels what it makes; what Spark makes, as configuration and volumes, is owned by the driver's pod. */
function isMadeForSpark({ metadata }: KubeObject, sparkUids: ReadonlySet<string>): boolean {
  const labels = metadata.labels ?? {}
  if (SPARK_LABELS.some((label) => label in labels)) return true
  return (metadata.ownerReferences ?? []).some(({ uid }) => sparkUids.has(uid))
}
