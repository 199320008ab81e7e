// One process of the scheduler: k8shim and core together, from its start to its crash. The shim looks at its
// applications once a second: new ones are submitted, accepted ones begin to reserve or run, their pods are sent.
// Source: k8shim pkg/cache/{context,application,task,placeholder_manager}.go.
import { addApplication } from './core-applications.ts'
import { addForeign, openNode, registerNode, removeForeign, removeNode, resizeAllocation } from './core-nodes.ts'
import { PREEMPTED, release, replace, STOPPED, TIMED_OUT } from './core-release.ts'
import { addAsk, preempt, recover, removeAsk, schedule } from './core-scheduling.ts'
import { Core, type ResourceManager, type Surroundings } from './core.ts'
import { type ClusterNode, type Pod, type Watcher } from './cluster.ts'
import { EventLog, ProcessDied } from './event-log.ts'
import { boot } from './recovery.ts'
import { checkReservation, reserve, type ShimApp } from './shim-app.ts'
import { MICRO, MILLI, type Nanos, SECOND } from './time.ts'
import { ApplicationRun } from './application-run.ts'

const INTERVAL = SECOND

export class Scheduler implements Watcher, ResourceManager {
  readonly uuid: string
  readonly index: number
  readonly started: Nanos
  readonly around: Surroundings
  readonly log: EventLog
  readonly core: Core
  readonly apps = new Map<string, ShimApp>()
  readonly #unbound = new Set<string>()

  constructor(around: Surroundings, index: number) {
    this.around = around
    this.index = index
    this.uuid = around.random.uuid()
    this.started = around.agenda.now
    this.log = new EventLog(around.agenda, around.random)
    this.core = new Core(around, this.log, index, this, (pause, act) => this.later(pause, act))
    this.act(() => boot(this))
  }

  get restarted(): boolean {
    return this.index > 0
  }

  /** Runs a piece of the process's work, which its death cuts short anywhere. */
  act(work: () => void): void {
    if (this.around.agenda.now >= this.log.dies) return
    try {
      work()
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error
    }
  }

  /** Plans work after a pause from the process's own present. */
  later(pause: Nanos, work: () => void): void {
    this.around.agenda.at(this.log.now + pause, () => this.act(work))
  }

  /** SIGKILL: what is bound stays bound, allocations not yet bound die with the process. */
  kill(): void {
    this.log.dies = Math.min(this.log.dies, this.around.agenda.now)
    const { cluster, ledger } = this.around
    if (cluster.watcher === this) cluster.watcher = null
    for (const uid of this.#unbound) ledger.bindLost(uid, this.log.dies)
  }

  // What the informers tell.

  podCreated(pod: Pod): void {
    this.act(() => {
      if (pod.role === 'foreign') addForeign(this.core, pod)
      else this.adopt(pod)
    })
  }

  podEnded(pod: Pod): void {
    this.act(() => {
      if (pod.role === 'foreign') removeForeign(this.core, pod)
      else this.#podEnded(pod)
    })
  }

  podResized(pod: Pod): void {
    this.act(() => resizeAllocation(this.core, pod))
  }

  nodeAdded(node: ClusterNode): void {
    this.act(() => {
      registerNode(this.core, node)
      openNode(this.core, node.name)
      schedule(this.core)
    })
  }

  nodeRemoved(node: ClusterNode): void {
    this.act(() => {
      for (const app of this.apps.values()) {
        for (const task of app.tasks.values()) {
          if (task.state === 'allocated' && task.pod.node === node.name) task.state = 'done'
        }
      }
      removeNode(this.core, node.name)
    })
  }

  /** Puts a pod under the application its labels name. */
  adopt(pod: Pod): void {
    const run = pod.owner
    if (!(run instanceof ApplicationRun)) return
    let app = this.apps.get(pod.app)
    if (app === undefined || app.state === 'failed') {
      app = { plan: run.plan, state: 'new', tasks: new Map(), reserved: false }
      this.apps.set(pod.app, app)
    }
    app.tasks.set(pod.uid, { pod, state: 'new' })
  }

  /** 1.4: reports what runs on a node as the node itself is reported. */
  recoverOn(node: string): void {
    for (const [id, app] of this.apps) {
      const coreApp = this.core.apps.get(id)
      if (coreApp === undefined) continue
      for (const task of app.tasks.values()) {
        if (task.pod.node !== node || task.pod.ended !== null) continue
        task.state = recover(this.core, coreApp, task.pod) ? 'allocated' : 'done'
      }
    }
  }

  tick(): void {
    for (const [id, app] of this.apps) this.#advance(id, app)
    schedule(this.core)
    if (this.around.random.chance(this.around.params.features.preemption / 5)) preempt(this.core)
    this.later(this.#untilNextTick(), () => this.tick())
  }

  #untilNextTick(): Nanos {
    return (
      Math.max(1 * MILLI, INTERVAL - (this.log.now - this.around.agenda.now)) + this.around.random.int(1, 3000) * MICRO
    )
  }

  #advance(id: string, app: ShimApp): void {
    switch (app.state) {
      case 'new':
        this.#submit(app)
        break
      case 'accepted':
        if (app.plan.kind === 'gang') reserve(this.around, app)
        else app.state = 'running'
        break
      case 'reserving':
        this.#send(id, app, (pod) => pod.role === 'placeholder')
        checkReservation(app)
        break
      case 'running':
        this.#send(id, app, (pod) => pod.role !== 'placeholder')
        break
      case 'resuming':
      case 'failed':
        break
    }
  }

  #submit(app: ShimApp): void {
    const first = [...app.tasks.values()][0]
    if (first === undefined) return
    if (![...app.tasks.values()].some(({ state }) => state === 'new')) return
    app.state = addApplication(this.core, app.plan, first.pod, this.restarted) ? 'accepted' : 'failed'
    if (app.state === 'failed') this.#failPending(app)
  }

  #send(id: string, app: ShimApp, chosen: (pod: Pod) => boolean): void {
    const coreApp = this.core.apps.get(id)
    if (coreApp === undefined) return
    for (const task of app.tasks.values()) {
      if (task.state !== 'new' || !chosen(task.pod)) continue
      if (task.pod.bound === null) {
        addAsk(this.core, coreApp, task.pod)
        task.state = 'pending'
      } else {
        task.state = recover(this.core, coreApp, task.pod) ? 'allocated' : 'done'
      }
    }
  }

  // What the core asks for.

  allocated(id: string, pod: Pod, node: string, bind: Nanos): void {
    const { random, params, cluster } = this.around
    const task = this.apps.get(id)?.tasks.get(pod.uid)
    if (task !== undefined) task.state = 'allocated'
    const slow = random.chance(params.features.slowBinds)
    this.#unbound.add(pod.uid)
    this.later(slow ? random.pause(200 * MILLI, 3 * SECOND) : random.pause(MILLI / 5, 20 * MILLI), () => {
      this.#unbound.delete(pod.uid)
      const app = this.apps.get(id)
      if (!cluster.bind(pod, node, bind)) this.#over(pod)
      else if (app !== undefined) checkReservation(app)
    })
  }

  release(pod: Pod): void {
    const shortest = pod.role === 'placeholder' ? 300 * MILLI : 100 * MILLI
    this.later(1 * MILLI, () => this.around.cluster.delete(pod, shortest, 1500 * MILLI))
  }

  failed(id: string): void {
    const app = this.apps.get(id)
    if (app === undefined) return
    app.state = 'failed'
    this.later(5 * MILLI, () => this.#failPending(app))
  }

  resumed(id: string): void {
    const app = this.apps.get(id)
    if (app?.state === 'reserving' || app?.state === 'resuming') app.state = 'running'
  }

  finished(id: string): void {
    const app = this.apps.get(id)
    if (app === undefined || app.state === 'failed') return
    if ([...app.tasks.values()].every(({ state }) => state === 'done')) this.apps.delete(id)
    else app.state = 'new'
  }

  #failPending(app: ShimApp): void {
    for (const { pod, state } of app.tasks.values()) {
      if (state !== 'allocated' && pod.bound === null && pod.ended === null) this.around.cluster.end(pod)
    }
  }

  #podEnded(pod: Pod): void {
    const task = this.apps.get(pod.app)?.tasks.get(pod.uid)
    if (task === undefined) return
    const coreApp = this.core.apps.get(pod.app)
    if (task.state === 'pending' && coreApp !== undefined) removeAsk(this.core, coreApp, pod.uid)
    // An allocation still being bound is released when the binding fails.
    if (task.state === 'allocated' && !this.#unbound.has(pod.uid)) this.#over(pod)
    task.state = 'done'
    this.#forgetIfEmpty(pod.app)
  }

  /** The shim tells the core that an allocation's pod is gone. */
  #over(pod: Pod): void {
    const found = this.core.find(pod.uid)
    if (found === undefined) return
    const { app, allocation } = found
    if (allocation.leaving === 'replaced' && allocation.successor !== null) replace(this.core, app, allocation)
    else release(this.core, app, allocation, detailOf(allocation.leaving, pod))
    schedule(this.core)
  }

  #forgetIfEmpty(id: string): void {
    const app = this.apps.get(id)
    if (app === undefined || this.core.apps.has(id)) return
    if ([...app.tasks.values()].every(({ state }) => state === 'done')) this.apps.delete(id)
  }
}

/** A preempted pod that finished by itself is released as stopped: the flag alone remembers. */
function detailOf(leaving: 'replaced' | 'timeout' | 'preempted' | null, pod: Pod): number {
  if (leaving === 'preempted') return pod.deleting === null ? STOPPED : PREEMPTED
  return leaving === 'timeout' ? TIMED_OUT : STOPPED
}
