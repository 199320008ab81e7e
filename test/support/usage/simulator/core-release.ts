// The end of allocations in the core: released by the resource manager, timed out, preempted, replaced, or gone with
// their node. The tracker's end is taken just before the user's REMOVE (603), the APP event follows.
// Source: objects/application.go removeAllocationInternal, RemoveAllAllocations, ReplaceAllocation; partition.removeNode.
import { completeIfEmpty, fail, leave } from './core-applications.ts'
import { type Allocation, type Core, type CoreApp } from './core.ts'
import { type Pod } from './cluster.ts'
import { type Quantities } from './quantities.ts'
import { ADD, APP, REMOVE } from './record.ts'
import { MICRO, type Nanos } from './time.ts'
import { track } from './tracker.ts'
import { trackerLag } from './random.ts'

export const STOPPED = 500
export const PREEMPTED = 501
export const TIMED_OUT = 502
export const REPLACED = 503
export const NODE_REMOVED = 504

/** `removeAllocationInternal` with what surrounds it. */
export function release(core: Core, app: CoreApp, allocation: Allocation, detail: number): void {
  const { pod, node, reference, resource } = allocation
  app.allocations.delete(pod.uid)
  core.occupy(node, resource, -1)
  book(core, app, allocation)
  core.trackUser(app, REMOVE, resource, detail !== REPLACED && lastOne(app))
  afterEnd(core, app, allocation)
  core.log.spend(core.around.random.pause(1 * MICRO, 300 * MICRO))
  core.emit({ type: APP, object: app.id, change: REMOVE, detail, reference, resource })
  if (detail === NODE_REMOVED || detail === REPLACED) return
  core.nodeEvent(node, REMOVE, 303, { reference, resource })
  // The ask goes with the allocation, except a placeholder's that timed out: its ask went with the timer.
  if (detail !== TIMED_OUT) core.appEvent(app, REMOVE, 100, { reference: pod.uid, resource })
  if (app.state === 'Failed') leave(core, app)
}

/** `RemoveAllAllocations`: one end each, then the users' sum. */
export function releaseRemaining(core: Core, app: CoreApp): void {
  const all = [...app.allocations.values()]
  for (const allocation of all) {
    book(core, app, allocation)
    const { reference, resource } = allocation
    core.emit({ type: APP, object: app.id, change: REMOVE, detail: STOPPED, reference, resource })
  }
  app.allocations.clear()
  if (all.length > 0) core.trackUser(app, REMOVE, sum(all), true)
  if (app.state !== 'Completing') core.setState(app, 'Completing')
  for (const { node, reference, resource } of all) {
    core.occupy(node, resource, -1)
    core.nodeEvent(node, REMOVE, 303, { reference, resource })
  }
}

/** The shim confirms that a placeholder is gone: the real pod begins, in place or on its own node. */
export function replace(core: Core, app: CoreApp, placeholder: Allocation): void {
  const successor = placeholder.successor!
  placeholder.successor = null
  const inPlace = successor.node === placeholder.node
  release(core, app, placeholder, REPLACED)
  const bind = core.log.spend(core.around.random.pause(1 * MICRO, 15 * MICRO))
  const { pod, node, reference } = successor
  if (inPlace) core.occupy(node, pod.resource, 1)
  core.trackUser(app, ADD, pod.resource)
  core.appEvent(app, ADD, 200, { reference, resource: pod.resource })
  settle(core, app, pod, node, reference, bind, false)
  if (!inPlace)
    core.nodeEvent(placeholder.node, REMOVE, 303, { reference: placeholder.reference, resource: placeholder.resource })
  core.appEvent(app, REMOVE, 100, { reference: placeholder.pod.uid, resource: placeholder.resource })
  core.rm.allocated(app.id, pod, node, bind)
}

/** Writes an allocation down, in the core and in the ledger of truth. */
export function settle(
  core: Core,
  app: CoreApp,
  pod: Pod,
  node: string,
  reference: string,
  bind: Nanos,
  recovered: boolean,
): Allocation {
  const placeholder = pod.role === 'placeholder'
  const allocation: Allocation = {
    pod,
    node,
    reference,
    placeholder,
    resource: pod.resource,
    bind,
    preempted: false,
    leaving: null,
    successor: null,
  }
  app.allocations.set(pod.uid, allocation)
  const { ledger } = core.around
  if (recovered && ledger.held(pod.uid) !== undefined) {
    ledger.recovered(pod.uid, core.index, reference)
    return allocation
  }
  const { incarnation, user, queue } = app
  const about = { app: app.id, incarnation, user, queue, node, placeholder, preempted: false, resource: pod.resource }
  ledger.begin({ pod, start: bind, ...about }, core.index, reference)
  return allocation
}

/** Takes the tracker's end, books the usage and tells the truth. */
function book(core: Core, app: CoreApp, allocation: Allocation): void {
  const { around } = core
  const { pod, resource, bind, placeholder, preempted } = allocation
  const end = core.log.spend(around.random.pause(1 * MICRO, 20 * MICRO))
  if (around.random.chance(0.3)) core.log.spend(trackerLag(around.random))
  const kind = preempted ? 'preempted' : placeholder ? 'placeholder' : 'used'
  const instanceType = around.params.instanceTypes ? (core.nodes.get(allocation.node)?.node.instanceType ?? '') : ''
  if (kind !== 'placeholder' || around.profile.tracksPlaceholders) {
    track(app.usage[kind], instanceType, resource, bind, end)
  }
  around.ledger.release(pod.uid, end, preempted, resource)
}

/** The state that follows: Completing when nothing real is left, or what a timed-out gang waits for. */
function afterEnd(core: Core, app: CoreApp, allocation: Allocation): void {
  const placeholdersLeft = [...app.allocations.values()].some(({ placeholder }) => placeholder)
  if (allocation.placeholder && app.state === 'Resuming' && !placeholdersLeft) {
    core.setState(app, 'Accepted')
    core.rm.resumed(app.id)
  } else if (allocation.placeholder && app.state === 'Failing' && !placeholdersLeft) {
    fail(core, app)
  } else if (!allocation.placeholder) {
    completeIfEmpty(core, app)
  }
}

function lastOne(app: CoreApp): boolean {
  return app.allocations.size === 0 && app.asks.size === 0
}

function sum(allocations: readonly Allocation[]): Quantities {
  const total: Record<string, number> = {}
  for (const { resource } of allocations) {
    for (const [name, value] of Object.entries(resource)) total[name] = (total[name] ?? 0) + value
  }
  return total
}
