/**
 * The two admission policies of a run: one denies that the operator's CRDs are deleted while it is open, one keeps
 * every controller out between two versions.
 *
 * ValidatingAdmissionPolicy is served as v1 from Kubernetes 1.30. A new policy acts some seconds after it was created,
 * so each also denies one ConfigMap of its own: a dry-run CREATE of that tells whether it has begun.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { PolicyPayload } from './payloads.ts'

export const POLICY_TYPE: ResourceType = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingadmissionpolicies',
  kind: 'ValidatingAdmissionPolicy',
  namespaced: false,
}

export const POLICY_BINDING_TYPE: ResourceType = {
  ...POLICY_TYPE,
  resource: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
}

export const CRD_TYPE: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}

/** The first minor version of Kubernetes 1 that serves ValidatingAdmissionPolicy v1. */
export const POLICY_FLOOR = 30

const MANAGED = { 'app.kubernetes.io/managed-by': 'sparkops' }
const PROBE_SECONDS = 60
/** A Deployment names its ReplicaSets after itself and the hash of their template, which the pods have as a label. */
const OWNER_NAMES = "object.metadata.ownerReferences.filter(owner, owner.kind == 'ReplicaSet').map(owner, owner.name)"
const HASH = "object.metadata.labels[?'pod-template-hash'].orValue('')"

/** Denies DELETE of these CRDs, alone or as a collection. */
export function crdGuard(options: { crds: readonly string[]; namespace: string }): PolicyPayload {
  const name = 'sparkops-guard-crds'
  return policy({
    name,
    namespace: options.namespace,
    // A policy that cannot be evaluated must not let a deletion through.
    failurePolicy: 'Fail',
    rules: [{ groups: ['apiextensions.k8s.io'], operations: ['DELETE'], resources: ['customresourcedefinitions'] }],
    // In a collection the request has no name; the object that goes has.
    allowed: `request.operation != 'DELETE' || !(oldObject.metadata.name in ${celList(options.crds)})`,
    message: 'sparkops is moving the Spark Operator: deleting this CRD would delete every application with it',
  })
}

export interface FenceOptions {
  /** Where the operator lives. */
  namespace: string
  /** `system:serviceaccount:NS:NAME` of every controller, old and new. */
  users: readonly string[]
  /** Deployments of controllers, each with the labels that its selector asks for. */
  controllerPods: readonly { deployment: string; labels: { readonly [label: string]: string } }[]
  /** Groups of the operator's kinds. */
  groups: readonly string[]
}

/**
 * Keeps controllers out: their service accounts cannot write applications nor create or delete pods, and no pod of
 * theirs comes into being, whoever scales them up meanwhile (Helm, an autoscaler, a person). A controller that could
 * submit but not write its status would leave half-submitted applications (in every release the status is
 * written after spark-submit returns).
 */
export function controllerFence(options: FenceOptions): PolicyPayload {
  const isController = `request.userInfo.username in ${celList(options.users)}`
  const starts = options.controllerPods.map((pods) => podMatches(options.namespace, pods))
  const startsController = starts.length === 0 ? 'false' : starts.map((one) => `(${one})`).join(' || ')
  return policy({
    name: 'sparkops-fence',
    namespace: options.namespace,
    // It sees every pod of the cluster: where it cannot be evaluated, that pod must be let through.
    failurePolicy: 'Ignore',
    rules: [
      { groups: options.groups, operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] },
      { groups: [''], operations: ['CREATE', 'DELETE'], resources: ['pods'] },
    ],
    allowed: `!(${isController}) && !(${startsController})`,
    message: 'sparkops is moving the Spark Operator: its controllers are kept out until the run has ended',
  })
}

/** By its labels; they are on the pods of a webhook as well, which another Deployment owns, and which must come. */
function podMatches(namespace: string, { deployment, labels }: FenceOptions['controllerPods'][number]): string {
  const each = Object.entries(labels).map(
    ([label, value]) => `object.metadata.labels[?${cel(label)}].orValue('') == ${cel(value)}`,
  )
  return [
    "request.operation == 'CREATE'",
    "request.resource.resource == 'pods'",
    `request.namespace == ${cel(namespace)}`,
    'has(object.metadata.labels)',
    ...each,
    `(!has(object.metadata.ownerReferences) || ${OWNER_NAMES}.all(name, name == ${cel(`${deployment}-`)} + ${HASH}))`,
  ].join(' && ')
}

interface PolicyInit {
  name: string
  namespace: string
  failurePolicy: 'Fail' | 'Ignore'
  rules: readonly { groups: readonly string[]; operations: readonly string[]; resources: readonly string[] }[]
  /** CEL that is true for what may pass. */
  allowed: string
  message: string
}

function policy({ name, namespace, failurePolicy, rules, allowed, message }: PolicyInit): PolicyPayload {
  const probe = { namespace, name: `${name}-probe` }
  const apiVersion = `${POLICY_TYPE.group}/${POLICY_TYPE.version}`
  const isProbe = "request.resource.resource == 'configmaps'"
  const body: KubeObject = {
    apiVersion,
    kind: POLICY_TYPE.kind,
    metadata: { name, labels: MANAGED },
    spec: {
      failurePolicy,
      matchConstraints: {
        resourceRules: [
          ...rules.map(({ groups, operations, resources }) => ({
            apiGroups: groups,
            apiVersions: ['*'],
            operations,
            resources,
          })),
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['configmaps'],
            resourceNames: [probe.name],
          },
        ],
      },
      validations: [{ expression: `!(${isProbe}) && (${allowed})`, message, reason: 'Forbidden' }],
    },
  }
  const binding: KubeObject = {
    apiVersion,
    kind: POLICY_BINDING_TYPE.kind,
    metadata: { name, labels: MANAGED },
    spec: { policyName: name, validationActions: ['Deny'] },
  }
  return { policy: body, binding, probe, timeoutSeconds: PROBE_SECONDS }
}

// JSON's escapes are a part of CEL's.
function cel(text: string): string {
  return JSON.stringify(text)
}

function celList(texts: readonly string[]): string {
  return `[${texts.map(cel).join(', ')}]`
}
