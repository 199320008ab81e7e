/**
 * The kinds of objects that an operator's installation and its applications are made of. Only their paths: how an
 * object of ours (group sparkoperator.k8s.io) looks is said by the cluster's own CRDs.
 */
import type { ResourceType } from '../../../ports/cluster.ts'

export const SPARK_GROUP = 'sparkoperator.k8s.io'

export const POD = core('pods', 'Pod')
export const SERVICE = core('services', 'Service')
export const SECRET = core('secrets', 'Secret')
export const CONFIG_MAP = core('configmaps', 'ConfigMap')
export const SERVICE_ACCOUNT = core('serviceaccounts', 'ServiceAccount')
export const NODE: ResourceType = { ...core('nodes', 'Node'), namespaced: false }
export const NAMESPACE: ResourceType = { ...core('namespaces', 'Namespace'), namespaced: false }

export const DEPLOYMENT = named('apps', 'v1', 'deployments', 'Deployment')
export const STATEFUL_SET = named('apps', 'v1', 'statefulsets', 'StatefulSet')
export const DAEMON_SET = named('apps', 'v1', 'daemonsets', 'DaemonSet')
export const REPLICA_SET = named('apps', 'v1', 'replicasets', 'ReplicaSet')

export const ROLE = named('rbac.authorization.k8s.io', 'v1', 'roles', 'Role')
export const ROLE_BINDING = named('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding')
export const CLUSTER_ROLE = global('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole')
export const CLUSTER_ROLE_BINDING = global(
  'rbac.authorization.k8s.io',
  'v1',
  'clusterrolebindings',
  'ClusterRoleBinding',
)

export const LEASE = named('coordination.k8s.io', 'v1', 'leases', 'Lease')
export const ENDPOINT_SLICE = named('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice')

export const MUTATING_WEBHOOKS = global(
  'admissionregistration.k8s.io',
  'v1',
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
)
export const VALIDATING_WEBHOOKS = global(
  'admissionregistration.k8s.io',
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
)
export const CRD = global('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition')

/** The operator's own kinds, in the order in which their CRDs are changed. */
export const SPARK_KINDS = ['SparkApplication', 'ScheduledSparkApplication', 'SparkConnect'] as const
export type SparkKind = (typeof SPARK_KINDS)[number]

/** How people and findings call an object: `namespace/name`, or the name alone. */
export function nameOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
}

function core(resource: string, kind: string): ResourceType {
  return named('', 'v1', resource, kind)
}

function named(group: string, version: string, resource: string, kind: string): ResourceType {
  return { group, version, resource, kind, namespaced: true }
}

function global(group: string, version: string, resource: string, kind: string): ResourceType {
  return { group, version, resource, kind, namespaced: false }
}
