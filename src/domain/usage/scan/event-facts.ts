// From an event read to the facts that usage needs: most events say nothing about usage and are passed over.
// The table of docs/usage-rules.md §1 in code.
import { FACT, type FactWriter, NAME, type Wide, type WideKey } from '../facts.ts'
import { type EventSpans } from './event-line.ts'
import { type Names } from './names.ts'

const TYPE = { request: 1, app: 2, node: 3, queue: 4, user: 5 } as const
const CHANGE = { set: 1, add: 2, remove: 3 } as const
const READY = 'schedulable: true'
const PREEMPTED_BY = 'Preempted by '
const DASH = 45
/** The source of facts that are not written. */
const NOWHERE = -1
const ZERO_WIDE: Wide = { hi: 0, lo: 0 }
const ZERO_KEY: WideKey = { hi1: 0, lo1: 0, hi2: 0, lo2: 0 }

/** Details of application states that matter, and the fact each is. */
const APP_STATES: Readonly<Record<number, number>> = {
  202: FACT.rejected,
  204: FACT.accepted,
  // 1.4 knows STARTING before RUNNING: from then on it asks for real pods.
  205: FACT.running,
  206: FACT.running,
  207: FACT.completing,
  208: FACT.completed,
  210: FACT.failed,
  211: FACT.resuming,
}

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
    switch (spans.type) {
      case TYPE.app:
        return this.#app(src, text, spans)
      case TYPE.node:
        return this.#node(src, text, spans)
      case TYPE.queue:
        return this.#queue(src, text, spans)
      case TYPE.user:
        return this.#user(src, text, spans)
      case TYPE.request:
        return this.#request(src, text, spans)
    }
  }

  #app(src: number, text: string, spans: EventSpans): void {
    const code = appFact(spans)
    if (code === 0) return
    if (code === FACT.new && spans.detail === 0) this.earlyForm = true
    this.#readObject(text, spans)
    if (spans.referenceFrom < 0) return this.#put(src, code, spans, ZERO_KEY, ZERO_WIDE)
    this.#readReference(text, spans)
    this.#readResource(text, spans)
    this.#put(src, code, spans, this.#key, this.#resource)
  }

  #node(src: number, text: string, spans: EventSpans): void {
    const { change, detail } = spans
    if (detail === 303) {
      if (change !== CHANGE.add || spans.referenceFrom < 0) return
      this.#readObject(text, spans)
      this.#readReference(text, spans)
      return this.#put(src, FACT.place, spans, this.#key, ZERO_WIDE)
    }
    let code = 0
    if (change === CHANGE.add && detail === 0) code = FACT.node
    else if (change === CHANGE.remove && detail === 300) code = FACT.nodeGone
    else if (change === CHANGE.set && detail === 304) code = FACT.capacity
    else if (
      detail === 302 &&
      spans.messageTo - spans.messageFrom === READY.length &&
      text.startsWith(READY, spans.messageFrom)
    )
      code = FACT.ready
    if (code === 0) return
    this.#readObject(text, spans)
    this.#readResource(text, spans)
    this.#put(src, code, spans, ZERO_KEY, this.#resource)
  }

  #queue(src: number, text: string, spans: EventSpans): void {
    if (EventFacts.isBoot(text, spans)) return this.#put(src, FACT.boot, spans, ZERO_KEY, ZERO_WIDE, ZERO_WIDE)
    if (spans.change !== CHANGE.add || spans.detail !== 405 || spans.referenceFrom < 0) return
    // The application is the object of the fact, as in all facts about applications; the queue is its key.
    this.#intern(this.#other, text, spans.objectFrom, spans.objectTo, spans.escaped)
    this.#intern(this.#object, text, spans.referenceFrom, spans.referenceTo, spans.escaped)
    this.#put(src, FACT.queue, spans, this.#wideAsKey(this.#other), ZERO_WIDE)
  }

  #user(src: number, text: string, spans: EventSpans): void {
    if (!this.#wantUsers || spans.change !== CHANGE.add || spans.detail !== 603 || spans.referenceFrom < 0) return
    this.#readObject(text, spans)
    this.#intern(this.#other, text, spans.referenceFrom, spans.referenceTo, spans.escaped)
    this.#readResource(text, spans)
    this.#put(src, FACT.user, spans, this.#wideAsKey(this.#other), this.#resource)
  }

  #request(src: number, text: string, spans: EventSpans): void {
    if (
      spans.messageFrom < 0 ||
      !text.startsWith(PREEMPTED_BY, spans.messageFrom) ||
      spans.objectTo === spans.objectFrom
    )
      return
    this.#readKey(text, spans.objectFrom, spans.objectTo, spans.escaped)
    if (spans.referenceFrom < 0) this.#object.hi = this.#object.lo = 0
    else this.#intern(this.#object, text, spans.referenceFrom, spans.referenceTo, spans.escaped)
    this.#put(src, FACT.preemptedBy, spans, this.#key, ZERO_WIDE)
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

/** Whether an event can say nothing about usage, whatever its reference and resource are. */
export function skipRule(wantUsers: boolean): (text: string, spans: EventSpans) => boolean {
  return (text, { type, change, detail, messageFrom }) => {
    switch (type) {
      case TYPE.app:
        return change === CHANGE.remove && (detail === 100 || detail === 102)
      case TYPE.node:
        return detail === 306 || (detail === 303 && change !== CHANGE.add)
      case TYPE.user:
        return !wantUsers || detail !== 603 || change !== CHANGE.add
      case TYPE.request:
        return !text.startsWith(PREEMPTED_BY, messageFrom < 0 ? text.length : messageFrom)
      default:
        return false
    }
  }
}

/** The fact an APP event is; 0 for none. */
function appFact(spans: EventSpans): number {
  const { change, detail } = spans
  const referenced = spans.referenceFrom >= 0
  if (referenced) {
    if (change === CHANGE.add) return detail === 200 ? FACT.add : detail === 201 ? FACT.ask : 0
    if (change !== CHANGE.remove) return 0
    if (detail === 0) return FACT.endUnknown
    return detail >= FACT.endFirst && detail < FACT.endUnknown ? detail : 0
  }
  if (change === CHANGE.add) return detail === 203 || detail === 0 ? FACT.new : 0
  if (detail === 202) return FACT.rejected
  if (change === CHANGE.remove) return detail === 0 ? FACT.left : 0
  return APP_STATES[detail] ?? 0
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
