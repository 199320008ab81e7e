// A small model of what YuniKorn does and says: applications, asks, reservations, allocations, gangs with
// placeholders, preemption, machines that come and go, and a process that dies and comes back.
// Not a simulator to test rules with (test/support has one): its aim is a dump of any size with a true mix of events.
import { asGoMap, FOREIGN, GROUP, MACHINES, QUEUES, RESIZE, USER_QUEUES } from './catalogue.mjs'
import { CHANGE, TYPE } from './journal.mjs'
import { asCapacity, fits, isGrouped, occupy, takePlaceholder, vacate } from './model.mjs'

/**
 * @typedef {import('./catalogue.mjs').Resource} Resource
 * @typedef {import('./model.mjs').Application} Application
 * @typedef {import('./model.mjs').Pod} Pod
 * @typedef {import('./model.mjs').Machine} Machine
 *
 * @typedef {object} World What the model stands in.
 * @property {import('./random.mjs').Random} random
 * @property {import('./journal.mjs').Journal} journal
 * @property {(seconds: number, run: () => void) => void} later
 * @property {(seconds: number, run: () => void) => void} soon forgotten when the scheduler dies
 * @property {(pod: Pod, kind: 'used' | 'placeholder' | 'preempted') => void} charge
 * @property {(pod: Pod) => void} started
 * @property {(app: Application) => void} driverLost
 * @property {(app: Application) => void} reserved its gang's placeholders have their places, or have been given up
 */

const APP_STATE = {
  rejected: 202,
  isNew: 203,
  accepted: 204,
  running: 206,
  completing: 207,
  completed: 208,
  resuming: 211,
}
const STOPPED = 500
const PREEMPTED = 501
const TIMED_OUT = 502
const REPLACED = 503
const NODE_REMOVED = 504

export class Scheduler {
  /** Apps are known and pods are bound; false from the crash until the recovered allocations are told. */
  up = false
  /** @type {Set<Application>} */
  apps = new Set()
  /** @type {Machine[]} */
  machines = []
  /** @type {Map<string, number>} applications in each queue made for a user */
  #dynamic = new Map()
  #world

  /** @param {World} world */
  constructor(world) {
    this.#world = world
    for (const { type, count, capacity } of MACHINES)
      for (let index = 1; index <= count; index++)
        this.machines.push({
          name: `node-${type}${String(index).padStart(2, '0')}`,
          up: true,
          capacity,
          free: { ...capacity },
          pods: [],
          foreign: FOREIGN.map((resource) => ({ key: world.random.uuid(), resource })),
        })
  }

  // --- the process ---

  crash() {
    this.up = false
    this.#dynamic.clear()
    for (const app of this.apps) {
      app.state = 'new'
      if (app.pods.size === 0) this.apps.delete(app)
      for (const pod of app.pods) pod.reserved = undefined
    }
  }

  /** The start of a process, as a dump shows it. */
  boot() {
    const { journal, random, soon } = this.#world
    journal.open(random.uuid())
    for (const queue of QUEUES) journal.say(TYPE.QUEUE, queue, CHANGE.ADD, 0)
    journal.say(TYPE.USERGROUP, GROUP.name, CHANGE.SET, 601, GROUP.queue)
    for (const machine of this.machines) if (machine.up) this.#register(machine)
    journal.now += 300_000
    for (const machine of this.machines)
      for (const { key, resource } of machine.up ? machine.foreign : [])
        journal.say(TYPE.NODE, machine.name, CHANGE.ADD, 303, key, resource.json)
    for (const { name, up } of this.machines)
      if (up) journal.say(TYPE.NODE, name, CHANGE.SET, 302, '', '{}', 'schedulable: true')
    for (const app of this.apps) if (app.pods.size === 0) this.apps.delete(app)
    for (const app of this.apps) this.#announce(app)
    soon(random.between(2.3, 3.3), () => {
      this.up = true
      for (const app of this.apps) this.#recover(app)
    })
  }

  /** A survivor is told as APP_ALLOC with a new time, and no APP_REQUEST before it. */
  #recover(/** @type {Application} */ app) {
    const { journal } = this.#world
    if (app.pods.size === 0) {
      this.#leave(app)
      return
    }
    this.#setState(app, 'accepted', APP_STATE.accepted)
    for (const pod of app.pods) {
      const { machine } = pod
      if (pod.state === 'running' && machine) {
        journal.say(TYPE.NODE, machine.name, CHANGE.ADD, 303, pod.key, pod.resource.json)
        if (app.state === 'accepted' && app.missing === 0) this.#setState(app, 'running', APP_STATE.running)
        this.#track(pod, CHANGE.ADD)
        journal.say(TYPE.APP, app.id, CHANGE.ADD, 200, pod.key, pod.resource.json)
        pod.told = pod.resource
      } else this.request(pod)
    }
    if (app.held.length > 0 || app.missing > 0) this.#world.soon(60, () => this.#timeOut(app))
  }

  // --- machines ---

  #register(/** @type {Machine} */ { name, capacity }) {
    const { journal } = this.#world
    journal.say(TYPE.NODE, name, CHANGE.SET, 302, '', '{}', 'schedulable: false')
    journal.say(TYPE.QUEUE, 'root', CHANGE.SET, 403, '', asCapacity(capacity))
    journal.say(TYPE.NODE, name, CHANGE.ADD, 0, '', asCapacity(capacity), 'Node added to the scheduler')
  }

  /** @param {Machine} machine */
  addMachine(machine) {
    machine.up = true
    this.#register(machine)
    this.#world.journal.say(TYPE.NODE, machine.name, CHANGE.SET, 302, '', '{}', 'schedulable: true')
  }

  /** @param {Machine} machine */
  removeMachine(machine) {
    const { journal } = this.#world
    machine.up = false
    journal.say(TYPE.NODE, machine.name, CHANGE.SET, 302, '', '{}', 'schedulable: false')
    for (const pod of [...machine.pods]) this.release(pod, NODE_REMOVED)
    journal.say(TYPE.NODE, machine.name, CHANGE.REMOVE, 300, '', '{}', 'Node removed from the scheduler')
  }

  /** @param {Resource} wanted */
  #place(wanted) {
    const { random } = this.#world
    for (let attempt = 0; attempt < 12; attempt++) {
      const machine = random.pick(this.machines)
      if (machine.up && fits(wanted, machine)) return machine
    }
    return this.machines.find((machine) => machine.up && fits(wanted, machine))
  }

  // --- applications ---

  /** @param {Application} app */
  submit(app) {
    const { journal, random, soon } = this.#world
    this.apps.add(app)
    this.#announce(app)
    if (app.kind === 'reject') {
      const wanted = asGoMap(app.executor)
      const reason = `queue ${app.queue} cannot fit application ${app.id}: task group request ${wanted} larger than max queue allocation map[memory:12884901888 vcore:4000]`
      journal.say(TYPE.APP, app.id, CHANGE.SET, APP_STATE.rejected, '', '{}', reason)
      this.apps.delete(app)
      return
    }
    soon(random.between(1, 2), () => {
      this.#setState(app, 'accepted', APP_STATE.accepted)
      for (const pod of app.pods) this.request(pod)
      if (app.kind === 'gang') soon(random.between(60, 180), () => this.#timeOut(app))
    })
  }

  #announce(/** @type {Application} */ app) {
    const { journal } = this.#world
    journal.say(TYPE.APP, app.id, CHANGE.ADD, APP_STATE.isNew)
    if (app.queue.startsWith(`${USER_QUEUES}.`)) {
      const others = this.#dynamic.get(app.queue) ?? 0
      if (others === 0) journal.say(TYPE.QUEUE, app.queue, CHANGE.ADD, 401)
      this.#dynamic.set(app.queue, others + 1)
    }
    journal.say(TYPE.QUEUE, app.queue, CHANGE.ADD, 405, app.id)
    if (isGrouped(app)) journal.say(TYPE.USERGROUP, GROUP.name, CHANGE.SET, 602, app.id)
  }

  #setState(/** @type {Application} */ app, /** @type {Application['state']} */ state, /** @type {number} */ detail) {
    app.state = state
    this.#world.journal.say(TYPE.APP, app.id, CHANGE.SET, detail)
  }

  #leave(/** @type {Application} */ app) {
    const { journal } = this.#world
    this.apps.delete(app)
    journal.say(TYPE.QUEUE, app.queue, CHANGE.REMOVE, 405, app.id)
    if (isGrouped(app)) journal.say(TYPE.USERGROUP, GROUP.name, CHANGE.REMOVE, 602, app.id)
    journal.say(TYPE.APP, app.id, CHANGE.REMOVE, 0)
    const others = this.#dynamic.get(app.queue)
    if (others === undefined) return
    this.#dynamic.set(app.queue, others - 1)
    if (others === 1) journal.say(TYPE.QUEUE, app.queue, CHANGE.REMOVE, 401)
  }

  // --- pods ---

  /** @param {Pod} pod */
  request(pod) {
    const { journal, random, soon } = this.#world
    const { app, key, resource } = pod
    journal.say(TYPE.APP, app.id, CHANGE.ADD, 201, key, resource.json)
    if (random.chance(0.004)) this.#preemptFor(pod)
    if (!random.chance(0.6)) {
      soon(random.exponential(0.8), () => this.#attempt(pod))
      return
    }
    const available = `available map[memory:${random.below(64) * 1_073_741_824} pods:${600 + random.below(60)} vcore:${random.below(80) * 500}]`
    const obstacle = random.chance(0.7) ? `does not fit in queue '${app.queue}'` : 'exceeds the available user quota'
    this.#tell(pod, `Request '${key}' ${obstacle} (requested ${asGoMap(resource)}, ${available})`)
    soon(random.between(1, 12), () => {
      if (pod.state !== 'pending') return
      this.#tell(pod, `Request '${key}' has become schedulable in queue '${app.queue}'`)
      this.#attempt(pod)
    })
  }

  #tell(/** @type {Pod} */ pod, /** @type {string} */ message) {
    this.#world.journal.say(TYPE.REQUEST, pod.key, CHANGE.NONE, 0, pod.app.id, pod.resource.json, message)
  }

  #attempt(/** @type {Pod} */ pod) {
    const { journal, random, soon } = this.#world
    if (pod.state !== 'pending') return
    const stand = pod.placeholder ? undefined : takePlaceholder(pod)
    if (stand) {
      this.#replace(stand, pod)
      return
    }
    const machine = this.#place(pod.resource)
    if (!machine) {
      soon(random.between(2, 8), () => this.#attempt(pod))
      return
    }
    if (!random.chance(0.85)) {
      this.#bind(pod, machine)
      return
    }
    pod.reserved = machine
    journal.say(TYPE.NODE, machine.name, CHANGE.ADD, 306, pod.key, pod.resource.json)
    soon(random.exponential(0.6), () => this.#bindReserved(pod, machine))
  }

  #bindReserved(/** @type {Pod} */ pod, /** @type {Machine} */ machine) {
    if (pod.state !== 'pending') return
    if (this.#world.random.chance(0.45)) {
      this.#unreserve(pod)
      this.#attempt(pod)
      return
    }
    const free = machine.up && fits(pod.resource, machine) ? machine : this.#place(pod.resource)
    if (free) this.#bind(pod, free)
    else this.#world.soon(2, () => this.#bindReserved(pod, machine))
  }

  #bind(/** @type {Pod} */ pod, /** @type {Machine} */ machine) {
    const { journal, started, reserved } = this.#world
    const { app, key, resource } = pod
    if (pod.placeholder) {
      app.missing--
      app.held.push(pod)
    }
    occupy(pod, machine)
    journal.say(TYPE.NODE, machine.name, CHANGE.ADD, 303, key, resource.json)
    if (app.state === 'accepted' && app.missing === 0) this.#setState(app, 'running', APP_STATE.running)
    this.#track(pod, CHANGE.ADD)
    this.#begin(pod)
    this.#unreserve(pod)
    if (pod.placeholder && app.missing === 0) reserved(app)
    started(pod)
  }

  /** The real pod takes the placeholder's place on its machine; no NODE event tells of it. */
  #replace(/** @type {Pod} */ stand, /** @type {Pod} */ pod) {
    const { journal, charge, started } = this.#world
    const { machine, app } = stand
    if (!machine) return
    this.#track(stand, CHANGE.REMOVE)
    journal.say(TYPE.APP, app.id, CHANGE.REMOVE, REPLACED, stand.key, stand.resource.json)
    charge(stand, 'placeholder')
    vacate(stand)
    occupy(pod, machine)
    this.#track(pod, CHANGE.ADD)
    this.#begin(pod)
    journal.say(TYPE.APP, app.id, CHANGE.REMOVE, 100, stand.key, stand.resource.json)
    started(pod)
  }

  #begin(/** @type {Pod} */ pod) {
    const { journal } = this.#world
    journal.say(TYPE.APP, pod.app.id, CHANGE.ADD, 200, pod.key, pod.resource.json)
    if (!journal.silent) pod.told = pod.resource
    pod.seconds = journal.seconds
    pod.nanos = journal.nanos
  }

  #unreserve(/** @type {Pod} */ pod) {
    if (!pod.reserved) return
    this.#world.journal.say(TYPE.NODE, pod.reserved.name, CHANGE.REMOVE, 306, pod.key, pod.resource.json)
    pod.reserved = undefined
  }

  #track(/** @type {Pod} */ { app, resource }, /** @type {number} */ change) {
    const { journal } = this.#world
    journal.say(TYPE.USERGROUP, app.user, change, 603, app.queue, resource.json)
    if (isGrouped(app)) journal.say(TYPE.USERGROUP, GROUP.name, change, 604, app.queue, resource.json)
  }

  /**
   * @param {Pod} pod
   * @param {number} detail
   */
  release(pod, detail = STOPPED) {
    const { journal, charge, driverLost, soon } = this.#world
    const { app, machine, key } = pod
    if (pod.state !== 'running' || !machine) return
    if (pod.role === 'driver' && !pod.placeholder && !app.ended) driverLost(app)
    this.#track(pod, CHANGE.REMOVE)
    const last = app.pods.size === 1 && app.ended
    if (last) this.#setState(app, 'completing', APP_STATE.completing)
    journal.say(TYPE.APP, app.id, CHANGE.REMOVE, detail, key, pod.resource.json)
    charge(pod, detail === PREEMPTED ? 'preempted' : pod.placeholder ? 'placeholder' : 'used')
    vacate(pod)
    if (detail !== NODE_REMOVED) journal.say(TYPE.NODE, machine.name, CHANGE.REMOVE, 303, key, pod.resource.json)
    if (detail === STOPPED || detail === PREEMPTED)
      journal.say(TYPE.APP, app.id, CHANGE.REMOVE, 100, key, pod.resource.json)
    if (last)
      soon(30, () => {
        if (app.pods.size > 0) return
        this.#setState(app, 'completing', APP_STATE.completed)
        this.#leave(app)
      })
  }

  /** A pod that ends while nobody looks. @param {Pod} pod */
  vanish(pod) {
    if (pod.state !== 'running') return
    this.#world.journal.stamp()
    this.#world.charge(pod, pod.placeholder ? 'placeholder' : 'used')
    vacate(pod)
  }

  /** An ask that is no longer wanted. @param {Pod} pod */
  cancel(pod) {
    pod.state = 'gone'
    pod.app.pods.delete(pod)
    if (!this.up) return
    this.#unreserve(pod)
    this.#world.journal.say(TYPE.APP, pod.app.id, CHANGE.REMOVE, 100, pod.key, pod.resource.json)
  }

  /** @param {Pod} pod */
  resized(pod) {
    if (this.up) this.#world.journal.say(TYPE.USERGROUP, pod.app.user, CHANGE.ADD, 603, pod.app.queue, RESIZE.json)
  }

  #preemptFor(/** @type {Pod} */ pod) {
    const { random, soon } = this.#world
    const { pods } = random.pick(this.machines)
    const victim = pods[random.below(pods.length)]
    if (!victim || victim.app === pod.app || victim.role === 'driver' || victim.placeholder) return
    this.#tell(victim, `Preempted by ${pod.key} from application ${pod.app.id} in ${pod.app.queue}`)
    soon(random.between(0.6, 1.2), () => this.release(victim, PREEMPTED))
  }

  /** Placeholders that no real pod came for. */
  #timeOut(/** @type {Application} */ app) {
    const { journal } = this.#world
    const left = [...app.pods].filter((pod) => pod.placeholder)
    if (left.length === 0) return
    const reserving = app.state === 'accepted'
    if (reserving) journal.say(TYPE.APP, app.id, CHANGE.SET, APP_STATE.resuming, '', '{}', 'ResourceReservationTimeout')
    app.held = []
    app.missing = 0
    for (const { key, resource } of left) journal.say(TYPE.APP, app.id, CHANGE.REMOVE, 102, key, resource.json)
    for (const pod of left) {
      if (pod.state === 'pending') this.cancel(pod)
      else this.release(pod, TIMED_OUT)
    }
    if (!reserving) return
    this.#setState(app, 'accepted', APP_STATE.accepted)
    this.#world.reserved(app)
  }
}
