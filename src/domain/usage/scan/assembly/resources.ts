// Resources: executors of an application share theirs, so a text is checked and hashed once and then compared.
import { LONGEST_RESOURCE, NAME_RESOURCE, RESOURCE_PLACES, RESOURCE_TEXTS, RESOURCES } from './layout'
import { hash, hand, isNew } from './names'
import { stringEnd } from './texts'

/** The name of the resource read last. */
export let resourceName: u64 = 0

/** The name of the resource's text into `resourceName`; false where event-line.ts must judge it. */
export function readResource(from: usize, end: usize): bool {
  const length = end - from
  if (length > LONGEST_RESOURCE - 16) return false
  const place = resourcePlace(from, end)
  const entry = RESOURCES + ((<usize>place) << 4)
  const text = RESOURCE_TEXTS + <usize>place * LONGEST_RESOURCE
  if (<usize>load<u32>(entry) == length && isText(from, text, length)) {
    resourceName = load<u64>(entry, 8)
    return true
  }
  if (!isResources(from, end)) return false
  resourceName = hash(from, end, NAME_RESOURCE)
  if (isNew(resourceName)) hand(NAME_RESOURCE, resourceName, from, end)
  store<u32>(entry, <u32>length)
  store<u64>(entry, resourceName, 8)
  memory.copy(text, from, length)
  return true
}

export function isText(from: usize, text: usize, length: usize): bool {
  let i: usize = 0
  for (; i + 16 <= length; i += 16) {
    if (v128.any_true(v128.xor(v128.load(from + i), v128.load(text + i)))) return false
  }
  for (; i < length; i++) if (load<u8>(from + i) != load<u8>(text + i)) return false
  return true
}

export function resourcePlace(from: usize, end: usize): u32 {
  let mixed: u64 = end - from
  let at = from
  for (; at + 8 <= end; at += 8) mixed = (mixed ^ load<u64>(at)) * 0x9e3779b97f4a7c15
  // The last letters, some of them once more; what stands before the text is the event's own.
  mixed = (mixed ^ load<u64>(end - 8)) * 0x9e3779b97f4a7c15
  return (<u32>(mixed >> 40)) & (RESOURCE_PLACES - 1)
}

/** Whether the text is `{"name":{"value":n},…}` to the letter, `{}` where the value is zero, names in order and once each. */
export function isResources(from: usize, end: usize): bool {
  let at = from + 1
  if (load<u8>(at) == 125) return at + 1 == end
  let previous: usize = 0
  let previousEnd: usize = 0
  while (true) {
    if (load<u8>(at) != 34) return false
    const name = at + 1
    const nameEnd = stringEnd(name)
    if (load<u8>(nameEnd) != 34) return false
    if (previous != 0 && !isBefore(previous, previousEnd, name, nameEnd)) return false
    previous = name
    previousEnd = nameEnd
    if (load<u16>(nameEnd, 1) != 0x7b3a) return false
    at = quantityEnd(nameEnd + 3)
    if (at == 0 || load<u8>(at) != 125) return false
    const next = load<u8>(at, 1)
    at += 2
    if (next == 125) return at == end
    if (next != 44) return false
  }
}

/** The end of `"value":n`, or the place itself where there is none; 0 for anything else, a number of 19 digits included. */
export function quantityEnd(from: usize): usize {
  if (load<u8>(from) != 34) return from
  if (load<u64>(from) != 0x3a2265756c617622) return 0
  const first = from + 8
  let at = first
  while (<u32>load<u8>(at) - 48 <= 9) at++
  const length = at - first
  return length < 1 || length > 18 || (length > 1 && load<u8>(first) == 48) ? 0 : at
}

export function isBefore(a: usize, aEnd: usize, b: usize, bEnd: usize): bool {
  while (a < aEnd && b < bEnd) {
    const x = load<u8>(a++)
    const y = load<u8>(b++)
    if (x != y) return x < y
  }
  return a == aEnd && b < bEnd
}
