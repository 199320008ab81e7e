/** Finds the workloads among objects that run a Spark operator: by what they start, not by what they are called. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRecord } from '../schema/structural.ts'
import { type Arguments, readArguments } from './arguments.ts'

export interface OperatorWorkload {
  kind: string
  namespace: string
  name: string
  replicas: number
  image: string
  serviceAccount: string
  /** `app.kubernetes.io/instance`: what a controller and its webhook share. */
  instance: string | undefined
  given: Arguments
  /** The pod's own spec, for what arguments do not say. */
  pod: Readonly<Record<string, unknown>>
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'])
/** Flags that an operator of either generation has and other programs do not; two of them are enough. */
const TELLING = new Set([
  'controller-threads',
  'default-batch-scheduler',
  'driver-pod-creation-grace-period',
  'enable-batch-scheduler',
  'enable-resource-quota-enforcement',
  'enable-ui-service',
  'ingress-url-format',
  'label-selector-filter',
  'mutating-webhook-name',
  'validating-webhook-name',
  'webhook-config-name',
  'webhook-secret-name',
  'webhook-svc-name',
])

/** Workloads of an operator, by name. `namespace` is where objects without one go. */
export function findOperatorWorkloads(objects: readonly KubeObject[], namespace: string): OperatorWorkload[] {
  return objects
    .filter(({ kind }) => WORKLOADS.has(kind))
    .flatMap((object) => recognise(object, namespace) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function recognise(object: KubeObject, namespace: string): OperatorWorkload | undefined {
  const pod = recordAt(object['spec'], 'template', 'spec')
  const containers = Array.isArray(pod['containers']) ? pod['containers'].filter(isRecord) : []
  for (const container of containers) {
    const given = readArguments(container)
    const image = typeof container['image'] === 'string' ? container['image'] : ''
    if (!isOperator(container, image, given)) continue
    const replicas = recordAt(object['spec'])['replicas']
    const account = pod['serviceAccountName'] ?? pod['serviceAccount']
    return {
      kind: object.kind,
      namespace: object.metadata.namespace ?? namespace,
      name: object.metadata.name,
      replicas: typeof replicas === 'number' ? replicas : 1,
      image,
      serviceAccount: typeof account === 'string' ? account : 'default',
      instance: object.metadata.labels?.['app.kubernetes.io/instance'],
      given,
      pod,
    }
  }
  return undefined
}

function isOperator(
  container: Readonly<Record<string, unknown>>,
  image: string,
  { flags, subcommand }: Arguments,
): boolean {
  const telling = [...flags.keys()].filter((flag) => TELLING.has(flag))
  if (telling.length >= 2) return true
  const command = Array.isArray(container['command']) ? container['command'].map(String) : []
  const isNamed =
    /(^|[/-])spark-operator([/:@-]|$)/.test(image) || command.some((word) => /(^|\/)spark-operator$/.test(word))
  // An image of the project with other contents (`…/kubectl`) starts neither part and has none of its flags.
  return (
    isNamed && (telling.length > 0 || subcommand !== undefined || flags.has('namespace') || flags.has('namespaces'))
  )
}

function recordAt(value: unknown, ...path: readonly string[]): Record<string, unknown> {
  let current = value
  for (const key of path) current = isRecord(current) ? current[key] : undefined
  return isRecord(current) ? current : {}
}
