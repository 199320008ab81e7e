// An application as the shim sees it, and how it reserves: a gang's placeholders are made when it is accepted, and its
// real pods are sent only once every placeholder is bound.
// Source: k8shim pkg/cache/application.go onReserving, onReservationStateChange; placeholder_manager.go.
import { type Surroundings } from './core.ts'
import { type Pod } from './cluster.ts'
import { type ApplicationPlan } from './workload.ts'

type ShimState = 'new' | 'accepted' | 'reserving' | 'running' | 'resuming' | 'failed'
type TaskState = 'new' | 'pending' | 'allocated' | 'done'

export interface Task {
  readonly pod: Pod
  state: TaskState
}

export interface ShimApp {
  readonly plan: ApplicationPlan
  state: ShimState
  readonly tasks: Map<string, Task>
  /** Placeholders it made, or found after a restart, by task group. */
  reserved: boolean
}

/** Makes the placeholders that are missing; after a restart also those that were replaced long ago. */
export function reserve(around: Surroundings, app: ShimApp): void {
  app.state = 'reserving'
  const pods = [...app.tasks.values()].map(({ pod }) => pod)
  const replaced = pods.some(({ role, bound }) => role !== 'placeholder' && bound !== null)
  if (replaced && !around.random.chance(around.params.features.placeholdersAgain)) {
    app.reserved = true
    return
  }
  const members = [
    ['spark-driver', 1, app.plan.driver],
    ['spark-executor', app.plan.placeholders, app.plan.executor],
  ] as const
  for (const [taskGroup, wanted, resource] of members) {
    const found = pods.filter((pod) => pod.role === 'placeholder' && pod.taskGroup === taskGroup).length
    for (let i = found; i < wanted; i++) {
      around.cluster.createPod({
        name: `tg-${app.plan.id}-${taskGroup}-${i}`,
        app: app.plan.id,
        owner: pods[0]?.owner ?? null,
        role: 'placeholder',
        taskGroup,
        resource,
        runsFor: Number.POSITIVE_INFINITY,
      })
    }
  }
}

/** All members have their placeholder bound, or nothing is to be waited for: real pods are next. */
export function checkReservation(app: ShimApp): void {
  if (app.state !== 'reserving') return
  const placeholders = [...app.tasks.values()].filter(({ pod }) => pod.role === 'placeholder')
  const bound = placeholders.filter(({ pod, state }) => state === 'allocated' && isBound(pod)).length
  const waiting = placeholders.some(({ state }) => state === 'new' || state === 'pending')
  if (bound >= app.plan.placeholders + 1 || (app.reserved && !waiting)) app.state = 'running'
}

function isBound({ bound }: Pod): boolean {
  return bound !== null
}
