/** The pods of applications, found by the labels that every release of the operator puts on them. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { at, listAt, numberAt, textAt } from './json.ts'
import { nameOf, POD } from './kinds.ts'
import type { Sight } from './sight.ts'

/** The same in every tag from v1beta1-0.9.0 to v2.5.2 (pkg/config/constants.go, pkg/common/spark.go). */
export const POD_LABELS = {
  applicationName: 'sparkoperator.k8s.io/app-name',
  submissionId: 'sparkoperator.k8s.io/submission-id',
  role: ['spark-role', 'driver'],
} as const

export interface DriverPod {
  namespace: string
  name: string
  uid: string
  application: string
  submissionId: string | undefined
  createdAt: string | undefined
  phase: string
  /** The driver itself is over; sidecars may keep its pod. */
  ended: boolean
  deleting: boolean
  restarts: number
  waiting: string | undefined
  /** The uid of the application that owns it; undefined where none does (1.x without webhook). */
  ownerUid: string | undefined
  /** Whose token it asks the API server for executors with. */
  serviceAccount: string
}

export interface Pods {
  drivers: DriverPod[]
  /** Executors that are not finished, by `namespace/application`. */
  executors: ReadonlyMap<string, number>
}

/** All driver pods, and how many executors each application has. */
export async function readPods(sight: Sight, namespace?: string): Promise<Pods> {
  const drivers: DriverPod[] = []
  const executors = new Map<string, number>()
  for await (const pod of sight.each(POD, { namespace, labelSelector: POD_LABELS.applicationName })) {
    const [roleLabel, driver] = POD_LABELS.role
    const application = pod.metadata.labels?.[POD_LABELS.applicationName] ?? ''
    if (pod.metadata.labels?.[roleLabel] === driver) drivers.push(driverFrom(pod, application))
    else if (!isFinished(textAt(pod, 'status', 'phase') ?? '')) {
      const id = `${pod.metadata.namespace ?? ''}/${application}`
      executors.set(id, (executors.get(id) ?? 0) + 1)
    }
  }
  drivers.sort((a, b) => (nameOf({ metadata: a }) < nameOf({ metadata: b }) ? -1 : 1))
  return { drivers, executors }
}

/** Reduces a driver pod to what decisions need. */
export function driverFrom(pod: KubeObject, application: string): DriverPod {
  const containers = listAt(pod, 'status', 'containerStatuses')
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    application,
    submissionId: pod.metadata.labels?.[POD_LABELS.submissionId],
    createdAt: pod.metadata.creationTimestamp,
    phase: textAt(pod, 'status', 'phase') ?? 'Unknown',
    ended: hasEnded(pod, containers),
    deleting: pod.metadata.deletionTimestamp !== undefined,
    restarts: containers.reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0),
    waiting: containers.map((one) => textAt(one, 'state', 'waiting', 'reason')).find((reason) => reason !== undefined),
    ownerUid: pod.metadata.ownerReferences?.find((owner) => owner.kind === 'SparkApplication')?.uid,
    serviceAccount: textAt(pod, 'spec', 'serviceAccountName') ?? 'default',
  }
}

/** SparkDriverContainerName of every release; a pod template may name it otherwise, and the pod's phase tells then. */
const DRIVER_CONTAINER = 'spark-kubernetes-driver'

function hasEnded(pod: KubeObject, containers: readonly unknown[]): boolean {
  const driver = containers.find((one) => textAt(one, 'name') === DRIVER_CONTAINER)
  const terminated = at(driver, 'state', 'terminated')
  return (terminated !== undefined && terminated !== null) || isFinished(textAt(pod, 'status', 'phase') ?? '')
}

/** Whether a pod's phase is one that never changes again. */
export function isFinished(phase: string): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}
