// Applications in the core: placed, rejected, completed, failed, removed; their queues and summaries.
import { type Core, type CoreApp } from './core.ts'
import { releaseRemaining } from './core-release.ts'
import { type Pod } from './cluster.ts'
import { ADD, REMOVE, SET } from './record.ts'
import { MILLI, SECOND } from './time.ts'
import { newTracker, summaryText, summaryZap } from './tracker.ts'
import { type ApplicationPlan, LIMITED_GROUP } from './workload.ts'

/** `completingTimeout` */
const COMPLETING_TIMEOUT = 30 * SECOND

export const RECOVERY_QUEUE = 'root.@recovery@'

/** `partition.AddApplication`; false when it is rejected. */
export function addApplication(core: Core, plan: ApplicationPlan, firstPod: Pod, restarted: boolean): boolean {
  const { around } = core
  const { features } = around.params
  const recovering = restarted && plan.queue !== 'root.default' && around.random.chance(features.recoveryQueue)
  const rejects =
    plan.kind === 'rejected' ||
    (restarted && firstPod.bound !== null && around.random.chance(features.rejectedAfterRestart))
  const app: CoreApp = {
    id: plan.id,
    user: plan.user,
    groups: plan.groups,
    queue: recovering ? RECOVERY_QUEUE : plan.queue,
    incarnation: nextIncarnation(core, plan.id),
    submission: Math.floor(firstPod.created / SECOND) * SECOND,
    hardGang: plan.hardGang,
    placeholderTimeout: plan.placeholderTimeout,
    placeholderAsk: plan.kind === 'gang' ? plan.placeholders + 1 : 0,
    state: 'New',
    start: null,
    asks: new Map(),
    allocations: new Map(),
    usage: newTracker(),
    stateLog: [],
    linked: false,
    timing: false,
  }
  core.appEvent(app, ADD, around.profile.newApp)
  if (rejects) {
    const message = `queue ${app.queue} cannot fit application ${app.id}: task group request larger than max queue allocation`
    core.appEvent(app, around.profile.rejectByRemove ? REMOVE : SET, 202, { message })
    close(core, app.id)
    return false
  }
  if (!core.queues.has(app.queue)) {
    core.queues.add(app.queue)
    core.queueEvent(app.queue, ADD, 401)
  }
  core.queueEvent(app.queue, ADD, 405, { reference: app.id })
  core.apps.set(app.id, app)
  return true
}

/** Nothing is left of it: COMPLETING now, COMPLETED 30 s later unless a late pod comes. */
export function completeIfEmpty(core: Core, app: CoreApp): void {
  const idle = app.asks.size === 0 && ![...app.allocations.values()].some(({ placeholder }) => !placeholder)
  if (!idle || replacing(app) || (app.state !== 'Running' && app.state !== 'Starting' && app.state !== 'Accepted'))
    return
  core.setState(app, 'Completing')
  awaitCompletion(core, app)
}

function awaitCompletion(core: Core, app: CoreApp): void {
  const entered = app.stateLog.at(-1)
  core.later(COMPLETING_TIMEOUT, () => {
    if (core.apps.get(app.id) !== app || app.state !== 'Completing' || app.stateLog.at(-1) !== entered) return
    if (app.allocations.size > 0) {
      awaitCompletion(core, app)
      return
    }
    core.setState(app, 'Completed')
    leave(core, app)
  })
}

/** A hard gang whose reservation timed out, once its placeholders are gone. */
export function fail(core: Core, app: CoreApp): void {
  core.setState(app, 'Failed')
}

/** Leaves its queue; the summary is logged if it ever ran (`moveTerminatedApp`). */
export function leave(core: Core, app: CoreApp): void {
  core.queueEvent(app.queue, REMOVE, 405, { reference: app.id })
  core.appEvent(app, REMOVE, 0)
  core.apps.delete(app.id)
  close(core, app.id)
  core.rm.finished(app.id)
  summarize(core, app)
  removeEmptyQueue(core, app.queue)
}

/** The resource manager removes it: asks first, then the queue, then every allocation, users in one sum. */
export function removeApplication(core: Core, id: string): void {
  const app = core.apps.get(id)
  if (app === undefined) return
  for (const { pod, resource } of app.allocations.values()) {
    core.appEvent(app, REMOVE, 100, { reference: pod.uid, resource })
  }
  for (const [uid, pod] of app.asks) core.appEvent(app, REMOVE, 100, { reference: uid, resource: pod.resource })
  app.asks.clear()
  core.queueEvent(app.queue, REMOVE, 405, { reference: app.id })
  core.appEvent(app, REMOVE, 0)
  core.apps.delete(id)
  releaseRemaining(core, app)
  close(core, id)
  removeEmptyQueue(core, app.queue)
}

/** Links the user's group to the application before its first allocation (602). */
export function linkGroup(core: Core, app: CoreApp): void {
  if (app.linked || !core.around.profile.users || !core.limited(app)) return
  core.emit({ type: 5, object: LIMITED_GROUP, change: SET, detail: 602, reference: app.id })
  app.linked = true
}

export function replacing(app: CoreApp): boolean {
  return [...app.allocations.values()].some(({ successor }) => successor !== null)
}

function nextIncarnation(core: Core, id: string): number {
  const entry = core.around.incarnations.get(id) ?? { count: 0, open: false }
  if (!entry.open) entry.count++
  entry.open = true
  core.around.incarnations.set(id, entry)
  return entry.count
}

function close(core: Core, id: string): void {
  const entry = core.around.incarnations.get(id)
  if (entry !== undefined) entry.open = false
}

function summarize(core: Core, app: CoreApp): void {
  if (app.start === null) return
  const { profile, random, summaries } = core.around
  const finish = core.log.now
  const state = app.state === 'Failed' ? 'Failed' : 'Completed'
  const summary = {
    applicationId: app.id,
    submission: app.submission,
    start: app.start,
    finish,
    user: app.user,
    queue: app.queue,
    state,
    usage: app.usage,
  } as const
  const line = profile.summary === 'zap' ? summaryZap(summary) : summaryText(summary, random)
  summaries.push({ at: finish, line, summary })
}

function removeEmptyQueue(core: Core, queue: string): void {
  if (!queue.startsWith('root.users.') && queue !== RECOVERY_QUEUE) return
  core.later(core.around.random.int(500, 10_000) * MILLI, () => {
    if (!core.queues.has(queue) || [...core.apps.values()].some((app) => app.queue === queue)) return
    core.queues.delete(queue)
    core.queueEvent(queue, REMOVE, 401)
  })
}
