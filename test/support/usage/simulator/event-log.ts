// The event system of one scheduler process: a cursor of time that every event advances, ids in the order of the
// channel, and death: whatever the process does at or after its last moment never happened.
// Source: yunikorn-core pkg/events (timestamps are taken before the channel, so neighbours can be inverted).
import { type Agenda } from './agenda.ts'
import { type Random } from './random.ts'
import { type EventRecord, recordLine } from './record.ts'
import { MICRO, type Nanos } from './time.ts'

export interface LoggedEvent {
  readonly id: number
  readonly record: EventRecord
  /** When the event was made (timestampNano). */
  readonly ts: Nanos
  /** When it had its id and could be read. */
  readonly readable: Nanos
  readonly line: string
}

/** Thrown out of whatever the process was doing when it was killed. */
export class ProcessDied extends Error {}

type Pending = Omit<LoggedEvent, 'id'>

export class EventLog {
  /** The process is killed at this moment. */
  dies: Nanos = Number.POSITIVE_INFINITY
  readonly events: Pending[] = []
  #cursor: Nanos = 0
  readonly #agenda: Agenda
  readonly #random: Random

  constructor(agenda: Agenda, random: Random) {
    this.#agenda = agenda
    this.#random = random
  }

  /** The process's own present: never before the agenda's, and after everything it has already done. */
  get now(): Nanos {
    return Math.max(this.#cursor, this.#agenda.now)
  }

  /** Lets the process work for a while. */
  spend(pause: Nanos): Nanos {
    this.#cursor = this.now + Math.round(pause)
    if (this.#cursor >= this.dies) throw new ProcessDied()
    return this.#cursor
  }

  emit(record: EventRecord): Nanos {
    const ts = this.spend(this.#random.pause(2 * MICRO, 90 * MICRO))
    const delay = this.#random.chance(0.002) ? this.#random.int(1, 8_000) * MICRO : this.#random.int(1, 60) * MICRO
    const before = this.events.at(-1)
    const readable = Math.max(ts + delay, before?.readable ?? 0)
    const event = { record, ts, readable, line: recordLine(record, ts) }
    // Two goroutines: the one that took its timestamp first may reach the channel second.
    const overtakes =
      before !== undefined &&
      before.record.object !== record.object &&
      before.record.reference !== record.reference &&
      ts - before.ts < 600 * MICRO &&
      this.#random.chance(0.0003)
    if (overtakes) this.events.splice(-1, 1, { ...event, readable: before.readable }, { ...before, readable })
    else this.events.push(event)
    return ts
  }

  /** What could be read before the process died, with its ids. */
  readableEvents(): LoggedEvent[] {
    const events: LoggedEvent[] = []
    for (const event of this.events) {
      if (event.readable >= this.dies) break
      events.push({ id: events.length, ...event })
    }
    return events
  }
}
