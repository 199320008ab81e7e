// The things of the made cluster, and what can be done to them without a word in the event log.
import { GROUP } from './catalogue.mjs'

/** @typedef {import('./catalogue.mjs').Resource} Resource */

/**
 * @typedef {object} Application
 * @property {string} id
 * @property {string} user
 * @property {string} queue
 * @property {'plain' | 'gang' | 'batch' | 'reject'} kind
 * @property {Resource} driver
 * @property {Resource} executor
 * @property {number} executors
 * @property {'new' | 'accepted' | 'running' | 'completing'} state
 * @property {boolean} ended nothing more will be asked for it
 * @property {Set<Pod>} pods
 * @property {Pod[]} held placeholders that wait for the real pods
 * @property {number} missing placeholders not allocated yet
 *
 * @typedef {object} Pod
 * @property {string} key
 * @property {Application} app
 * @property {Resource} resource
 * @property {Resource | undefined} told its size when its allocation was last heard of
 * @property {'driver' | 'executor'} role
 * @property {boolean} placeholder
 * @property {'pending' | 'running' | 'gone'} state
 * @property {Machine | undefined} machine
 * @property {Machine | undefined} reserved
 * @property {number} slot its place among the machine's pods
 * @property {number} seconds when its allocation began
 * @property {number} nanos
 *
 * @typedef {object} Machine
 * @property {string} name
 * @property {boolean} up
 * @property {{memory: number, vcore: number, disk: number, gpu: number}} capacity
 * @property {{memory: number, vcore: number, disk: number, gpu: number}} free
 * @property {Pod[]} pods
 * @property {{key: string, resource: Resource}[]} foreign
 */

/** @param {Application} app */
export function isGrouped(app) {
  return app.queue === GROUP.queue && GROUP.users.has(app.user)
}

/** @param {Pod} pod */
export function takePlaceholder(pod) {
  const place = pod.app.held.findIndex(({ role, state }) => role === pod.role && state === 'running')
  return place < 0 ? undefined : pod.app.held.splice(place, 1)[0]
}

/** @param {Resource} wanted @param {Machine} machine */
export function fits(wanted, { free }) {
  return (
    free.memory >= wanted.memory && free.vcore >= wanted.vcore && free.disk >= wanted.disk && free.gpu >= wanted.gpu
  )
}

/** @param {Pod} pod @param {Machine} machine */
export function occupy(pod, machine) {
  pod.state = 'running'
  pod.machine = machine
  pod.slot = machine.pods.push(pod) - 1
  spend(machine, pod.resource, -1)
}

/** @param {Pod} pod */
export function vacate(pod) {
  const { machine } = pod
  pod.state = 'gone'
  pod.app.pods.delete(pod)
  if (!machine) return
  const last = machine.pods.pop()
  if (last && last !== pod) {
    machine.pods[pod.slot] = last
    last.slot = pod.slot
  }
  pod.machine = undefined
  spend(machine, pod.resource, 1)
}

/** @param {Machine} machine @param {Resource} amount @param {1 | -1} sign */
function spend({ free }, amount, sign) {
  free.memory += sign * amount.memory
  free.vcore += sign * amount.vcore
  free.disk += sign * amount.disk
  free.gpu += sign * amount.gpu
}

/** @param {Machine['capacity']} capacity */
export function asCapacity({ disk, memory, gpu, vcore }) {
  const cards = gpu > 0 ? `"nvidia.com/gpu":{"value":${gpu}},` : ''
  return `{"resources":{"ephemeral-storage":{"value":${disk}},"memory":{"value":${memory}},${cards}"pods":{"value":110},"vcore":{"value":${vcore}}}}`
}
