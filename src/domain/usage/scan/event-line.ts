// Reads one event as YuniKorn writes it (Go's encoding/json of the record: fixed order of fields, zero fields left
// out, no white space) straight from the text, without building an object. It is a strict recogniser: whatever is
// not exactly of that form is left to json-event.ts, which rewrites it into that form or refuses it.

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
}

const HEAD = '{"type":'
const OBJECT = ',"objectID":"'
const MESSAGE = ',"message":"'
const TIME = ',"timestampNano":'
const CHANGE = ',"eventChangeType":'
const DETAIL = ',"eventChangeDetail":'
const REFERENCE = ',"referenceID":"'
const RESOURCE = ',"resource":{'
const RESOURCES = '"resources":{'

const QUOTE = 34
const COMMA = 44
const MINUS = 45
const ZERO = 48
const BACKSLASH = 92
const CLOSE = 125

/** The type of events about users, the only ones whose quantities may be negative. */
const USER = 5

/**
 * Reads the event in `text[from, to)` into `spans`; false when it is not of YuniKorn's own form.
 * A timestamp must have 19 digits (2001 to 2262). Quantities of 19 digits or below zero are for the slow path to
 * judge, which then calls again with `checked`.
 */
export function readEventLine(text: string, from: number, to: number, spans: EventSpans, checked = false): boolean {
  if (!text.startsWith(HEAD, from)) return false
  let at = from + HEAD.length
  spans.type = text.charCodeAt(at) - ZERO
  if (spans.type < 1 || spans.type > 9) return false
  at++
  spans.escaped = false
  spans.objectFrom = spans.objectTo = at
  if (text.startsWith(OBJECT, at)) {
    spans.objectFrom = at + OBJECT.length
    at = skipString(text, spans.objectFrom, spans)
    if (at < 0) return false
    spans.objectTo = at++
  }
  at = readMessage(text, at, spans)
  if (at < 0 || !text.startsWith(TIME, at)) return false
  at += TIME.length
  spans.seconds = digits(text, at, 10)
  spans.nanos = digits(text, at + 10, 9)
  if (spans.seconds < 1e9 || spans.nanos < 0) return false
  at += 19
  spans.change = 0
  spans.detail = 0
  if (text.startsWith(CHANGE, at)) {
    at += CHANGE.length
    spans.change = text.charCodeAt(at++) - ZERO
    if (spans.change < 1 || spans.change > 9) return false
  }
  if (text.startsWith(DETAIL, at)) {
    spans.detail = digits(text, at + DETAIL.length, 3)
    if (spans.detail < 100) return false
    at += DETAIL.length + 3
  }
  return readTail(text, at, to, spans, checked)
}

function readMessage(text: string, at: number, spans: EventSpans): number {
  spans.messageFrom = spans.messageTo = -1
  if (!text.startsWith(MESSAGE, at)) return at
  spans.messageFrom = at + MESSAGE.length
  const escaped = spans.escaped
  const end = skipString(text, spans.messageFrom, spans)
  spans.escaped = escaped
  spans.messageTo = end
  return end < 0 ? end : end + 1
}

function readTail(text: string, start: number, to: number, spans: EventSpans, checked: boolean): boolean {
  let at = start
  spans.referenceFrom = spans.referenceTo = -1
  if (text.startsWith(REFERENCE, at)) {
    spans.referenceFrom = at + REFERENCE.length
    at = skipString(text, spans.referenceFrom, spans)
    if (at < 0) return false
    spans.referenceTo = at++
  }
  spans.resourceFrom = spans.resourceTo = -1
  if (!text.startsWith(RESOURCE, at)) return false
  at += RESOURCE.length
  if (text.charCodeAt(at) === CLOSE) return at + 2 === to && text.charCodeAt(at + 1) === CLOSE
  if (!text.startsWith(RESOURCES, at)) return false
  spans.resourceFrom = at + RESOURCES.length - 1
  spans.resourceTo = to - 2
  if (text.charCodeAt(to - 2) !== CLOSE || text.charCodeAt(to - 1) !== CLOSE) return false
  return checked || isResources(text, spans.resourceFrom, spans.resourceTo, spans.type === USER)
}

/** Whether the text is `{"name":{"value":n},…}` to the letter (`{}` where the value is zero). */
function isResources(text: string, from: number, to: number, signed: boolean): boolean {
  let at = from + 1
  if (text.charCodeAt(at) === CLOSE) return at + 1 === to
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return false
    at = text.indexOf('"', at + 1) + 1
    if (at <= 0 || text.charCodeAt(at) !== 58 || text.charCodeAt(at + 1) !== 123) return false
    at += 2
    if (text.charCodeAt(at) === QUOTE) {
      if (!text.startsWith('"value":', at)) return false
      at += 8
      // A user's tracked resource may shrink: a resize in place.
      if (signed && text.charCodeAt(at) === MINUS) at++
      const first = at
      let c = text.charCodeAt(at)
      while (c >= ZERO && c <= 57) c = text.charCodeAt(++at)
      if (at === first || at - first > 18) return false
    }
    if (text.charCodeAt(at++) !== CLOSE) return false
    const next = text.charCodeAt(at++)
    if (next === CLOSE) return at === to
    if (next !== COMMA) return false
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
      at++
    }
  }
  return -1
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
