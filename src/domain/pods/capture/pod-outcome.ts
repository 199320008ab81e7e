/** How a pod fares, from its status: what a capture remembers of it besides the pod as it was made. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { CapturedPod } from '../../../ports/pod-capture.ts'
import { type JsonMap, at, mapAt, mapsAt, textAt } from '../json.ts'

export type PodOutcome = Pick<CapturedPod, 'phase' | 'reason' | 'exitCode' | 'startedAt' | 'finishedAt'>

/** The outcome so far; by Spark's own container where there are several. */
export function outcomeOf(pod: KubeObject, mainContainer: string | undefined): PodOutcome {
  const statuses = mapsAt(pod, 'status', 'containerStatuses')
  const main = statuses.find(({ name }) => name === mainContainer) ?? (statuses.length === 1 ? statuses[0] : undefined)
  const state = mapAt(main, 'state')
  const ended = [state['terminated'], at(main, 'lastState', 'terminated')].find((one) => one !== undefined)
  const exitCode = at(ended, 'exitCode')
  return {
    phase: textAt(pod, 'status', 'phase') ?? 'Pending',
    reason: reasonOf(pod, state, ended),
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    startedAt: textAt(state, 'running', 'startedAt') ?? textAt(ended, 'startedAt') ?? null,
    finishedAt: textAt(ended, 'finishedAt') ?? null,
  }
}

/** The pod's own reason (Evicted) before its container's; `Completed` is none. */
function reasonOf(pod: KubeObject, state: JsonMap, ended: unknown): string | null {
  const reasons = [
    textAt(pod, 'status', 'reason'),
    textAt(state, 'waiting', 'reason'),
    textAt(ended, 'reason'),
    unscheduledReason(pod),
  ]
  return reasons.find((reason) => reason !== undefined && reason !== 'Completed') ?? null
}

function unscheduledReason(pod: KubeObject): string | undefined {
  const condition = mapsAt(pod, 'status', 'conditions').find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  return textAt(condition, 'reason')
}
