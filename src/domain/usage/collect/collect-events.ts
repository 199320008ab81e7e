/**
 * Takes every event of a scheduler and hands it on, losing none that the scheduler still has. What is taken goes to the
 * spool first; only what is on the disk counts as taken, and only what a sink has kept leaves the spool.
 */
import type { Clock } from '../../../ports/clock.ts'
import type { ClusterReader, ResourceType } from '../../../ports/cluster.ts'
import type { EventSink } from '../../../ports/event-sink.ts'
import type { EventSpool } from '../../../ports/event-spool.ts'
import type { SchedulerApi } from '../../../ports/scheduler-api.ts'
import { SparkopsError } from '../../errors.ts'
import type { CollectorStatus } from './collector-status.ts'
import { deliver, explain } from './deliver.ts'
import { type GapCause, snapshotLine } from './lines.ts'
import { type Listing, type ListingIntervals, ListingSchedule, liveAllocations, partitionNames } from './listings.ts'
import { podListingBody } from './pod-listing.ts'
import { EventPoller, type Look } from './poll-events.ts'

export interface CollectPorts {
  api: SchedulerApi
  spool: EventSpool
  sinks: readonly EventSink[]
  /** Where pods are listed; undefined to list none. */
  cluster: ClusterReader | undefined
  clock: Clock
  status: CollectorStatus
  /** Waits so many milliseconds; rejects when the signal aborts. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  log: (level: 'info' | 'warn', message: string) => void
  random: () => number
}

export interface CollectOptions {
  /** Name of the cluster, written with every line. */
  name: string
  /** Milliseconds between looks when nothing is behind. */
  interval: number
  /** Records to ask for at once. */
  count: number
  listings: ListingIntervals
  /** Milliseconds to hand on what is left, at the end. */
  grace: number
  /** End when there is nothing more to take for now. */
  once: boolean
}

/** An answer to a listing: on one line, and what it says. */
interface Listed {
  path: string
  code: number
  body: string
  value: unknown
}

/** How a round ended. */
type Round = 'behind' | 'abreast' | 'hindered'

const PODS: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true }

/** Collects until the signal aborts; then hands on what is left, for as long as it is given. */
export async function collectEvents(ports: CollectPorts, options: CollectOptions, signal: AbortSignal): Promise<void> {
  const { sinks, spool, status } = ports
  const giveUp = new AbortController()
  const stop = new AbortController()
  const taking = AbortSignal.any([signal, stop.signal])
  const deliveries = sinks.map((sink, index) =>
    deliver({ ...ports, sink, status: status.sinks[index]! }, giveUp.signal).catch((error: unknown) => {
      stop.abort()
      throw error
    }),
  )
  try {
    await new Taking(ports, options).run(taking)
    await spool.finish()
    const timer = ports.sleep(options.grace, giveUp.signal).then(
      () => giveUp.abort(),
      () => undefined,
    )
    await Promise.all(deliveries)
    giveUp.abort()
    await timer
  } finally {
    giveUp.abort()
    await Promise.allSettled(deliveries)
  }
}

class Taking {
  readonly #ports: CollectPorts
  readonly #options: CollectOptions
  readonly #poller: EventPoller
  readonly #listings: ListingSchedule
  /** The cause of a gap that the next look finds. */
  #gapCause: GapCause = 'the ring wrapped'
  /** The last listing of active applications by path, and the highest event then. */
  readonly #active = new Map<string, { live: string; highest: number }>()
  /** The highest event at a listing that shows a change which no event told of. */
  #suspected: number | undefined

  constructor(ports: CollectPorts, options: CollectOptions) {
    this.#ports = ports
    this.#options = options
    const { api, clock } = ports
    this.#poller = new EventPoller({ api, clock, cluster: options.name, count: options.count })
    this.#listings = new ListingSchedule(options.listings, ports.cluster !== undefined)
    ports.status.position = ports.spool.position
  }

  async run(signal: AbortSignal): Promise<void> {
    const { once, interval } = this.#options
    try {
      for (;;) {
        signal.throwIfAborted()
        const round = await this.#round(signal)
        await this.#ports.spool.roll()
        if (once && round === 'abreast') return
        if (once && round === 'hindered') throw hindered(this.#ports)
        if (round !== 'behind') await this.#ports.sleep(interval, signal)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** One look, and what is due beside it. */
  async #round(signal: AbortSignal): Promise<Round> {
    const { spool, status, clock } = this.#ports
    status.lookedAt = clock.now()
    if (spool.isFull) return this.#block('the spool is full: no sink has kept enough of it')
    const look = await this.#poller.look(spool.position, this.#gapCause, signal)
    const after = look.kind === 'page' ? look.after : spool.position
    if (after === undefined) {
      // Nothing was ever heard of a scheduler: there is no instance that a line could be of.
      this.#note(look)
      return 'hindered'
    }
    if (!(await this.#append(look.lines, after))) return 'hindered'
    this.#note(look)
    if (look.kind === 'silent') return 'hindered'
    if (look.restartOf !== undefined || look.gap !== undefined) this.#listings.hurry(this.#ports.clock.now())
    if (look.behind > 0) return 'behind'
    for (const listing of await this.#due(signal)) await this.#take(listing, signal)
    return 'abreast'
  }

  async #append(lines: readonly string[], after: { instance: string; next: number }): Promise<boolean> {
    try {
      await this.#ports.spool.append(lines, after)
    } catch (error) {
      this.#block(explain(error))
      return false
    }
    const { status, log } = this.#ports
    if (status.blocked !== undefined) log('info', 'events are taken again')
    status.blocked = undefined
    return true
  }

  #block(why: string): Round {
    const { status, log } = this.#ports
    if (status.blocked !== why) log('warn', `no events are taken: ${why}`)
    status.blocked = why
    this.#gapCause = 'the spool was full'
    return 'hindered'
  }

  #note(look: Look): void {
    const { status, clock, log, spool, api } = this.#ports
    if (look.kind === 'silent') {
      if (status.silence !== look.why) log('warn', `${api.address} tells no events: ${look.why}`)
      status.silence = look.why
      status.trackingOff = look.trackingOff
      return
    }
    if (status.silence !== undefined) log('info', `${api.address} tells events again`)
    status.silence = undefined
    status.trackingOff = false
    status.answeredAt = clock.now()
    status.position = spool.position
    status.lowest = look.lowest
    status.highest = look.highest
    status.behind = look.behind
    status.events += look.events
    if (look.events > 0) status.frozen = false
    this.#noteStandstill(look)
    this.#noteGap(look)
    if (look.restartOf !== undefined) {
      status.restarts++
      log('warn', `the scheduler was restarted: ${look.restartOf.instance} is gone, ${look.after.instance} answers`)
      this.#active.clear()
    }
  }

  #noteGap({ gap }: Look & { kind: 'page' }): void {
    if (gap === undefined) {
      this.#gapCause = 'the ring wrapped'
      return
    }
    const { status, log } = this.#ports
    const missing = gap.last - gap.first + 1
    log('warn', `events ${gap.first} to ${gap.last} are gone (${missing}): ${gap.why}`)
    status.gaps++
    status.missing += missing
  }

  async #due(signal: AbortSignal): Promise<Listing[]> {
    const { api, clock } = this.#ports
    if (this.#listings.needsPartitions) {
      const answer = await api.get('/ws/v1/partitions', signal).catch(() => undefined)
      if (answer?.status === 200) this.#listings.setPartitions(partitionNames(answer.body))
    }
    return this.#listings.take(clock.now())
  }

  async #take(listing: Listing, signal: AbortSignal): Promise<void> {
    const { api, clock, log, spool, status } = this.#ports
    try {
      const { path, code, body, value } =
        listing.kind === 'pods' ? await this.#pods(signal) : await this.#get(api, listing.path, signal)
      const line = snapshotLine({ cluster: this.#options.name, receivedAt: clock.now(), path, status: code, body })
      if (!(await this.#append([line], spool.position!))) return
      status.snapshots++
      this.#watchForStandstill(path, value)
    } catch (error) {
      signal.throwIfAborted()
      const what = listing.kind === 'pods' ? 'the pods' : listing.path
      log('warn', `${what} could not be listed: ${explain(error)}`)
    }
  }

  async #get(api: SchedulerApi, path: string, signal: AbortSignal): Promise<Listed> {
    const { status, body } = await api.get(path, signal)
    return { path, code: status, ...onOneLine(body) }
  }

  async #pods(signal: AbortSignal): Promise<Listed> {
    const list = await this.#ports.cluster!.list(PODS, { signal })
    return { path: '/api/v1/pods', code: 200, body: podListingBody(list), value: undefined }
  }

  /**
   * Applications that changed while not one event came: events are no longer written, and nothing else would tell. The
   * next look decides, since an event may have come between the last one and this listing.
   */
  #watchForStandstill(path: string, listing: unknown): void {
    if (!path.endsWith('/applications/active')) return
    const { highest } = this.#ports.status
    const live = liveAllocations(listing)
    const before = this.#active.get(path)
    this.#active.set(path, { live, highest })
    if (before?.highest === highest && before.live !== live) this.#suspected = highest
  }

  #noteStandstill({ highest }: Look & { kind: 'page' }): void {
    const { status, log } = this.#ports
    if (this.#suspected === highest && !status.frozen) {
      status.frozen = true
      log('warn', `applications changed, and no event told of it since number ${highest}: restart the scheduler`)
    }
    this.#suspected = undefined
  }
}

function hindered({ api, status }: CollectPorts): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_COLLECTED',
    message: `no events were taken from ${api.address}`,
    why: status.blocked ?? status.silence,
    hint: 'mend that and run it again; it goes on where it stopped',
    exit: status.blocked === undefined ? 'unreachable' : 'failed',
  })
}

/** JSON as it came, on one line, and what it says; null for what is no JSON. */
function onOneLine(body: string): { body: string; value: unknown } {
  try {
    // A line end in valid JSON stands between its parts, never inside a string.
    return { value: JSON.parse(body) as unknown, body: body.replace(/[\r\n]+/g, ' ').trim() }
  } catch {
    return { value: null, body: 'null' }
  }
}
