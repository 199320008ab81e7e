/** Events that say who took a driver: they outlive its pod, by an hour unless the server is told otherwise. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { textAt } from '../../operator/discover/json.ts'

/**
 * Reasons of the kubelet's eviction manager, the scheduler's preemption and the taint manager. All but the first are of
 * type Normal: kubernetes pkg/kubelet/eviction, pkg/scheduler/framework/preemption, pkg/controller/tainteviction.
 */
export const TAKEN_AWAY = ['Evicted', 'Preempted', 'TaintManagerEviction'] as const

const NAMES: ReadonlySet<string> = new Set(TAKEN_AWAY)

/** Whether an event says that something took the driver that the status of an application names. */
export function tellsOfDriverTaken(event: KubeObject, application: KubeObject): boolean {
  const about = textAt(event, 'involvedObject', 'kind') === undefined ? 'regarding' : 'involvedObject'
  return (
    NAMES.has(textAt(event, 'reason') ?? '') &&
    textAt(event, about, 'kind') === 'Pod' &&
    textAt(event, about, 'name') === textAt(application, 'status', 'driverInfo', 'podName') &&
    (textAt(event, about, 'namespace') ?? event.metadata.namespace) === application.metadata.namespace &&
    !isBefore(event, textAt(application, 'status', 'lastSubmissionAttemptTime'))
  )
}

/** Drivers of all attempts have one name: what is older than the last submission is of another. */
function isBefore(event: KubeObject, time: string | undefined): boolean {
  const at = textAt(event, 'lastTimestamp') ?? textAt(event, 'eventTime') ?? event.metadata.creationTimestamp
  return time !== undefined && at !== undefined && Date.parse(at) < Date.parse(time)
}
