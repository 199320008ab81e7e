// The state machine: takes the events of a cluster one by one, in the order of instances and ids, and keeps what is
// open. Rules 3 and 4 of docs/usage-rules.md.
import { Applications } from './applications.ts'
import { coversBeginning, coversOf } from './cover.ts'
import {
  ADD,
  APP,
  type Evidence,
  keyOf,
  NODE,
  QUEUE,
  REMOVE,
  REQUEST,
  same,
  type SeenEvent,
  SET,
  USERGROUP,
} from './events.ts'
import { type History, type InstanceMoments, type Lifetime } from './history.ts'
import { darkBefore } from './late-start.ts'

/** What the machine remembers of one instance while it reads it. */
interface Reading {
  readonly index: number
  readonly moments: InstanceMoments
  stretch: number
  readonly asks: Map<string, bigint>
  /** Keys that ended in this instance and did not begin again. */
  readonly ended: Set<string>
  /** Keys asked for before their application ran, with nothing missed in between. */
  readonly askedEarly: Set<string>
  /** The node of the last replaced placeholder, by application. */
  readonly vacated: Map<string, string | null>
}

export class Machine {
  readonly #evidence: Evidence
  readonly #oldNames: boolean
  readonly #instances: InstanceMoments[] = []
  readonly #lifetimes: Lifetime[] = []
  readonly #open = new Map<string, Lifetime>()
  readonly #applications = new Applications()
  readonly #preempted = new Set<string>()
  readonly #places = new Map<string, { readonly node: string; readonly t: bigint }>()
  #reading!: Reading

  constructor(evidence: Evidence) {
    this.#evidence = evidence
    this.#oldNames = namesAllocationsApart(evidence)
  }

  read(): History {
    for (const seen of this.#evidence.instances) {
      const covers = coversOf(seen, this.#evidence)
      const moments: InstanceMoments = {
        seen,
        covers,
        beginningCovered: coversBeginning(seen),
        firstReady: null,
        firstSign: null,
        firstAsk: null,
        apps: new Map(),
        nodes: new Map(),
        recovered: [],
      }
      this.#instances.push(moments)
      const index = this.#instances.length - 1
      const fresh = {
        asks: new Map(),
        ended: new Set<string>(),
        askedEarly: new Set<string>(),
        vacated: new Map(),
      }
      this.#reading = { index, moments, stretch: 0, ...fresh }
      this.#applications.enter(index, moments)
      for (const [stretch, { events }] of seen.stretches.entries()) {
        this.#reading.stretch = stretch
        this.#applications.enterStretch(stretch)
        for (const event of events) this.#take(event)
      }
    }
    return { instances: this.#instances, lifetimes: this.#lifetimes }
  }

  #take(event: SeenEvent): void {
    const { type, change, detail, reference } = event
    if (type === APP) {
      if (reference === '') this.#applications.take(event)
      else if (change === ADD && detail === 200) this.#add(event)
      else if (change === ADD && detail === 201) this.#ask(event)
      else if (change === REMOVE && (detail === 0 || (detail >= 500 && detail < 600))) this.#end(event)
    } else if (type === NODE) {
      this.#node(event)
    } else if (type === QUEUE && change === ADD && detail === 405) {
      this.#applications.placed(event)
    } else if (type === USERGROUP && change === ADD && detail === 603) {
      this.#applications.user(event)
    } else if (type === REQUEST && event.message.startsWith('Preempted by ')) {
      this.#preempted.add(event.object)
      const lifetime = this.#open.get(event.object)
      if (lifetime !== undefined) lifetime.preempted = true
    }
  }

  #ask(event: SeenEvent): void {
    const { object: app, t } = event
    const key = keyOf(event)
    const { index, asks, askedEarly, moments } = this.#reading
    asks.set(key, t)
    moments.firstAsk ??= t
    if (this.#early(app)) askedEarly.add(key)
    const own = this.#applications.momentsOf(app)
    own.firstSent ??= t
    if (own.firstRan !== null) own.firstAskWhenRunning ??= t
    const open = this.#open.get(key)
    if (open === undefined || open.lastInstance === index) return
    // It was never bound: its next life begins with this ask.
    const cover = this.#instances[open.lastInstance]!.covers[open.lastStretch]!
    open.bindLost = true
    open.end = cover.to
    this.#open.delete(key)
  }

  #add(event: SeenEvent): void {
    const key = keyOf(event)
    const { index, asks, ended } = this.#reading
    const app = event.object
    const asked = this.#oldNames ? this.#reading.moments.firstAsk !== null : asks.has(key)
    const open = this.#open.get(key) ?? (asked ? undefined : this.#renamed(event, key))
    ended.delete(key)
    this.#applications.momentsOf(app).firstSent ??= event.t
    if (open !== undefined) {
      if (open.lastInstance === index && open.lastAdd !== event.t && !open.lateStart) open.latestStart = event.t
      Object.assign(open, { lastInstance: index, lastStretch: this.#reading.stretch, lastAdd: event.t })
      open.resource = event.resource
      open.node = this.#places.get(key)?.node ?? open.node
      if (!asked) this.#recovered(event.t, open)
      return
    }
    // Whatever comes right after a placeholder's 503 took its place, and is real.
    const successor = this.#reading.vacated.has(app)
    const lifetime = this.#lifetime(event, key)
    lifetime.askedEarly = !this.#applications.madeItRun(event) && !successor && this.#wasEarly(app, key)
    if (asked && this.#applications.runningSince(app) === undefined) lifetime.incarnation.gang = true
    if (!asked) {
      this.#recovered(event.t, lifetime)
      this.#startedLate(lifetime, event.t)
    }
    this.#open.set(key, lifetime)
  }

  /** Before the application runs; not known, and taken for no, when its `running` may have been missed. */
  #early(app: string): boolean {
    return this.#applications.runningSince(app) === undefined && this.#applications.seenThroughout(app)
  }

  /** Asked for (1.4: placed) before the application ran. */
  #wasEarly(app: string, key: string): boolean {
    if (!this.#oldNames) return this.#reading.askedEarly.has(key)
    const placed = this.#places.get(key)
    const ran = this.#applications.runningSince(app)
    return placed !== undefined && this.#applications.seenThroughout(app) && (ran === undefined || placed.t < ran)
  }

  #end(event: SeenEvent): void {
    const key = keyOf(event)
    const { index, stretch, ended, asks, moments } = this.#reading
    let lifetime = this.#open.get(key)
    if (lifetime === undefined) {
      if (ended.has(key)) return
      lifetime = this.#lifetime(event, key)
      const { from } = moments.covers[stretch]!
      const asked = asks.get(key)
      if (asked !== undefined && asked >= from) {
        // Asked for in this very stretch, its beginning was lost on the way: it may be any moment until now.
        Object.assign(lifetime, { lateStart: true, earliestStart: asked })
      } else {
        this.#startedLate(lifetime, from)
      }
      lifetime.askedEarly = this.#wasEarly(event.object, key)
    }
    this.#open.delete(key)
    ended.add(key)
    lifetime.end = event.t
    lifetime.endDetail = event.detail
    lifetime.resource = event.resource
    lifetime.lastInstance = index
    lifetime.node ??= this.#places.get(key)?.node ?? null
    if (event.detail === 501) lifetime.preempted = true
    if (event.detail === 502 || event.detail === 503) lifetime.incarnation.gang = true
    if (event.detail === 503) this.#reading.vacated.set(event.object, lifetime.node)
    this.#places.delete(key)
  }

  #lifetime(event: SeenEvent, key: string): Lifetime {
    const { index, stretch, vacated } = this.#reading
    const app = event.object
    const lifetime: Lifetime = {
      key,
      incarnation: this.#applications.current(app),
      earliestStart: event.t,
      latestStart: event.t,
      lateStart: false,
      end: null,
      endDetail: null,
      bindLost: false,
      preempted: this.#preempted.has(key),
      askedEarly: false,
      resource: event.resource,
      node: this.#places.get(key)?.node ?? vacated.get(app) ?? null,
      lastInstance: index,
      lastStretch: stretch,
      lastAdd: event.t,
    }
    vacated.delete(app)
    this.#lifetimes.push(lifetime)
    return lifetime
  }

  #startedLate(lifetime: Lifetime, knownAt: bigint): void {
    const { index, stretch, asks } = this.#reading
    const dark = darkBefore(this.#instances, index, stretch, lifetime.incarnation, asks.get(lifetime.key) ?? null)
    if (dark === 'none') return
    lifetime.lateStart = true
    lifetime.earliestStart = dark
    lifetime.latestStart = knownAt
  }

  #recovered(t: bigint, lifetime: Lifetime): void {
    const { moments, stretch } = this.#reading
    if (stretch === 0 && moments.beginningCovered) moments.recovered.push({ t, lifetime })
  }

  /** 1.4: what survives changes its name; among equals, any pairing with those of the last instance gives the same sum. */
  #renamed(event: SeenEvent, key: string): Lifetime | undefined {
    if (!this.#oldNames) return undefined
    const node = this.#places.get(key)?.node ?? null
    let found: readonly [string, Lifetime] | undefined
    for (const [old, lifetime] of this.#open) {
      if (lifetime.lastInstance === this.#reading.index || lifetime.incarnation.app !== event.object) continue
      if (lifetime.node !== node || !same(lifetime.resource, event.resource)) continue
      if (found === undefined || lifetime.lastInstance > found[1].lastInstance) found = [old, lifetime]
    }
    if (found === undefined) return undefined
    this.#open.delete(found[0])
    this.#open.set(key, found[1])
    return found[1]
  }

  #node(event: SeenEvent): void {
    const { change, detail, object: node, t } = event
    const { moments } = this.#reading
    if (detail === 303 && change === ADD) {
      this.#places.set(keyOf(event), { node, t })
      const foreign = !this.#open.has(keyOf(event)) && !this.#reading.asks.has(keyOf(event))
      if (foreign) moments.firstSign ??= t
    } else if (change === ADD && detail === 0) {
      this.#nodeMoments(node).added.push(t)
    } else if (change === REMOVE && detail === 300) {
      this.#nodeMoments(node).gone.push(t)
    } else if (change === SET && detail === 302 && event.message === 'schedulable: true') {
      moments.firstReady ??= t
    }
  }

  #nodeMoments(node: string): { readonly added: bigint[]; readonly gone: bigint[] } {
    const { nodes } = this.#reading.moments
    const moments = nodes.get(node) ?? { added: [], gone: [] }
    nodes.set(node, moments)
    return moments
  }
}

/** 1.4 names allocations otherwise than asks: both occur, and in no instance do they ever meet. */
function namesAllocationsApart({ instances }: Evidence): boolean {
  let both = false
  for (const { stretches } of instances) {
    const begun = stretches.flatMap(({ events }) => events).filter(({ type, change }) => type === APP && change === ADD)
    const asks = new Set(begun.filter(({ detail }) => detail === 201).map(keyOf))
    const adds = begun.filter(({ detail }) => detail === 200).map(keyOf)
    if (adds.some((key) => asks.has(key))) return false
    both ||= asks.size > 0 && adds.length > 0
  }
  return both
}
