// What people do to the made cluster: submit Spark applications that ask for executors, shrink, grow and end,
// and machines that leave. Runs the scheduler's model and gives its event log in batches.
import { Agenda } from './agenda.mjs'
import {
  DRIVERS,
  EXECUTORS,
  GPU_EXECUTORS,
  LEAF_QUEUES,
  quantities,
  resource,
  RESIZE,
  USER_QUEUES,
  USERS,
} from './catalogue.mjs'
import { Journal } from './journal.mjs'
import { Random } from './random.mjs'
import { Scheduler } from './scheduler.mjs'

/**
 * @typedef {import('./catalogue.mjs').Resource} Resource
 * @typedef {import('./model.mjs').Application} Application
 * @typedef {import('./model.mjs').Pod} Pod
 */

/** 2026-10-01T00:00:00Z */
const START = 1_790_812_800
/** One application so often: with some 20 pods each, about one million events a day. */
const BETWEEN_APPLICATIONS = 20
const EXECUTOR_LIFE = 540

export class Workload {
  #random
  #journal
  #agenda = new Agenda()
  #scheduler
  #instance = 1
  /** @type {string[]} whose application each number was */
  #owners = []
  #events
  /** @type {number[]} */
  #crashes
  /** @type {Map<string, Map<Resource, {seconds: number, allocations: number}>>} */
  #truth = new Map()

  /** @param {{seed: number, events: number, restarts: number}} options */
  constructor({ seed, events, restarts }) {
    this.#events = events
    this.#random = new Random(seed)
    this.#journal = new Journal(this.#random, events, START * 1_000_000)
    this.#crashes = Array.from({ length: restarts }, (_, index) => Math.round((events * (index + 1)) / (restarts + 1)))
    this.#scheduler = new Scheduler({
      random: this.#random,
      journal: this.#journal,
      later: (seconds, run) => this.#later(seconds, run),
      soon: (seconds, run) => this.#later(seconds, run, this.#instance),
      charge: (pod) => this.#charge(pod),
      started: (pod) => this.#started(pod),
      driverLost: (app) => this.#finish(app),
      // Real pods of a gang wait until its placeholders have their places.
      reserved: (app) => this.#later(this.#random.between(1, 3), () => this.#ask(app, 'driver')),
    })
  }

  /** @returns {Generator<import('./journal.mjs').Batch, void>} */
  *batches() {
    const journal = this.#journal
    this.#boot()
    this.#later(4, () => {
      for (let index = 0; index < 12; index++) this.#submitOne()
    })
    this.#later(5, () => this.#arrivals())
    this.#later(3600, () => this.#loseMachine())
    while (!journal.finished) {
      const task = this.#agenda.take()
      if (!task) throw new Error('the made cluster stands still')
      journal.now = Math.max(journal.now, task.at)
      if (task.instance === 0 || task.instance === this.#instance) task.run()
      if (journal.broken && this.#scheduler.up) this.#crash()
      if (journal.ready.length > 0) yield* journal.ready.splice(0)
    }
    journal.flush()
    yield* journal.ready.splice(0)
    for (const app of this.#scheduler.apps) for (const pod of app.pods) if (pod.state === 'running') this.#charge(pod)
  }

  /**
   * What was truly used, known only to whoever made it: whole seconds of each allocation times its size, as YuniKorn
   * counts; allocations open at the end are counted up to the last event.
   * @returns {Generator<{app: string, resource: string, used: string, allocations: number}, void>}
   */
  *truth() {
    for (const [app, sizes] of this.#truth) {
      /** @type {Map<string, {used: bigint, allocations: number}>} */
      const sums = new Map()
      for (const [size, { seconds, allocations }] of sizes)
        for (const [name, value] of quantities(size)) {
          const sum = sums.get(name) ?? { used: 0n, allocations: 0 }
          sum.used += BigInt(seconds) * BigInt(value)
          sum.allocations += allocations
          sums.set(name, sum)
        }
      for (const [name, { used, allocations }] of sums) yield { app, resource: name, used: String(used), allocations }
    }
  }

  #later(/** @type {number} */ seconds, /** @type {() => void} */ run, instance = 0) {
    this.#agenda.put({ at: this.#journal.now + Math.round(seconds * 1_000_000), instance, run })
  }

  #boot() {
    this.#journal.deadline = this.#crashes.shift() ?? this.#events
    this.#scheduler.boot()
  }

  #crash() {
    this.#instance++
    this.#scheduler.crash()
    this.#later(this.#random.between(20, 120), () => this.#boot())
  }

  #charge(/** @type {Pod} */ { app, told, resource: last, seconds, nanos }) {
    const end = this.#journal
    // A resize is in no event but the one that ends the allocation: where nobody heard it, what was told counts.
    const size = end.silent || !this.#scheduler.up ? told : last
    // Begun and ended while nobody listened: no dump can know of it.
    if (!size) return
    const whole = end.seconds - seconds - (end.nanos < nanos ? 1 : 0)
    /** @type {Map<Resource, {seconds: number, allocations: number}>} */
    const sizes = this.#truth.get(app.id) ?? new Map()
    this.#truth.set(app.id, sizes)
    const sum = sizes.get(size) ?? { seconds: 0, allocations: 0 }
    sizes.set(size, { seconds: sum.seconds + whole, allocations: sum.allocations + 1 })
  }

  // --- applications ---

  #arrivals() {
    this.#submitOne()
    this.#later(this.#random.exponential(BETWEEN_APPLICATIONS), () => this.#arrivals())
  }

  #submitOne() {
    const random = this.#random
    const chance = random.unit()
    const kind = chance < 0.01 ? 'reject' : chance < 0.13 ? 'batch' : chance < 0.4 ? 'gang' : 'plain'
    const { user, id } = this.#nextName()
    const graphics = random.chance(0.04)
    this.#submit({
      id,
      user,
      queue: random.chance(0.2) ? `${USER_QUEUES}.${user}` : random.pick(LEAF_QUEUES),
      kind,
      driver: random.pick(DRIVERS),
      executor: random.pick(graphics ? GPU_EXECUTORS : EXECUTORS),
      executors: graphics ? 1 + random.below(8) : Math.min(1500, 1 + Math.round(random.logNormal(10, 1.1))),
      state: 'new',
      ended: kind === 'batch',
      pods: new Set(),
      held: [],
      missing: 0,
    })
  }

  /** One in two hundred comes back under the name of an earlier one that is over, as scheduled jobs do. */
  #nextName() {
    const random = this.#random
    const again = random.below(this.#owners.length)
    const earlier = this.#owners[again]
    if (earlier !== undefined && random.chance(0.005)) {
      const id = nameOf(again, earlier)
      if (![...this.#scheduler.apps].some((app) => app.id === id)) return { user: earlier, id }
    }
    const user = random.pick(USERS)
    return { user, id: nameOf(this.#owners.push(user) - 1, user) }
  }

  #submit(/** @type {Application} */ app) {
    if (!this.#scheduler.up) {
      this.#later(1, () => this.#submit(app))
      return
    }
    if (app.kind === 'plain') this.#add(app, 'driver')
    if (app.kind === 'batch') for (let index = 0; index < app.executors; index++) this.#add(app, 'executor')
    if (app.kind === 'gang') this.#addGang(app)
    this.#scheduler.submit(app)
  }

  #addGang(/** @type {Application} */ app) {
    app.executors = Math.min(app.executors, 120)
    app.missing = app.executors + 1
    this.#add(app, 'driver', true)
    for (let index = 0; index < app.executors; index++) this.#add(app, 'executor', true)
  }

  #add(/** @type {Application} */ app, /** @type {Pod['role']} */ role, placeholder = false) {
    /** @type {Pod} */
    const pod = {
      key: this.#random.uuid(),
      app,
      resource: role === 'driver' ? app.driver : app.executor,
      told: undefined,
      role,
      placeholder,
      state: 'pending',
      machine: undefined,
      reserved: undefined,
      slot: 0,
      seconds: 0,
      nanos: 0,
    }
    app.pods.add(pod)
    return pod
  }

  #ask(/** @type {Application} */ app, /** @type {Pod['role']} */ role) {
    if (app.ended) return
    const pod = this.#add(app, role)
    if (!this.#scheduler.up) return
    if (this.#random.chance(0.3)) this.#swell(pod)
    this.#scheduler.request(pod)
  }

  /** Some executors of a gang are larger than their placeholder, and are placed anew. */
  #swell(/** @type {Pod} */ pod) {
    if (pod.app.kind !== 'gang' || pod.role === 'driver') return
    pod.resource = resource(
      pod.resource.memory + RESIZE.memory * 2,
      pod.resource.vcore,
      pod.resource.disk,
      pod.resource.gpu,
    )
  }

  #started(/** @type {Pod} */ pod) {
    const random = this.#random
    const { app } = pod
    if (pod.placeholder) return
    if (pod.role === 'driver') {
      const duration = Math.max(60, random.logNormal(1100, 0.8))
      this.#later(duration, () => this.#finish(app))
      this.#later(random.between(3, 10), () => this.#grow(app, duration))
      return
    }
    const life = 4 + random.exponential(EXECUTOR_LIFE)
    this.#later(life, () => this.#end(pod))
    if (random.chance(0.01)) this.#later(life * random.between(0.2, 0.8), () => this.#resize(pod))
  }

  /** Dynamic allocation: a burst at first, then one by one. */
  #grow(/** @type {Application} */ app, /** @type {number} */ duration) {
    const first = app.kind === 'gang' ? Math.ceil(app.executors * 0.85) : Math.ceil(app.executors * 0.4)
    for (let index = 0; index < app.executors; index++) {
      if (index < first) this.#ask(app, 'executor')
      else this.#later(this.#random.unit() * duration, () => this.#ask(app, 'executor'))
    }
  }

  #finish(/** @type {Application} */ app) {
    if (app.ended) return
    app.ended = true
    for (const pod of [...app.pods]) {
      if (pod.state === 'pending') this.#scheduler.cancel(pod)
      else this.#later(pod.role === 'driver' ? 0 : this.#random.unit() * 2.5, () => this.#end(pod))
    }
  }

  #end(/** @type {Pod} */ pod) {
    if (this.#scheduler.up) this.#scheduler.release(pod)
    else this.#scheduler.vanish(pod)
  }

  #resize(/** @type {Pod} */ pod) {
    const { machine, resource: size } = pod
    if (!this.#scheduler.up || pod.state !== 'running' || !machine) return
    if (machine.free.memory < RESIZE.memory || machine.free.vcore < RESIZE.vcore) return
    pod.resource = resource(size.memory + RESIZE.memory, size.vcore + RESIZE.vcore, size.disk, size.gpu)
    machine.free.memory -= RESIZE.memory
    machine.free.vcore -= RESIZE.vcore
    this.#scheduler.resized(pod)
  }

  // --- machines ---

  #loseMachine() {
    const machine = this.#random.pick(this.#scheduler.machines)
    const ready = this.#scheduler.up && machine.up
    if (ready) {
      this.#scheduler.removeMachine(machine)
      this.#later(this.#random.between(400, 1200), () => this.#regainMachine(machine))
    }
    this.#later(ready ? this.#random.exponential(9000) : 30, () => this.#loseMachine())
  }

  #regainMachine(/** @type {import('./model.mjs').Machine} */ machine) {
    if (this.#scheduler.up) this.#scheduler.addMachine(machine)
    else this.#later(5, () => this.#regainMachine(machine))
  }
}

/** @param {number} number @param {string} user */
function nameOf(number, user) {
  return `spark-${String(number).padStart(6, '0')}-${user}`
}
