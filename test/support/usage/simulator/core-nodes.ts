// Nodes in the core: registered, opened, removed; foreign pods on them; allocations that change their size.
// Source: partition.go addNode, removeNode; objects/node.go; the shim's InitializeState registers nodes closed.
import { type Core, type CoreApp } from './core.ts'
import { NODE_REMOVED, release } from './core-release.ts'
import { type ClusterNode, type Pod } from './cluster.ts'
import { change, plus, type Quantities } from './quantities.ts'
import { ADD, REMOVE, SET } from './record.ts'

export function registerNode(core: Core, node: ClusterNode): void {
  core.nodeEvent(node.name, SET, 302, { message: 'schedulable: false' })
  core.queueEvent('root', SET, 403, { resource: core.total })
  core.nodeEvent(node.name, ADD, 0, { message: 'Node added to the scheduler', resource: node.capacity })
  core.total = plus(core.total, node.capacity)
  core.nodes.set(node.name, { node, schedulable: false, available: node.capacity, foreign: new Map() })
}

export function openNode(core: Core, name: string): void {
  const entry = core.nodes.get(name)
  if (entry === undefined || !entry.node.schedulable) return
  entry.schedulable = true
  core.nodeEvent(name, SET, 302, { message: 'schedulable: true' })
}

/** Its allocations end with 504, no NODE event each; then the node itself. */
export function removeNode(core: Core, name: string): void {
  const entry = core.nodes.get(name)
  if (entry === undefined) return
  core.nodeEvent(name, SET, 302, { message: 'schedulable: false' })
  entry.schedulable = false
  for (const app of [...core.apps.values()]) removeFrom(core, app, name)
  core.total = plus(core.total, entry.node.capacity, -1)
  core.queueEvent('root', SET, 403, { resource: core.total })
  core.nodeEvent(name, REMOVE, 300, { message: 'Node removed from the scheduler' })
  core.nodes.delete(name)
}

function removeFrom(core: Core, app: CoreApp, name: string): void {
  for (const allocation of [...app.allocations.values()]) {
    const { successor } = allocation
    if (successor !== null && (successor.node === name || allocation.node === name)) {
      // A replacement in flight is given up: the real pod waits again.
      if (successor.node !== name && successor.node !== allocation.node) {
        core.nodeEvent(successor.node, REMOVE, 303, {
          reference: successor.reference,
          resource: successor.pod.resource,
        })
        core.occupy(successor.node, successor.pod.resource, -1)
      }
      app.asks.set(successor.pod.uid, successor.pod)
      allocation.successor = null
      allocation.leaving = 'timeout'
    }
    if (allocation.node === name) release(core, app, allocation, NODE_REMOVED)
  }
}

export function addForeign(core: Core, pod: Pod): void {
  const entry = pod.node === null ? undefined : core.nodes.get(pod.node)
  if (entry === undefined || entry.foreign.has(pod.uid)) return
  entry.foreign.set(pod.uid, pod)
  core.occupy(entry.node.name, pod.resource, 1)
  foreignEvent(core, entry.node.name, ADD, pod)
}

export function removeForeign(core: Core, pod: Pod): void {
  const entry = pod.node === null ? undefined : core.nodes.get(pod.node)
  if (entry === undefined || !entry.foreign.delete(pod.uid)) return
  core.occupy(entry.node.name, pod.resource, -1)
  foreignEvent(core, entry.node.name, REMOVE, pod)
}

/** As an allocation from 1.7 on, as the node's occupied sum (305) before. */
function foreignEvent(core: Core, node: string, direction: typeof ADD | typeof REMOVE, pod: Pod): void {
  if (core.around.profile.foreign === 'allocations') {
    core.nodeEvent(node, direction, 303, { reference: pod.uid, resource: pod.resource })
    return
  }
  const pods = [...(core.nodes.get(node)?.foreign.values() ?? [])]
  const occupied = pods.reduce<Quantities>((sum, { resource }) => plus(sum, resource), {})
  core.nodeEvent(node, SET, 305, { resource: occupied })
}

/** A resize in place: the user's change is the only event (`UpdateAllocationResources`, from 1.6). */
export function resizeAllocation(core: Core, pod: Pod): void {
  const found = core.find(pod.uid)
  if (found === undefined || !core.around.profile.resize) return
  const { app, allocation } = found
  const delta = change(allocation.resource, pod.resource)
  if (Object.keys(delta).length === 0) return
  core.trackUser(app, ADD, delta)
  core.occupy(allocation.node, delta, 1)
  allocation.resource = pod.resource
}
