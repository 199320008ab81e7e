// The part of the state machine that follows applications: incarnations of their ids, when each runs in an instance,
// and whether it was seen from its beginning without a break. Rule 3 of docs/usage-rules.md.
import { ADD, REMOVE, type Resource, same, type SeenEvent, SET } from './events.ts'
import { type AppMoments, type Incarnation, type InstanceMoments } from './history.ts'
import { mayBeOld } from './late-start.ts'

const STARTING = 205
const RUNNING = 206
const RESUMING = 211

export class Applications {
  readonly #incarnations = new Map<string, Incarnation[]>()
  #index = -1
  #stretch = 0
  #moments!: InstanceMoments
  /** When each application began to run in this instance, of those that do. */
  #running = new Map<string, bigint>()
  /** Applications that have just begun to run, and the user's resource that followed. */
  #ranNow = new Map<string, Resource | null>()
  /** The stretch of this instance in which each application's latest `new` is. */
  #submittedIn = new Map<string, number>()

  enter(index: number, moments: InstanceMoments): void {
    this.#index = index
    this.#moments = moments
    this.#running = new Map()
    this.#ranNow = new Map()
    this.#submittedIn = new Map()
  }

  enterStretch(stretch: number): void {
    this.#stretch = stretch
  }

  /** An APP event without a reference: a new application or a change of state. */
  take({ object: app, change, detail, t }: SeenEvent): void {
    const moments = this.momentsOf(app)
    if (change === ADD && (detail === 203 || detail === 0)) this.#submitted(app, t, moments)
    if (change === SET && (detail === STARTING || detail === RUNNING || detail === RESUMING)) {
      this.#runs(app, detail, t, moments)
    }
    const terminal = detail === 202 || (change === SET && (detail === 208 || detail === 210))
    if (detail === 202) moments.rejected = true
    if (!terminal && (change !== REMOVE || detail !== 0)) return
    moments.terminals.push(t)
    const incarnation = this.#incarnations.get(app)?.at(-1)
    if (incarnation !== undefined) incarnation.over = true
  }

  /** The first queue of an incarnation counts: after a restart it can be root.@recovery@. */
  placed({ object: queue, reference: app }: SeenEvent): void {
    const incarnation = this.#incarnations.get(app)?.at(-1)
    if (incarnation?.queue === '') incarnation.queue = queue
  }

  current(app: string): Incarnation {
    return this.#incarnations.get(app)?.at(-1) ?? this.#begin(app, null)
  }

  runningSince(app: string): bigint | undefined {
    return this.#running.get(app)
  }

  /** Whether nothing of the application was missed in this instance, from its `new` until now. */
  seenThroughout(app: string): boolean {
    return this.#submittedIn.get(app) === this.#stretch
  }

  user({ reference: queue, resource }: SeenEvent): void {
    for (const app of this.#ranNow.keys()) {
      if (this.#incarnations.get(app)?.at(-1)?.queue === queue) this.#ranNow.set(app, resource)
    }
  }

  /**
   * A real allocation makes its application run before its user's change is told, the last placeholder after
   * (`addAllocationInternal`): so the order of 206 and 603 tells a real pod that was asked for before 206.
   */
  madeItRun({ object: app, resource }: SeenEvent): boolean {
    const user = this.#ranNow.get(app)
    this.#ranNow.delete(app)
    return user !== undefined && user !== null && same(user, resource)
  }

  momentsOf(app: string): AppMoments {
    const { apps } = this.#moments
    let moments = apps.get(app)
    if (moments === undefined) {
      moments = {
        firstNew: null,
        firstRunning: null,
        firstRan: null,
        firstSent: null,
        firstAskWhenRunning: null,
        rejected: false,
        terminals: [],
      }
      apps.set(app, moments)
    }
    return moments
  }

  #runs(app: string, detail: number, t: bigint, moments: AppMoments): void {
    if (!this.#running.has(app)) this.#running.set(app, t)
    moments.firstRunning ??= t
    if (detail !== RESUMING) moments.firstRan ??= t
    this.#ranNow.set(app, null)
    const incarnation = this.current(app)
    // Whether it is a gang is known once it was seen from its `new` by its asks to its first `running`.
    const fromTheStart = incarnation.instance === this.#index && this.seenThroughout(app)
    if (fromTheStart && moments.firstSent !== null) incarnation.gangKnown = true
  }

  #submitted(app: string, t: bigint, moments: AppMoments): void {
    const first = moments.firstNew === null
    moments.firstNew ??= t
    this.#moments.firstSign ??= t
    this.#submittedIn.set(app, this.#stretch)
    const last = this.#incarnations.get(app)?.at(-1)
    const continues = first && last !== undefined && !last.over && last.instance < this.#index
    if (continues && mayBeOld(this.#moments, t)) return
    this.#running.delete(app)
    this.#begin(app, t)
  }

  #begin(app: string, begin: bigint | null): Incarnation {
    const all = this.#incarnations.get(app) ?? []
    this.#incarnations.set(app, all)
    const incarnation = {
      app,
      number: all.length + 1,
      begin,
      instance: this.#index,
      queue: '',
      over: false,
      gang: false,
      gangKnown: false,
    }
    all.push(incarnation)
    return incarnation
  }
}
