// The fast way for lines of /events/stream: runs of events in YuniKorn's own form, straight from the bytes to columns of
// facts. AssemblyScript: compiled to WebAssembly by scripts/assemble.mjs, called by stream-lane.ts, and nothing but that.
//
// It decides nothing. Which event is which fact comes as a table made from the rules of event-facts.ts, and whatever is
// not plain (an escape, a message that counts, a key that is no UUID, any other form) ends the run: that line is
// then read by event-line.ts, whose meaning this one must share to the letter (test/domain/usage/scan/stream-lane.test.ts).

import {
  ACTIONS,
  ALLOCATION,
  CAPACITY,
  CHANGE,
  CHANGE_LENGTH,
  CODE,
  DETAIL,
  DETAIL_LENGTH,
  HEAD,
  HOST,
  INNER,
  INNER_LENGTH,
  K1,
  K2,
  MESSAGE,
  MESSAGE_LENGTH,
  NAMES_SIZE,
  OBJ,
  OBJECT,
  OBJECT_LENGTH,
  PLACE,
  PREEMPTED,
  PREEMPTED_LENGTH,
  QUEUE,
  REFERENCE,
  REFERENCE_LENGTH,
  REQUEST,
  RES,
  RESOURCE,
  RESOURCE_LENGTH,
  ROWS,
  SKIP,
  SRC,
  TIME,
  TIME_LENGTH,
  TS,
  USER,
} from './layout'
import { forgetNames, intern, names } from './names'
import { readResource, resourceName } from './resources'
import { holdsEvent, isSame, lineEnd, messageEnd, stringEnd } from './texts'
import { key1, key2, readKey, threeDigits, timestamp } from './values'

export { ACTIONS as actions, COLUMNS as columns, input, LITERALS as literals, NAMES as texts } from './layout'
export { names } from './names'

/** Rows waiting to be taken. */
export let rows: i32 = 0
/** Events of the last run, and their first and last time. */
export let events: i32 = 0
export let earliest: i64 = 0
export let latest: i64 = 0
/** The last run stopped because rows or names must be taken first. */
export let isFull: bool = false

/** The host has taken rows and names. */
export function taken(): void {
  rows = 0
  forgetNames()
}

/**
 * Reads lines from `from` on; every line up to `to` has an end. Returns where it stopped: at `to`, at a line that is left to the
 * host, or because rows or names are full.
 */
export function run(from: usize, to: usize, src: i32): usize {
  events = 0
  earliest = i64.MAX_VALUE
  latest = 0
  isFull = false
  let at = from
  while (at < to) {
    const end = lineEnd(at)
    if (rows >= ROWS || names + (end - at) + 64 > NAMES_SIZE) {
      isFull = rows + <i32>names > 0
      break
    }
    if (!line(at, end, src)) break
    events++
    at = end + 1
  }
  return at
}

function line(at: usize, end: usize, src: i32): bool {
  if (end - at < 64 || load<u64>(at) != HEAD || !isSame(at + 9, OBJECT, OBJECT_LENGTH)) return false
  const type = <u32>load<u8>(at, 8) - 48
  if (type - 1 > 8) return false
  const object = at + 9 + OBJECT_LENGTH
  const objectEnd = stringEnd(object)
  if (load<u8>(objectEnd) != 34) return false
  let time = objectEnd + 1
  let message: usize = 0
  if (!isSame(time, TIME, TIME_LENGTH)) {
    if (!isSame(time, MESSAGE, MESSAGE_LENGTH)) return false
    message = time + MESSAGE_LENGTH
    time = messageEnd(message) + 1
    if (time == 1 || !isSame(time, TIME, TIME_LENGTH)) return false
  }
  const digits = time + TIME_LENGTH
  const ts = timestamp(digits)
  if (ts < 0) return false
  let next = digits + 19
  let change: u32 = 0
  let detail: u32 = 0
  if (isSame(next, CHANGE, CHANGE_LENGTH)) {
    change = <u32>load<u8>(next, CHANGE_LENGTH) - 48
    if (change - 1 > 8) return false
    next += CHANGE_LENGTH + 1
  }
  if (isSame(next, DETAIL, DETAIL_LENGTH)) {
    detail = threeDigits(next + DETAIL_LENGTH)
    if (detail < 100) return false
    next += DETAIL_LENGTH + 3
  }
  let reference: usize = 0
  let referenceEnd: usize = 0
  if (isSame(next, REFERENCE, REFERENCE_LENGTH)) {
    reference = next + REFERENCE_LENGTH
    referenceEnd = stringEnd(reference)
    if (load<u8>(referenceEnd) != 34) return false
    next = referenceEnd + 1
  }
  if (!isSame(next, RESOURCE, RESOURCE_LENGTH) || load<u16>(end - 2) != 0x7d7d) return false
  const place = ((type * 10 + change) * 1000 + detail) * 2 + u32(reference != 0)
  const action = load<i32>(ACTIONS + ((<usize>place) << 2))
  if (action == HOST) return false
  if (action == SKIP) {
    if (type == REQUEST && message != 0 && isSame(message, PREEMPTED, PREEMPTED_LENGTH)) return false
    if (holdsEvent(object, end)) return false
  } else {
    if (message != 0) return false
    const code = action >> 4
    const shape = action & 15
    let resource: usize = 0
    next += RESOURCE_LENGTH
    if (next + 2 != end) {
      if (!isSame(next, INNER, INNER_LENGTH) || !readResource(next + INNER_LENGTH - 1, end - 2)) return false
      resource = 1
    }
    const hasKey = shape == ALLOCATION || shape == PLACE
    if (hasKey && !readKey(reference, referenceEnd)) return false
    if (shape != 0) write(src, code, shape, ts, object, objectEnd, reference, referenceEnd, resource)
  }
  if (ts < earliest) earliest = ts
  if (ts > latest) latest = ts
  return true
}

function write(
  src: i32,
  code: i32,
  shape: i32,
  ts: i64,
  object: usize,
  objectEnd: usize,
  reference: usize,
  referenceEnd: usize,
  resource: usize,
): void {
  const res: u64 = resource != 0 && (shape == ALLOCATION || shape == CAPACITY || shape == USER) ? resourceName : 0
  let k1: u64 = 0
  let k2: u64 = 0
  if (shape == ALLOCATION || shape == PLACE) {
    k1 = key1
    k2 = key2
  } else if (shape == USER) {
    k1 = intern(reference, referenceEnd)
  } else if (shape == QUEUE) {
    k1 = intern(object, objectEnd)
  }
  const obj = shape == QUEUE ? intern(reference, referenceEnd) : intern(object, objectEnd)
  const row = <usize>rows
  store<i32>(SRC + (row << 2), src)
  store<i16>(CODE + (row << 1), <i16>code)
  store<i64>(TS + (row << 3), ts)
  store<u64>(OBJ + (row << 3), obj)
  store<u64>(K1 + (row << 3), k1)
  store<u64>(K2 + (row << 3), k2)
  store<u64>(RES + (row << 3), res)
  rows++
}
