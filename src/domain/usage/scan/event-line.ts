// Reads one event as YuniKorn writes it (Go's encoding/json of the record: fixed order of fields, zero fields left
// out, no white space) straight from the text, without building an object. It is a strict recogniser: whatever is
// not exactly of that form is left to json-event.ts, which rewrites it into that form or refuses it.

import { type KnownResource, ResourceMemory } from './resource-memory.ts'

/** Where the parts of the last event read stand in the text; −1 where absent. Reused from event to event. */
export class EventSpans {
  type = 0
  change = 0
  detail = 0
  /** Seconds and nanoseconds of `timestampNano`. */
  seconds = 0
  nanos = 0
  objectFrom = 0
  objectTo = 0
  messageFrom = -1
  messageTo = -1
  referenceFrom = -1
  referenceTo = -1
  /** The text between the braces of `"resources":{…}`, braces included; −1 when the resource is `{}`. */
  resourceFrom = -1
  resourceTo = -1
  /** Object or reference holds a backslash escape. */
  escaped = false
  /** The resource's text as met before. */
  resource: KnownResource | undefined
  /** What may be passed over without reading its tail: by its type, change and detail, and its message. */
  isSkipped: (text: string, spans: EventSpans) => boolean = () => false
  readonly memory = new ResourceMemory()
}

const HEAD = '{"type":'
const OBJECT = ',"objectID":"'
const MESSAGE = ',"message":"'
const TIME = ',"timestampNano":'
const CHANGE = ',"eventChangeType":'
const DETAIL = ',"eventChangeDetail":'
const REFERENCE = ',"referenceID":"'
const RESOURCE = ',"resource":{'
const INNER = '"resources":{'
const RESOURCES = RESOURCE + INNER

/** For stream-lane.ts, in the order of assembly/layout.ts. */
export const LITERALS = [OBJECT, MESSAGE, TIME, CHANGE, DETAIL, REFERENCE, RESOURCE, INNER] as const

/** Where the names of change and detail differ, and by which letters. */
const DISTINCT = 13
const T = 84
const D = 68
const LOWER_M = 109
const LOWER_T = 116
const QUOTE = 34
const COMMA = 44
const MINUS = 45
const ZERO = 48
const NINE = 57
const BACKSLASH = 92
const CLOSE = 125

/** The last whole second that 64 bits of nanoseconds can say. */
const LAST_SECOND = 9223372035

/** The type of events about users, the only ones whose quantities may be negative. */
const USER = 5

/**
 * Reads the event in `text[from, to)` into `spans`; false when it is not of YuniKorn's own form.
 * A timestamp must have 19 digits (2001 to 2262). Quantities of 19 digits or below zero, and resources that are not in
 * the order of their names, are for the slow path to judge, which then calls again with `checked`.
 *
 * The numbers are read first, at their places behind the time, so that most events are passed over (`isSkipped`) before
 * anything else of them is looked at; of the others every letter is checked.
 */
export function readEventLine(text: string, from: number, to: number, spans: EventSpans, checked = false): boolean {
  if (!text.startsWith(HEAD, from)) return false
  const objectAt = from + HEAD.length + 1
  spans.type = text.charCodeAt(objectAt - 1) - ZERO
  const timeAt = findTime(text, objectAt, spans)
  if (timeAt < 0 || timeAt > to || spans.type < 1 || spans.type > 9) return false
  const numbersAt = timeAt + TIME.length + 19
  const tailAt = readNumbers(text, numbersAt, spans)
  if (tailAt < 0 || tailAt > to) return false
  spans.referenceFrom = spans.referenceTo = -1
  spans.resourceFrom = spans.resourceTo = -1
  if (spans.isSkipped(text, spans)) return tailAt < to - 2 && endsEvent(text, to) && !holdsEvent(text, objectAt, to)
  if (!readNames(text, objectAt, timeAt, spans)) return false
  const referenceAt = referenceAfterNumbers(text, numbersAt, spans)
  if (referenceAt < 0) return namesOfNumbers(text, numbersAt, spans) && readResource(text, tailAt, to, spans, checked)
  spans.referenceFrom = referenceAt
  const end = skipString(text, referenceAt, spans)
  spans.referenceTo = end
  return end >= 0 && readResource(text, end + 1, to, spans, checked)
}

/**
 * Where the time begins: right behind the object, unless there is a message, or a quote in the object. What follows a name
 * or a message stands nowhere inside it, since quotes there are escaped. Searching for one letter is much cheaper.
 */
function findTime(text: string, objectAt: number, spans: EventSpans): number {
  const end = text.indexOf('"', objectAt + OBJECT.length) + 1
  spans.messageFrom = spans.messageTo = -1
  if (text.charCodeAt(end + 2) === LOWER_T && text.startsWith(TIME, end)) return end
  const timeAt = text.indexOf(TIME, objectAt)
  spans.messageFrom = messageBegin(text, objectAt, timeAt)
  spans.messageTo = spans.messageFrom < 0 ? -1 : timeAt - 1
  return timeAt
}

/** Time, change and detail by their places; returns where the rest begins. Their names are checked by namesOfNumbers. */
function readNumbers(text: string, at: number, spans: EventSpans): number {
  spans.seconds = digits(text, at - 19, 10)
  spans.nanos = digits(text, at - 9, 9)
  if (spans.seconds < 1e9 || spans.seconds > LAST_SECOND || spans.nanos < 0) return -1
  spans.change = 0
  spans.detail = 0
  let next = at
  if (text.charCodeAt(next + DISTINCT) === T) {
    spans.change = text.charCodeAt(next + CHANGE.length) - ZERO
    if (spans.change < 1 || spans.change > 9) return -1
    next += CHANGE.length + 1
  }
  if (text.charCodeAt(next + DISTINCT) === D) {
    spans.detail = digits(text, next + DETAIL.length, 3)
    if (spans.detail < 100) return -1
    next += DETAIL.length + 3
  }
  return next
}

/** The names between the time and the reference, as one text for each change and detail: one comparison instead of three. */
const HEADS_OF_TAILS = new Map<number, string>()

/** Where the reference begins, if what stands between the time and it is to the letter what belongs there; else −1. */
function referenceAfterNumbers(text: string, at: number, { change, detail }: EventSpans): number {
  const key = change * 1000 + detail
  let expected = HEADS_OF_TAILS.get(key)
  if (expected === undefined) {
    expected = `${change > 0 ? CHANGE + String(change) : ''}${detail > 0 ? DETAIL + String(detail) : ''}${REFERENCE}`
    HEADS_OF_TAILS.set(key, expected)
  }
  return text.startsWith(expected, at) ? at + expected.length : -1
}

function namesOfNumbers(text: string, at: number, spans: EventSpans): boolean {
  const detailAt = spans.change > 0 ? at + CHANGE.length + 1 : at
  return (
    (spans.change === 0 || text.startsWith(CHANGE, at)) && (spans.detail === 0 || text.startsWith(DETAIL, detailAt))
  )
}

/** Where the message begins, by what stands before the time; −1 if there is none. Only requests and states have one. */
function messageBegin(text: string, objectAt: number, timeAt: number): number {
  const objectFrom = objectAt + OBJECT.length
  const end = text.charCodeAt(objectAt + 2) === LOWER_M ? objectAt : text.indexOf('"', objectFrom) + 1
  return end > 0 && end < timeAt && text.startsWith(MESSAGE, end) ? end + MESSAGE.length : -1
}

/** Object and message, letter by letter. */
function readNames(text: string, objectAt: number, timeAt: number, spans: EventSpans): boolean {
  spans.escaped = false
  spans.objectFrom = spans.objectTo = objectAt
  let at = objectAt
  if (text.startsWith(OBJECT, at)) {
    spans.objectFrom = at + OBJECT.length
    at = skipString(text, spans.objectFrom, spans)
    if (at < 0) return false
    spans.objectTo = at++
  }
  if (at === timeAt) {
    spans.messageFrom = spans.messageTo = -1
    return true
  }
  if (!text.startsWith(MESSAGE, at)) return false
  spans.messageFrom = at + MESSAGE.length
  const escaped = spans.escaped
  spans.messageTo = skipString(text, spans.messageFrom, spans)
  spans.escaped = escaped
  return spans.messageTo + 1 === timeAt
}

/** Whether another event begins inside: a writer was cut off, and went on in the same line. */
function holdsEvent(text: string, from: number, to: number): boolean {
  const next = text.indexOf(HEAD, from)
  return next >= 0 && next < to
}

function endsEvent(text: string, to: number): boolean {
  return text.charCodeAt(to - 1) === CLOSE && text.charCodeAt(to - 2) === CLOSE
}

function readResource(text: string, start: number, to: number, spans: EventSpans, checked: boolean): boolean {
  if (!text.startsWith(RESOURCES, start)) {
    const at = start + RESOURCE.length
    return text.startsWith(RESOURCE, start) && at + 2 === to && endsEvent(text, to)
  }
  spans.resourceFrom = start + RESOURCES.length - 1
  spans.resourceTo = to - 2
  if (!endsEvent(text, to)) return false
  spans.resource = spans.memory.find(text, spans.resourceFrom, spans.resourceTo)
  if (spans.resource !== undefined || checked) return true
  const signed = spans.type === USER
  if (!isResources(text, spans.resourceFrom, spans.resourceTo, signed)) return false
  // A negative quantity is well formed for a user only, so it is not remembered.
  if (!signed) spans.resource = spans.memory.add(text, spans.resourceFrom, spans.resourceTo)
  return true
}

/** Whether the text is `{"name":{"value":n},…}` to the letter (`{}` where the value is zero), names in order and once each. */
function isResources(text: string, from: number, to: number, signed: boolean): boolean {
  let at = from + 1
  if (text.charCodeAt(at) === CLOSE) return at + 1 === to
  let previous = -1
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return false
    const name = at + 1
    at = plainNameEnd(text, name)
    if (at < 0 || (previous >= 0 && !isNameBefore(text, previous, name))) return false
    previous = name
    if (text.charCodeAt(at + 1) !== 58 || text.charCodeAt(at + 2) !== 123) return false
    at = quantityEnd(text, at + 3, signed)
    if (at < 0 || text.charCodeAt(at++) !== CLOSE) return false
    const next = text.charCodeAt(at++)
    if (next === CLOSE) return at === to
    if (next !== COMMA) return false
  }
}

/** The end of `"value":n` begun at `at`, or `at` itself where there is none; −1 for anything else. */
function quantityEnd(text: string, begin: number, signed: boolean): number {
  if (text.charCodeAt(begin) !== QUOTE) return begin
  if (!text.startsWith('"value":', begin)) return -1
  let at = begin + 8
  // A user's tracked resource may shrink: a resize in place.
  if (signed && text.charCodeAt(at) === MINUS) at++
  const first = at
  let c = text.charCodeAt(at)
  while (c >= ZERO && c <= NINE) c = text.charCodeAt(++at)
  const length = at - first
  return length < 1 || length > 18 || (length > 1 && text.charCodeAt(first) === ZERO) ? -1 : at
}

/** The position of the quote that ends a name without escapes, or −1. */
function plainNameEnd(text: string, from: number): number {
  for (let at = from; ; at++) {
    const c = text.charCodeAt(at)
    if (c === QUOTE) return at
    // Beyond the text `c` is NaN.
    if (!(c >= 32) || c === BACKSLASH) return -1
  }
}

/** Whether a name sorts before another; both end with a quote, which no name holds. */
function isNameBefore(text: string, one: number, other: number): boolean {
  for (let i = 0; ; i++) {
    const a = text.charCodeAt(one + i)
    const b = text.charCodeAt(other + i)
    if (a === b && a !== QUOTE) continue
    return b !== QUOTE && (a === QUOTE || a < b)
  }
}

/** The position of the quote that ends the string begun at `from`, or −1; marks an escape on the way. */
function skipString(text: string, from: number, spans: EventSpans): number {
  const length = text.length
  for (let at = from; at < length; at++) {
    const c = text.charCodeAt(at)
    if (c === QUOTE) return at
    if (c < 32) return -1
    if (c === BACKSLASH) {
      spans.escaped = true
      at = escapeEnd(text, at + 1)
      if (at < 0) return -1
    }
  }
  return -1
}

/** The last position of the escape whose letter stands at `at`, or −1 where JSON has no such escape. */
function escapeEnd(text: string, at: number): number {
  const letter = text.charAt(at)
  if (letter !== 'u') return letter !== '' && '"\\/bfnrt'.includes(letter) ? at : -1
  return /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5)) ? at + 4 : -1
}

function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - ZERO
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  // A further digit would be a longer number than was read.
  const next = text.charCodeAt(from + count) - ZERO
  return count !== 10 && next >= 0 && next <= 9 ? -1 : value
}
