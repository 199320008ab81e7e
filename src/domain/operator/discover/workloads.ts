/**
 * Finds what runs an operator: not by the names one chart gives, but by what it is. Evidence, any of which counts:
 * the image, the program it starts, the flags it is given, or the rights its service account has.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { listAt, numberAt, textAt, textsAt } from './json.ts'
import { DAEMON_SET, DEPLOYMENT, nameOf, POD, REPLICA_SET, STATEFUL_SET } from './kinds.ts'
import type { Sight } from './sight.ts'

/** What part of an operator a workload is. 1.x does both in one process. */
export type Role = 'controller' | 'webhook' | 'controller and webhook'

export interface Workload {
  object: KubeObject
  /** The container that is the operator. */
  container: Container
  role: Role
  /** Why it is taken for an operator. */
  evidence: string[]
  /** False where only its rights say so: something else that writes applications. */
  isCertain: boolean
  serviceAccount: { namespace: string; name: string }
  replicas: { wanted: number; ready: number }
  pods: WorkloadPod[]
}

export interface Container {
  name: string
  image: string
  /** Command and arguments, as the container gets them. */
  words: string[]
}

export interface WorkloadPod {
  name: string
  phase: string
  ready: boolean
  restarts: number
  /** Why a container waits: `ImagePullBackOff`, `CrashLoopBackOff`. */
  waiting: string | undefined
  /** The digest that the node runs, where it is known. */
  imageId: string | undefined
}

const WORKLOAD_TYPES = [DEPLOYMENT, STATEFUL_SET, DAEMON_SET, REPLICA_SET]

/**
 * Flags that only this operator has, of any release: main.go of 1.x, cmd/operator of 2.x (facts by tag). Two of them
 * are taken for proof; one alone may be chance.
 */
const TELLING_FLAGS = new Set([
  'controller-threads',
  'enable-ui-service',
  'ingress-url-format',
  'enable-batch-scheduler',
  'default-batch-scheduler',
  'kube-scheduler-names',
  'label-selector-filter',
  'webhook-svc-name',
  'webhook-svc-namespace',
  'webhook-secret-name',
  'webhook-config-name',
  'webhook-namespace-selector',
  'enable-resource-quota-enforcement',
  'mutating-webhook-name',
  'validating-webhook-name',
  'driver-pod-creation-grace-period',
  'max-tracked-executor-per-app',
  'metrics-job-start-latency-buckets',
])

/** Every workload of the cluster (or of a namespace) that runs an operator, by name. */
export async function findWorkloads(
  sight: Sight,
  options: { namespace?: string | undefined; writers: ReadonlySet<string> },
): Promise<Workload[]> {
  const workloads: Workload[] = []
  for (const type of WORKLOAD_TYPES) {
    for await (const object of sight.each(type, { namespace: options.namespace })) {
      // A ReplicaSet of a Deployment is the Deployment seen twice.
      const isOwned = object.metadata.ownerReferences?.some((owner) => owner.controller === true) ?? false
      const workload = isOwned ? undefined : recogniseWorkload({ ...object, kind: type.kind }, options.writers)
      if (workload !== undefined) workloads.push(workload)
    }
  }
  for (const workload of workloads) workload.pods = await podsOf(sight, workload.object)
  return workloads.sort((a, b) => (nameOf(a.object) < nameOf(b.object) ? -1 : 1))
}

/** What a workload shows of being an operator; undefined where it shows nothing. `writers` are service accounts. */
export function recogniseWorkload(object: KubeObject, writers: ReadonlySet<string>): Workload | undefined {
  const spec = ['spec', 'template', 'spec'] as const
  const namespace = object.metadata.namespace ?? ''
  const account = textAt(object, ...spec, 'serviceAccountName') ?? 'default'
  const writes = writers.has(`${namespace}/${account}`)
  const candidates = listAt(object, ...spec, 'containers').map((raw) => {
    const container = containerFrom(raw)
    return { container, evidence: evidenceOf(container) }
  })
  const certain = candidates.find(({ evidence }) => evidence.length > 0)
  const chosen = certain ?? (writes ? candidates[0] : undefined)
  if (chosen === undefined) return undefined
  const rights = writes ? ['its service account may write the status of applications'] : []
  return {
    object,
    container: chosen.container,
    role: roleOf(chosen.container.words),
    evidence: [...chosen.evidence, ...rights],
    isCertain: certain !== undefined,
    serviceAccount: { namespace, name: account },
    replicas: {
      wanted: numberAt(object, 'spec', 'replicas') ?? numberAt(object, 'status', 'desiredNumberScheduled') ?? 1,
      ready: numberAt(object, 'status', 'readyReplicas') ?? numberAt(object, 'status', 'numberReady') ?? 0,
    },
    pods: [],
  }
}

function containerFrom(raw: unknown): Container {
  return {
    name: textAt(raw, 'name') ?? '',
    image: textAt(raw, 'image') ?? '',
    words: [...textsAt(raw, 'command'), ...textsAt(raw, 'args')],
  }
}

function evidenceOf({ image, words }: Container): string[] {
  const evidence: string[] = []
  if (/spark-operator/.test(repositoryOf(image))) evidence.push(`image ${image}`)
  if (words.some((word) => /(^|\/)spark-operator$/.test(word))) evidence.push('starts the program spark-operator')
  const flags = words.flatMap((word) => /^--?([a-z][a-z-]*)(?:=|$)/.exec(word)?.[1] ?? [])
  const telling = [...new Set(flags.filter((flag) => TELLING_FLAGS.has(flag)))].sort()
  if (telling.length >= 2) evidence.push(`flags ${telling.slice(0, 3).join(', ')}`)
  return evidence
}

/** 2.x has a subcommand for each part; 1.x is one process whose webhook a flag switches on. */
function roleOf(words: readonly string[]): Role {
  const subcommand = words.find((word) => word === 'controller' || word === 'webhook')
  if (subcommand !== undefined) return subcommand === 'controller' ? 'controller' : 'webhook'
  const flag = words.find((word) => /^--?enable-webhook(=|$)/.test(word))
  return flag !== undefined && !/=(false|f|0)$/i.test(flag) ? 'controller and webhook' : 'controller'
}

/** The path of an image without its tag and digest: `ghcr.io/kubeflow/spark-operator/controller`. */
export function repositoryOf(image: string): string {
  const path = image.split('@')[0]!
  const colon = path.lastIndexOf(':')
  return colon > path.lastIndexOf('/') ? path.slice(0, colon) : path
}

/** The tag of an image; undefined where it has none. */
export function tagOf(image: string): string | undefined {
  const path = image.split('@')[0]!
  const colon = path.lastIndexOf(':')
  return colon > path.lastIndexOf('/') ? path.slice(colon + 1) : undefined
}

async function podsOf(sight: Sight, workload: KubeObject): Promise<WorkloadPod[]> {
  const selector = Object.entries(
    (workload.spec as { selector?: { matchLabels?: object } } | undefined)?.selector?.matchLabels ?? {},
  )
  if (selector.length === 0) return []
  const labelSelector = selector.map(([key, value]) => `${key}=${String(value)}`).join(',')
  const pods = await sight.list(POD, { namespace: workload.metadata.namespace, labelSelector })
  return pods.map(podFrom).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function podFrom(pod: KubeObject): WorkloadPod {
  const containers = listAt(pod, 'status', 'containerStatuses')
  return {
    name: pod.metadata.name,
    phase: pod.metadata.deletionTimestamp === undefined ? (textAt(pod, 'status', 'phase') ?? 'Unknown') : 'Terminating',
    ready: containers.length > 0 && containers.every((one) => (one as { ready?: unknown }).ready === true),
    restarts: containers.reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0),
    waiting: containers.map((one) => textAt(one, 'state', 'waiting', 'reason')).find((reason) => reason !== undefined),
    imageId: containers.map((one) => textAt(one, 'imageID')).find((id) => id !== undefined && id !== ''),
  }
}
