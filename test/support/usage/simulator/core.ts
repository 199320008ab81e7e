// The state of YuniKorn's core in one process: nodes, applications, queues, and what it says about them.
// Source: yunikorn-core pkg/scheduler/{partition,objects/application,objects/node}.go, branches 1.4 to 1.9.
import { type Agenda } from './agenda.ts'
import { type Cluster, type ClusterNode, type Pod } from './cluster.ts'
import { type EventLog } from './event-log.ts'
import { type Ledger } from './ledger.ts'
import { type SimulationParams } from './params.ts'
import { plus, type Quantities } from './quantities.ts'
import { type Random } from './random.ts'
import { APP, type EventRecord, NODE, QUEUE, REMOVE, SET, USERGROUP } from './record.ts'
import { type Nanos } from './time.ts'
import { type Summary, type UsageTracker } from './tracker.ts'
import { type VersionProfile } from './versions.ts'
import { LIMITED_GROUP, LIMITED_QUEUE } from './workload.ts'

export type CoreState =
  | 'New'
  | 'Accepted'
  | 'Starting'
  | 'Running'
  | 'Completing'
  | 'Completed'
  | 'Resuming'
  | 'Failing'
  | 'Failed'
  | 'Rejected'

const STATE_DETAIL: Readonly<Partial<Record<CoreState, number>>> = {
  Accepted: 204,
  Starting: 205,
  Running: 206,
  Completing: 207,
  Completed: 208,
  Failing: 209,
  Failed: 210,
  Resuming: 211,
}

export interface Successor {
  readonly pod: Pod
  readonly node: string
  readonly reference: string
}

export interface Allocation {
  readonly pod: Pod
  readonly node: string
  readonly reference: string
  readonly placeholder: boolean
  resource: Quantities
  /** The tracker's bindTime. */
  readonly bind: Nanos
  preempted: boolean
  /** Why the core asked the shim to end it, if it did. */
  leaving: 'replaced' | 'timeout' | 'preempted' | null
  /** The real pod that takes a placeholder's place, and where. */
  successor: Successor | null
}

export interface CoreApp {
  readonly id: string
  readonly user: string
  readonly groups: readonly string[]
  readonly queue: string
  readonly incarnation: number
  readonly submission: Nanos
  readonly hardGang: boolean
  readonly placeholderTimeout: number
  /** Members the task groups ask for. */
  readonly placeholderAsk: number
  state: CoreState
  start: Nanos | null
  readonly asks: Map<string, Pod>
  readonly allocations: Map<string, Allocation>
  readonly usage: UsageTracker
  readonly stateLog: { readonly at: Nanos; readonly state: CoreState }[]
  linked: boolean
  timing: boolean
}

export interface CoreNode {
  readonly node: ClusterNode
  schedulable: boolean
  available: Quantities
  readonly foreign: Map<string, Pod>
}

/** What the core asks of the shim. */
export interface ResourceManager {
  /** Bind the pod to the node it got. */
  allocated(app: string, pod: Pod, node: string, bind: Nanos): void
  /** Delete this pod: it is replaced, timed out or preempted. */
  release(pod: Pod): void
  failed(app: string): void
  resumed(app: string): void
  finished(app: string): void
}

/** Shared by every process of one simulation. */
export interface Surroundings {
  readonly params: SimulationParams
  readonly profile: VersionProfile
  readonly agenda: Agenda
  readonly random: Random
  readonly cluster: Cluster
  readonly ledger: Ledger
  readonly incarnations: Map<string, { count: number; open: boolean }>
  readonly summaries: { readonly at: Nanos; readonly line: string; readonly summary: Summary }[]
}

export class Core {
  readonly around: Surroundings
  readonly log: EventLog
  readonly index: number
  readonly rm: ResourceManager
  readonly later: (pause: Nanos, act: () => void) => void
  readonly nodes = new Map<string, CoreNode>()
  readonly apps = new Map<string, CoreApp>()
  readonly queues = new Set<string>()
  /** Nodes held for asks that wait, by the pod's uid. */
  readonly reserved = new Map<string, string>()
  total: Quantities = {}

  constructor(
    around: Surroundings,
    log: EventLog,
    index: number,
    rm: ResourceManager,
    later: (pause: Nanos, act: () => void) => void,
  ) {
    this.around = around
    this.log = log
    this.index = index
    this.rm = rm
    this.later = later
  }

  emit(record: EventRecord): Nanos {
    return this.log.emit(record)
  }

  appEvent(app: CoreApp, change: number, detail: number, more: Partial<EventRecord> = {}): Nanos {
    const carried = this.around.profile.starting && more.reference === undefined ? held(app) : null
    return this.emit({ type: APP, object: app.id, change, detail, resource: carried, ...more })
  }

  nodeEvent(node: string, change: number, detail: number, more: Partial<EventRecord> = {}): Nanos {
    return this.emit({ type: NODE, object: node, change, detail, ...more })
  }

  queueEvent(queue: string, change: number, detail: number, more: Partial<EventRecord> = {}): Nanos {
    return this.emit({ type: QUEUE, object: queue, change, detail, ...more })
  }

  setState(app: CoreApp, state: CoreState, message?: string): void {
    app.state = state
    const detail = STATE_DETAIL[state]
    const at =
      detail === undefined ? this.log.now : this.appEvent(app, SET, detail, message === undefined ? {} : { message })
    app.stateLog.push({ at, state })
    if (app.start === null && (state === 'Running' || state === 'Starting')) app.start = at
  }

  /** The application has something that runs: Accepted -> (Starting ->) Running, or back from Completing. */
  run(app: CoreApp): void {
    if (app.state === 'Accepted') this.setState(app, this.around.profile.starting ? 'Starting' : 'Running')
    else if (app.state === 'Starting' || app.state === 'Completing') this.setState(app, 'Running')
  }

  /** User and group usage; a group only where a limit names it. */
  trackUser(app: CoreApp, change: number, resource: Quantities, leaves = false): Nanos {
    if (!this.around.profile.users) return this.log.now
    const at = this.emit({ type: USERGROUP, object: app.user, change, detail: 603, reference: app.queue, resource })
    if (!this.limited(app)) return at
    if (leaves && app.linked) {
      this.emit({ type: USERGROUP, object: LIMITED_GROUP, change: REMOVE, detail: 602, reference: app.id })
      app.linked = false
    }
    this.emit({ type: USERGROUP, object: LIMITED_GROUP, change, detail: 604, reference: app.queue, resource })
    return at
  }

  limited(app: CoreApp): boolean {
    return app.queue === LIMITED_QUEUE && app.groups.includes(LIMITED_GROUP)
  }

  /** How this version names the allocation of a pod in its events. */
  reference(pod: Pod, recovered: boolean): string {
    const { profile, random } = this.around
    if (recovered || profile.reference === 'uid') return pod.uid
    return profile.reference === 'uuid' ? random.uuid() : `${pod.uid}-0`
  }

  occupy(node: string, resource: Quantities, sign: 1 | -1): void {
    const entry = this.nodes.get(node)
    if (entry !== undefined) entry.available = plus(entry.available, resource, sign === 1 ? -1 : 1)
  }

  find(uid: string): { readonly app: CoreApp; readonly allocation: Allocation } | undefined {
    for (const app of this.apps.values()) {
      const allocation = app.allocations.get(uid)
      if (allocation !== undefined) return { app, allocation }
    }
    return undefined
  }
}

/** What an application holds, placeholders apart, as 1.4's events carry it. */
export function held(app: CoreApp): Quantities | null {
  const real = [...app.allocations.values()].filter(({ placeholder }) => !placeholder)
  return real.length === 0 ? null : real.reduce<Quantities>((sum, { resource }) => plus(sum, resource), {})
}
