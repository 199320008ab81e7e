/** Pods of a capture as they were seen last: their files hold them as they were made, `capture.json` how they fared. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { CapturedPod } from '../../../ports/pod-capture.ts'
import { isFinished } from '../../operator/discover/driver-pods.ts'
import { isMap } from '../../pods/json.ts'
import { mainContainerOf, standardContainer } from '../../pods/spark-pod.ts'

/** Reasons that a container has; all others of an ended pod are the pod's own, such as Evicted. */
const OF_CONTAINERS = new Set(['OOMKilled', 'Error', 'Completed', 'ContainerCannotRun', 'StartError'])
const OF_SCHEDULERS = new Set(['Unschedulable', 'SchedulerError', 'SchedulingGated'])

/** The pods with the status that captures among the objects tell of; those that went before they had ended are left out. */
export function asSeenLast(pods: readonly KubeObject[], objects: readonly KubeObject[]): KubeObject[] {
  const told = new Map(
    objects
      .filter(({ kind }) => kind === 'PodCapture')
      .flatMap(({ pods: listed }) => (Array.isArray(listed) ? (listed as unknown[]) : []))
      .filter((pod): pod is CapturedPod => isMap(pod) && typeof pod['uid'] === 'string')
      .map((pod) => [pod.uid, pod] as const),
  )
  return pods.flatMap((pod) => {
    const outcome = told.get(pod.metadata.uid ?? '')
    if (outcome === undefined) return [pod]
    return outcome.deleted && !isFinished(outcome.phase) ? [] : [{ ...pod, status: statusOf(pod, outcome) }]
  })
}

function statusOf(pod: KubeObject, outcome: CapturedPod): Record<string, unknown> {
  const { phase, role, exitCode, startedAt, finishedAt } = outcome
  const reason = outcome.reason ?? undefined
  const isContainers = reason !== undefined && OF_CONTAINERS.has(reason)
  const name = mainContainerOf(pod, role) ?? standardContainer(role)
  const status = (state: Record<string, unknown>): Record<string, unknown> => ({
    phase,
    containerStatuses: [{ name, restartCount: 0, state }],
  })
  if (exitCode !== null) {
    const ended = isContainers ? reason : exitCode === 0 ? 'Completed' : 'Error'
    const own = reason === undefined || isContainers ? {} : { reason }
    return { ...status({ terminated: { exitCode, reason: ended, startedAt, finishedAt } }), ...own }
  }
  if (startedAt !== null && !isFinished(phase)) return status({ running: { startedAt } })
  if (reason === undefined) return { phase }
  if (OF_SCHEDULERS.has(reason)) return { phase, conditions: [{ type: 'PodScheduled', status: 'False', reason }] }
  return isFinished(phase) ? { phase, reason } : status({ waiting: { reason } })
}
