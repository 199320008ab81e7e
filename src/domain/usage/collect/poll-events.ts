/** One look at the scheduler's events: what to write down of it, and where that leaves the collector. */
import type { Clock } from '../../../ports/clock.ts'
import type { EventPosition } from '../../../ports/event-spool.ts'
import type { SchedulerAnswer, SchedulerApi } from '../../../ports/scheduler-api.ts'
import { SparkopsError } from '../../errors.ts'
import { envelopeLine, type GapCause, gapLine, heartbeatLine, restartLine } from './lines.ts'
import { type EventPage, NotAPage, readPage } from './read-page.ts'

/** What a look found. */
export type Look =
  | {
      kind: 'silent'
      lines: string[]
      /** For people. */
      why: string
      /** YuniKorn answered that it writes no events. */
      trackingOff: boolean
    }
  | {
      kind: 'page'
      /** To be kept before the collector moves on to `after`. */
      lines: string[]
      after: EventPosition
      events: number
      /** Numbers of the events that the scheduler still keeps. */
      lowest: number
      highest: number
      /** Events that there are and that were not brought: another look should follow at once. */
      behind: number
      gap: { first: number; last: number; why: GapCause } | undefined
      restartOf: EventPosition | undefined
    }

const TRACKING_OFF = /event tracking is disabled/i
const TOLD_OF_A_BODY = 200

/** Looks for events, page by page. */
export class EventPoller {
  readonly #api: SchedulerApi
  readonly #clock: Clock
  readonly #cluster: string
  #count: number
  /** Records that the server is known to give at once. */
  #provenCount = 0

  /** `count`: records to ask for at once. */
  constructor(options: { api: SchedulerApi; clock: Clock; cluster: string; count: number }) {
    this.#api = options.api
    this.#clock = options.clock
    this.#cluster = options.cluster
    this.#count = options.count
  }

  /**
   * Looks once. `position` is what was kept so far; `why` is told of events that are gone. Throws only when the signal
   * aborts.
   */
  async look(position: EventPosition | undefined, why: GapCause, signal: AbortSignal): Promise<Look> {
    const sentAt = this.#clock.now()
    const start = position?.next ?? 0
    const asked = await this.#ask(start, signal)
    if (typeof asked === 'string') return this.#silent(sentAt, asked)
    const { instance, lowest, highest, events } = asked
    const cluster = this.#cluster
    const foundAt = this.#clock.now()
    const found = { kind: 'page', events: 0, lowest, highest, gap: undefined, restartOf: undefined } as const
    if (position !== undefined && instance !== position.instance) {
      const line = restartLine({ cluster, instance, foundAt, previous: position })
      const after = { instance, next: 0 }
      return { ...found, lines: [line], after, behind: highest + 1, restartOf: position }
    }
    if (lowest > start) {
      const gap = {
        first: start,
        last: lowest - 1,
        why: position === undefined ? 'before the first look' : why,
      } as const
      const lines = [gapLine({ cluster, instance, foundAt, ...gap })]
      return { ...found, lines, after: { instance, next: lowest }, behind: highest - lowest + 1, gap }
    }
    if (events.length === 0 && highest > start)
      return this.#silent(sentAt, `it keeps events ${lowest} to ${highest}, and gave none from ${start} on`)
    const lines = events.map((event, index) =>
      envelopeLine({ cluster, instance, id: start + index, receivedAt: foundAt, event }),
    )
    lines.push(heartbeatLine({ cluster, sentAt, ok: true, instance, lowest, highest }))
    const next = start + events.length
    return { ...found, lines, after: { instance, next }, events: events.length, behind: behindOf(highest, next) }
  }

  /** The page from a number on, with the records that are sure; or why there is none, for people. */
  async #ask(start: number, signal: AbortSignal): Promise<EventPage | string> {
    const count = this.#count
    const page = await this.#page(start, count, signal)
    if (typeof page === 'string') return page
    // A ring that has not wrapped has no hole; and of a page with a hole, what the server gives at once is right.
    const { length } = page.events
    const isPlain = length >= count || start + length - 1 === page.highest
    const isSure = length === 0 || page.lowest === 0 || (this.#provenCount >= count && isPlain)
    if (isSure) return this.#counted({ ...page, events: page.events.slice(0, count) }, start)
    const sure = await this.#sureRecords(page, start, signal)
    if (typeof sure === 'string') return sure
    return { ...page, events: page.events.slice(0, sure) }
  }

  /**
   * How many records of a page are the ones that were asked for. Every YuniKorn up to 1.9 has a defect: once its ring
   * is full, a page can go on behind the last record asked for with those at the beginning of the ring, so that it
   * holds `asked + head` records with a hole between them. And it asks itself for less than we do where
   * `event.RESTResponseSize` is smaller. A second page of one record holds `1 + head` then, or more when events came
   * meanwhile: the difference is never more than what is right.
   */
  async #sureRecords(page: EventPage, start: number, signal: AbortSignal): Promise<number | string> {
    const one = await this.#page(start, 1, signal)
    if (typeof one === 'string') return one
    if (one.instance !== page.instance) return 'it was restarted between two looks'
    const { length } = page.events
    // No event came between, so the first page had no hole either.
    if (one.events.length === 1 && one.highest === page.highest) return this.#counted(page, start).events.length
    const sure = one.events.length === 1 ? 1 : Math.min(length - one.events.length + 1, this.#count)
    if (sure === this.#count) this.#provenCount = sure
    return Math.max(sure, 1)
  }

  /** Learns from a page without a hole how many records the server gives at once. */
  #counted(page: EventPage, start: number): EventPage {
    const { length } = page.events
    if (length > 0 && length < this.#count && start + length - 1 < page.highest) this.#count = length
    if (length === this.#count) this.#provenCount = length
    return page
  }

  async #page(start: number, count: number, signal: AbortSignal): Promise<EventPage | string> {
    try {
      const answer = await this.#api.get(`/ws/v1/events/batch?start=${start}&count=${count}`, signal)
      return answer.status === 200 ? readPage(answer.body) : refusal(answer)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof NotAPage) return `its answer is no page of events: ${error.message}`
      if (error instanceof SparkopsError) return error.why ?? error.message
      throw error
    }
  }

  #silent(sentAt: number, why: string): Look {
    const lines = [heartbeatLine({ cluster: this.#cluster, sentAt, ok: false })]
    return { kind: 'silent', lines, why, trackingOff: TRACKING_OFF.test(why) }
  }
}

/** With no event at all, and with one, the highest number is 0: only an empty page tells. */
function behindOf(highest: number, next: number): number {
  return highest === 0 && next === 0 ? 0 : Math.max(0, highest + 1 - next)
}

function refusal({ status, body }: SchedulerAnswer): string {
  const text = messageOf(body) ?? body.slice(0, TOLD_OF_A_BODY)
  if (status === 404) return 'it has no /ws/v1/events/batch (404): it is older than YuniKorn 1.4, or no YuniKorn'
  return `it answered ${status}: ${text.trim()}`
}

function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
