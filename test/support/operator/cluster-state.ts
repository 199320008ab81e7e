/** What a move may change, in a form that two moments can be compared in: nothing that grows by itself. */
import type { Cluster, KubeObject, ResourceType } from '../../../src/ports/cluster.ts'
import { APPLICATIONS, CRDS, DEPLOYMENTS, PODS, SCHEDULES } from './scenario.ts'

const core = (resource: string, kind: string): ResourceType => ({
  group: '',
  version: 'v1',
  resource,
  kind,
  namespaced: true,
})
const inGroup = (group: string, resource: string, kind: string, namespaced = false): ResourceType => ({
  group,
  version: 'v1',
  resource,
  kind,
  namespaced,
})

const TYPES: readonly ResourceType[] = [
  APPLICATIONS,
  SCHEDULES,
  PODS,
  DEPLOYMENTS,
  core('serviceaccounts', 'ServiceAccount'),
  inGroup('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole'),
  inGroup('rbac.authorization.k8s.io', 'clusterrolebindings', 'ClusterRoleBinding'),
  inGroup('rbac.authorization.k8s.io', 'roles', 'Role', true),
  inGroup('admissionregistration.k8s.io', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy'),
  inGroup('admissionregistration.k8s.io', 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding'),
  inGroup('coordination.k8s.io', 'leases', 'Lease', true),
]

/** Objects by name: spec, status of applications, ownership; uids where a new one would mean that it was lost. */
export async function clusterState(cluster: Cluster): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {}
  for (const type of TYPES) {
    for (const object of (await cluster.list(type)).items) {
      const { namespace = '', name } = object.metadata
      if (name.startsWith('system:') || /^kube-|^default$/.test(namespace)) continue
      state[`${type.resource}/${namespace}/${name}`] = describe(type, object)
    }
  }
  for (const crd of (await cluster.list(CRDS)).items) {
    state[`crd/${crd.metadata.name}`] = { uid: crd.metadata.uid, spec: crd.spec }
  }
  return state
}

const KEPT_BY_UID = [APPLICATIONS, SCHEDULES, PODS].map(({ resource }) => resource)
const VERSION_LABELS = ['helm.sh/chart', 'app.kubernetes.io/version']

function describe({ resource }: ResourceType, { metadata, spec, status, rules }: KubeObject): unknown {
  const { uid, labels = {}, annotations = {} } = metadata
  const { 'deployment.kubernetes.io/revision': _revision, ...said } = annotations
  const isApplication = KEPT_BY_UID.includes(resource)
  return {
    ...(isApplication ? { uid, status } : {}),
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !VERSION_LABELS.includes(name))),
    annotations: said,
    spec,
    rules,
  }
}
