// The answer of `GET /api/v1/pods` at a moment: a v1 PodList, times in whole seconds as the API server keeps them.
import { type Pod } from './cluster.ts'
import { type Simulation } from './simulate.ts'
import { kubernetesTime, type Nanos, ORIGIN } from './time.ts'

/** Lists the pods whose objects exist at `at` (Unix nanoseconds). */
export function podList(simulation: Simulation, at: bigint): object {
  const t = Number(at - ORIGIN)
  const items = simulation.pods
    .filter((pod) => pod.created <= t && (pod.ended === null || pod.gone === null || pod.gone > t))
    .map((pod) => podObject(pod, t))
  return { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: String(Math.floor(t / 1e6)) }, items }
}

function podObject(pod: Pod, t: Nanos): object {
  const bound = pod.bound !== null && pod.bound <= t
  // A pod of a lost node is never marked: its object says Running until the garbage collector takes it.
  const ended = pod.ended !== null && pod.ended <= t && !pod.lost
  const finishedAt = pod.ended === null ? '' : kubernetesTime(pod.ended)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: 'spark',
      uid: pod.uid,
      creationTimestamp: kubernetesTime(pod.created),
      labels: {
        applicationId: pod.app,
        ...(pod.role === 'foreign' || pod.role === 'placeholder' ? {} : { 'spark-role': pod.role }),
      },
      annotations: pod.role === 'placeholder' ? { 'yunikorn.apache.org/placeholder': 'true' } : {},
      ...(pod.deleting !== null && pod.deleting <= t ? { deletionTimestamp: kubernetesTime(pod.deleting) } : {}),
    },
    spec: bound ? { nodeName: pod.node, schedulerName: 'yunikorn' } : { schedulerName: 'yunikorn' },
    status: {
      phase: ended ? 'Succeeded' : bound ? 'Running' : 'Pending',
      ...(bound ? { startTime: kubernetesTime(pod.bound!) } : {}),
      containerStatuses: bound
        ? [
            {
              name: 'main',
              state: ended
                ? { terminated: { exitCode: 0, finishedAt, startedAt: kubernetesTime(pod.bound!) } }
                : { running: { startedAt: kubernetesTime(pod.bound!) } },
            },
          ]
        : [],
    },
  }
}
