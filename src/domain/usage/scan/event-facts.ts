// Writes the facts of events that have been read, one by one.
import { type FactWriter, NAME, type Wide, type WideKey } from '../facts.ts'
import { type EventSpans } from './event-line.ts'
import { CHANGE, factOf, isPassedOver, SHAPE, type Shape, TYPE } from './event-rules.ts'
import { type Names } from './names.ts'

export const READY = 'schedulable: true'
export const PREEMPTED_BY = 'Preempted by '
const DASH = 45
/** The source of facts that are not written. */
const NOWHERE = -1
const ZERO_WIDE: Wide = { hi: 0, lo: 0 }
const ZERO_KEY: WideKey = { hi1: 0, lo1: 0, hi2: 0, lo2: 0 }

/** Writes the facts of events. `wantUsers`: keep the events that tell which user an allocation belongs to. */
export class EventFacts {
  /** An application began in the form of YuniKorn 1.4 and 1.5. */
  earlyForm = false
  readonly #writer: FactWriter
  readonly #names: Names
  readonly #wantUsers: boolean
  readonly #ts: Wide = { hi: 0, lo: 0 }
  readonly #object: Wide = { hi: 0, lo: 0 }
  readonly #resource: Wide = { hi: 0, lo: 0 }
  readonly #key: WideKey = { hi1: 0, lo1: 0, hi2: 0, lo2: 0 }
  readonly #other: Wide = { hi: 0, lo: 0 }
  #mark = 0

  constructor(writer: FactWriter, names: Names, wantUsers: boolean) {
    this.#writer = writer
    this.#names = names
    this.#wantUsers = wantUsers
  }

  /** Whether the event is the first that a scheduler writes: its root queue is made. */
  static isBoot(text: string, spans: EventSpans): boolean {
    return (
      spans.type === TYPE.queue &&
      spans.change === CHANGE.add &&
      (spans.detail === 0 || spans.detail === 401) &&
      spans.objectTo - spans.objectFrom === 4 &&
      text.startsWith('root', spans.objectFrom)
    )
  }

  /** Writes what the event says about usage, if anything; returns a mark of what it said. */
  write(src: number, text: string, spans: EventSpans): number {
    this.#mark = spans.nanos ^ (spans.type << 28) ^ (spans.change << 24) ^ spans.detail
    this.#read(src, text, spans)
    return this.#mark
  }

  /** The mark of an event, without writing it. */
  mark(text: string, spans: EventSpans): number {
    return this.write(NOWHERE, text, spans)
  }

  #read(src: number, text: string, spans: EventSpans): void {
    const { code, shape, condition } = factOf(
      spans.type,
      spans.change,
      spans.detail,
      spans.referenceFrom >= 0,
      this.#wantUsers,
    )
    switch (condition) {
      case 'boot':
        if (EventFacts.isBoot(text, spans)) this.#put(src, code, spans, ZERO_KEY, ZERO_WIDE, ZERO_WIDE)
        return
      case 'ready':
        if (spans.messageTo - spans.messageFrom !== READY.length || !text.startsWith(READY, spans.messageFrom)) return
        break
      case 'preempted':
        return this.#preempted(src, code, text, spans)
      case 'early':
        this.earlyForm = true
        break
      case undefined:
    }
    this.#write(src, code, shape, text, spans)
  }

  #write(src: number, code: number, shape: Shape, text: string, spans: EventSpans): void {
    switch (shape) {
      case SHAPE.none:
        return
      case SHAPE.plain:
        this.#readObject(text, spans)
        return this.#put(src, code, spans, ZERO_KEY, ZERO_WIDE)
      case SHAPE.allocation:
        this.#readObject(text, spans)
        this.#readReference(text, spans)
        this.#readResource(text, spans)
        return this.#put(src, code, spans, this.#key, this.#resource)
      case SHAPE.capacity:
        this.#readObject(text, spans)
        this.#readResource(text, spans)
        return this.#put(src, code, spans, ZERO_KEY, this.#resource)
      case SHAPE.place:
        this.#readObject(text, spans)
        this.#readReference(text, spans)
        return this.#put(src, code, spans, this.#key, ZERO_WIDE)
      case SHAPE.queue:
        // The application is the object of the fact, as in all facts about applications; the queue is its key.
        this.#intern(this.#other, text, spans.objectFrom, spans.objectTo, spans.escaped)
        this.#intern(this.#object, text, spans.referenceFrom, spans.referenceTo, spans.escaped)
        return this.#put(src, code, spans, this.#wideAsKey(this.#other), ZERO_WIDE)
      case SHAPE.user:
        this.#readObject(text, spans)
        this.#intern(this.#other, text, spans.referenceFrom, spans.referenceTo, spans.escaped)
        this.#readResource(text, spans)
        return this.#put(src, code, spans, this.#wideAsKey(this.#other), this.#resource)
    }
  }

  #preempted(src: number, code: number, text: string, spans: EventSpans): void {
    if (
      spans.messageFrom < 0 ||
      !text.startsWith(PREEMPTED_BY, spans.messageFrom) ||
      spans.objectTo === spans.objectFrom
    )
      return
    this.#readKey(text, spans.objectFrom, spans.objectTo, spans.escaped)
    if (spans.referenceFrom < 0) this.#object.hi = this.#object.lo = 0
    else this.#intern(this.#object, text, spans.referenceFrom, spans.referenceTo, spans.escaped)
    this.#put(src, code, spans, this.#key, ZERO_WIDE)
  }

  #put(src: number, code: number, spans: EventSpans, key: WideKey, resource: Wide, object: Wide = this.#object): void {
    nanosInto(this.#ts, spans.seconds, spans.nanos)
    const said = Math.imul(object.lo ^ Math.imul(key.lo1 ^ Math.imul(key.lo2 ^ resource.lo, 31), 31), 31)
    this.#mark ^= said ^ spans.seconds ^ Math.imul(code, 40503)
    if (src === NOWHERE) return
    this.#writer.write(src, code, this.#ts, object, key, resource)
  }

  #readObject(text: string, spans: EventSpans): void {
    this.#intern(this.#object, text, spans.objectFrom, spans.objectTo, spans.escaped)
  }

  #readReference(text: string, spans: EventSpans): void {
    this.#readKey(text, spans.referenceFrom, spans.referenceTo, spans.escaped)
  }

  #readResource(text: string, spans: EventSpans): void {
    if (spans.resourceFrom < 0) {
      this.#resource.hi = this.#resource.lo = 0
      return
    }
    const known = spans.resource
    if (known?.hash !== undefined) {
      this.#resource.hi = known.hash.hi
      this.#resource.lo = known.hash.lo
      return
    }
    this.#names.intern(this.#resource, NAME.resource, text, spans.resourceFrom, spans.resourceTo)
    if (known !== undefined) known.hash = { ...this.#resource }
  }

  #intern(out: Wide, text: string, from: number, to: number, escaped: boolean): void {
    if (!escaped) return this.#names.intern(out, NAME.text, text, from, to)
    const plain = unescape(text.slice(from, to))
    this.#names.intern(out, NAME.text, plain, 0, plain.length)
  }

  #readKey(text: string, from: number, to: number, escaped: boolean): void {
    if (escaped) {
      const plain = unescape(text.slice(from, to))
      return this.#names.key(this.#key, plain, 0, plain.length)
    }
    this.#names.key(this.#key, text, from, cutSuffix(text, from, to))
  }

  #wideAsKey(value: Wide): WideKey {
    this.#key.hi1 = value.hi
    this.#key.lo1 = value.lo
    this.#key.hi2 = this.#key.lo2 = 0
    return this.#key
  }
}

/** Whether an event can be passed over after its numbers and message. */
export function skipRule(wantUsers: boolean): (text: string, spans: EventSpans) => boolean {
  return (text, { type, change, detail, messageFrom }) =>
    isPassedOver(type, change, detail, wantUsers) &&
    (type !== TYPE.request || !text.startsWith(PREEMPTED_BY, messageFrom < 0 ? text.length : messageFrom))
}

/** YuniKorn 1.5 writes `<uid>-<n>`: the uid is what comes before the sixth group. */
function cutSuffix(text: string, from: number, to: number): number {
  if (to - from < 38 || text.charCodeAt(from + 36) !== DASH || text.charCodeAt(from + 8) !== DASH) return to
  for (let i = from + 37; i < to; i++) {
    const c = text.charCodeAt(i)
    if (c < 48 || c > 57) return to
  }
  return from + 36
}

/** The bytes, as latin1, of a JSON string's content that holds escapes. */
function unescape(content: string): string {
  const utf8 = Buffer.from(content, 'latin1').toString('utf8')
  return Buffer.from(JSON.parse(`"${utf8}"`) as string, 'utf8').toString('latin1')
}

/** seconds × 10⁹ + nanos in two halves, without rounding: 2⁵³ is passed, so it is done in parts of 16 bits. */
export function nanosInto(out: Wide, seconds: number, nanos: number): void {
  const high = Math.floor(seconds / 65536) * 1e9
  const low = (seconds % 65536) * 1e9 + nanos
  const lowWord = (high % 65536) * 65536 + (low % 4294967296)
  out.lo = lowWord | 0
  out.hi = Math.floor(high / 65536) + Math.floor(low / 4294967296) + (lowWord >= 4294967296 ? 1 : 0)
}
