/** What the verbs read of applications and of their driver pods, whatever the release. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { PodLabels } from '../steps/payloads.ts'
import { isFields } from './compare.ts'
import type { ApplyContext } from './context.ts'
import { POD_TYPE } from './well-known.ts'

/** The state of an application or of a schedule; '' where the status says none (a new one). */
export function stateOf({ status }: KubeObject): string {
  if (!isFields(status)) return ''
  const { applicationState, scheduleState } = status
  if (isFields(applicationState) && typeof applicationState.state === 'string') return applicationState.state
  return typeof scheduleState === 'string' ? scheduleState : ''
}

/** A text or a number of the status; undefined where there is none. */
export function statusField(object: KubeObject, field: string): unknown {
  return isFields(object.status) ? (object.status[field] ?? undefined) : undefined
}

/** A driver or executor as far as it must stay what it was. */
export interface PodIdentity {
  namespace: string
  name: string
  uid: string
  application: string
  submissionId: string
  isDriver: boolean
  phase: string
  restarts: number
  createdAt: string
  terminating: boolean
}

/** Pods of Spark applications in all namespaces. */
export async function sparkPods(
  labels: PodLabels,
  { cluster, signal }: ApplyContext | Reading,
): Promise<PodIdentity[]> {
  const pods: PodIdentity[] = []
  for await (const pod of cluster.listEach(POD_TYPE, { labelSelector: labels.applicationName, signal })) {
    pods.push(identityOf(pod, labels))
  }
  return pods
}

/** What reading alone needs. */
export type Reading = Pick<ApplyContext, 'cluster' | 'signal'>

export function identityOf(pod: KubeObject, labels: PodLabels): PodIdentity {
  const { namespace = '', name, uid = '', labels: own = {}, creationTimestamp = '', deletionTimestamp } = pod.metadata
  const status = (pod.status ?? {}) as { phase?: string; containerStatuses?: { restartCount?: number }[] }
  const [role, driver] = labels.role
  return {
    namespace,
    name,
    uid,
    application: own[labels.applicationName] ?? '',
    submissionId: own[labels.submissionId] ?? '',
    isDriver: own[role] === driver,
    phase: status.phase ?? '',
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    createdAt: creationTimestamp,
    terminating: deletionTimestamp !== undefined,
  }
}

/** Drivers by the application that they name. */
export function driversByApplication(pods: readonly PodIdentity[]): Map<string, PodIdentity[]> {
  const drivers = new Map<string, PodIdentity[]>()
  for (const pod of pods) {
    if (!pod.isDriver) continue
    const name = `${pod.namespace}/${pod.application}`
    drivers.set(name, [...(drivers.get(name) ?? []), pod])
  }
  return drivers
}

/** All objects of a type, without managedFields, which are half of what a list weighs. */
export async function listAll(type: ResourceType, { cluster, signal }: Reading): Promise<KubeObject[]> {
  const items: KubeObject[] = []
  for await (const item of cluster.listEach(type, { signal })) {
    const { managedFields: _managedFields, ...metadata } = item.metadata
    items.push({ ...item, metadata })
  }
  return items
}
