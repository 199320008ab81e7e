// The scheduling side of the core: asks, allocations on nodes, placeholders found for real pods, allocations that the
// shim recovers, and the timer of an unfinished reservation.
// Source: objects/application.go AddAllocationAsk, tryAllocate, tryPlaceholderAllocate, timeoutPlaceholderProcessing.
import { completeIfEmpty, linkGroup } from './core-applications.ts'
import { type Allocation, type Core, type CoreApp, type CoreNode } from './core.ts'
import { settle } from './core-release.ts'
import { type Pod } from './cluster.ts'
import { fits } from './quantities.ts'
import { ADD, NONE, REMOVE, REQUEST } from './record.ts'
import { trackerLag } from './random.ts'
import { MICRO, MILLI, SECOND } from './time.ts'

const TIMEOUT_MESSAGE = 'ResourceReservationTimeout'

export function addAsk(core: Core, app: CoreApp, pod: Pod): void {
  if (app.state === 'New') core.setState(app, 'Accepted')
  else if (app.state === 'Completing') core.run(app)
  core.appEvent(app, ADD, 201, { reference: pod.uid, resource: pod.resource })
  app.asks.set(pod.uid, pod)
}

/** The pod went away before it was allocated. */
export function removeAsk(core: Core, app: CoreApp, uid: string): void {
  const pod = app.asks.get(uid)
  if (pod === undefined) return
  app.asks.delete(uid)
  core.appEvent(app, REMOVE, 100, { reference: uid, resource: pod.resource })
  completeIfEmpty(core, app)
}

/** Serves what fits, oldest application first. */
export function schedule(core: Core): void {
  for (const app of core.apps.values()) {
    for (const pod of [...app.asks.values()]) {
      if (pod.ended !== null) continue
      if (pod.role !== 'placeholder' && pod.taskGroup !== '' && takePlaceholder(core, app, pod)) continue
      const node = pickNode(core, pod)
      if (node === undefined) wait(core, app, pod)
      else allocate(core, app, pod, node)
    }
  }
}

/** A bound pod that the shim reports after a restart; refused without an event when its node is not registered. */
export function recover(core: Core, app: CoreApp, pod: Pod): boolean {
  const node = pod.node === null ? undefined : core.nodes.get(pod.node)
  if (node === undefined) return false
  const bind = core.log.now
  const reference = core.reference(pod, true)
  linkGroup(core, app)
  core.log.spend(20 * MICRO)
  core.nodeEvent(node.node.name, ADD, 303, { reference, resource: pod.resource })
  if (app.state === 'New') core.setState(app, 'Accepted')
  announce(core, app, pod, reference)
  core.occupy(node.node.name, pod.resource, 1)
  settle(core, app, pod, node.node.name, reference, bind, true)
  if (pod.role === 'placeholder') startTimer(core, app)
  return true
}

/** What does not fit reserves a node (306) or is told so: events that say nothing about usage. */
function wait(core: Core, app: CoreApp, pod: Pod): void {
  const { random } = core.around
  if (core.reserved.has(pod.uid) || !random.chance(0.3)) return
  const node = [...core.nodes.keys()][0]
  if (node === undefined) return
  core.reserved.set(pod.uid, node)
  const { uid, resource } = pod
  if (random.chance(0.6)) {
    core.nodeEvent(node, ADD, 306, { reference: uid, resource })
    return
  }
  const message = `Request '${uid}' does not fit in queue '${app.queue}' (requested map[pods:1], available map[pods:0])`
  core.emit({ type: REQUEST, object: uid, change: NONE, detail: 0, reference: app.id, message, resource })
}

function unreserve(core: Core, pod: Pod): void {
  const node = core.reserved.get(pod.uid)
  if (node === undefined || !core.nodes.has(node)) return
  core.reserved.delete(pod.uid)
  core.nodeEvent(node, REMOVE, 306, { reference: pod.uid, resource: pod.resource })
}

function allocate(core: Core, app: CoreApp, pod: Pod, node: CoreNode): void {
  const { profile, random } = core.around
  const name = node.node.name
  core.log.spend(random.pause(30 * MICRO, 900 * MICRO))
  linkGroup(core, app)
  const before = core.log.now
  const reference = core.reference(pod, false)
  app.asks.delete(pod.uid)
  core.nodeEvent(name, ADD, 303, { reference, resource: pod.resource })
  core.log.spend(random.pause(5 * MICRO, 120 * MICRO))
  announce(core, app, pod, reference)
  const bind = profile.bindBefore ? before : core.log.spend(trackerLag(random))
  core.occupy(name, pod.resource, 1)
  settle(core, app, pod, name, reference, bind, false)
  unreserve(core, pod)
  if (pod.role === 'placeholder') startTimer(core, app)
  core.rm.allocated(app.id, pod, name, bind)
}

/** State change, user and APP_ALLOC in the order of `addAllocationInternal`: a placeholder's user comes first. */
function announce(core: Core, app: CoreApp, pod: Pod, reference: string): void {
  const placeholder = pod.role === 'placeholder'
  if (!placeholder) core.run(app)
  core.trackUser(app, ADD, pod.resource)
  if (placeholder && placeholders(app).length + 1 >= app.placeholderAsk) core.run(app)
  core.appEvent(app, ADD, 200, { reference, resource: pod.resource })
}

/** A real pod of a task group takes a placeholder's place, usually on its node. */
function takePlaceholder(core: Core, app: CoreApp, pod: Pod): boolean {
  const { random } = core.around
  const free = placeholders(app).find(
    ({ pod: held, leaving, resource }) =>
      held.taskGroup === pod.taskGroup && leaving === null && fits(pod.resource, resource),
  )
  if (free === undefined) return false
  const elsewhere = random.chance(0.15) ? pickNode(core, pod) : undefined
  const node = elsewhere?.node.name ?? free.node
  const reference = core.reference(pod, false)
  if (node !== free.node) {
    core.nodeEvent(node, ADD, 303, { reference, resource: pod.resource })
    core.occupy(node, pod.resource, 1)
  }
  app.asks.delete(pod.uid)
  free.leaving = 'replaced'
  free.successor = { pod, node, reference }
  core.rm.release(free.pod)
  return true
}

function placeholders(app: CoreApp): Allocation[] {
  return [...app.allocations.values()].filter(({ placeholder }) => placeholder)
}

function pickNode(core: Core, pod: Pod): CoreNode | undefined {
  const fitting = [...core.nodes.values()].filter((node) => node.schedulable && fits(pod.resource, node.available))
  return fitting.length === 0 ? undefined : core.around.random.pick(fitting)
}

/** One timer an application, from its first placeholder on. */
function startTimer(core: Core, app: CoreApp): void {
  if (app.timing) return
  app.timing = true
  core.later(app.placeholderTimeout * SECOND, () => {
    if (core.apps.get(app.id) === app) timeOut(core, app)
  })
}

function timeOut(core: Core, app: CoreApp): void {
  const held = placeholders(app).filter(({ leaving }) => leaving === null)
  if (app.state === 'Accepted' && held.length > 0) {
    core.setState(app, app.hardGang ? 'Failing' : 'Resuming', TIMEOUT_MESSAGE)
    for (const { pod } of held) core.appEvent(app, REMOVE, 102, { reference: pod.uid, resource: pod.resource })
    for (const [uid, pod] of [...app.asks]) {
      if (pod.role !== 'placeholder') continue
      app.asks.delete(uid)
      core.appEvent(app, REMOVE, 102, { reference: uid, resource: pod.resource })
      core.rm.release(pod)
    }
    if (app.hardGang) core.rm.failed(app.id)
  }
  for (const allocation of held) {
    allocation.leaving = 'timeout'
    core.rm.release(allocation.pod)
  }
}

/** Makes room for an ask that waits: one victim, told to leave (`Preempted by`, from 1.7). */
export function preempt(core: Core): void {
  const { profile, random } = core.around
  for (const app of core.apps.values()) {
    const waiting = [...app.asks.values()].find(
      (pod) => pod.role !== 'placeholder' && core.log.now - pod.created > 4 * SECOND,
    )
    if (waiting === undefined) continue
    const victims = [...core.apps.values()]
      .filter((other) => other !== app)
      .flatMap((other) => [...other.allocations.values()].map((allocation) => ({ other, allocation })))
      .filter(({ allocation: { pod, leaving } }) => leaving === null && pod.role === 'executor' && pod.bound !== null)
    if (victims.length === 0) continue
    const { other, allocation } = random.pick(victims)
    if (profile.preemptedBy) {
      const message = `Preempted by ${waiting.uid} from application ${app.id} in ${app.queue}`
      core.emit({
        type: REQUEST,
        object: allocation.pod.uid,
        change: NONE,
        detail: 0,
        reference: other.id,
        message,
        resource: allocation.resource,
      })
    }
    allocation.preempted = true
    allocation.leaving = 'preempted'
    core.log.spend(random.pause(1 * MICRO, 1 * MILLI))
    core.rm.release(allocation.pod)
    return
  }
}
