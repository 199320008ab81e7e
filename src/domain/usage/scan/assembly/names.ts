// 64-bit names of texts, as names.ts makes them, and the texts that the host has not been told of late.
import { NAME_TEXT, NAMES, SLOT_COUNT, SLOTS } from './layout'

/** Bytes of names waiting to be taken. */
export let names: usize = 0

let used: u32 = 0

export function forgetNames(): void {
  names = 0
}

/** As hashInto of the host's names.ts. */
export function hash(from: usize, end: usize, seed: u32): u64 {
  let h1: u32 = 0xdeadbeef ^ seed
  let h2: u32 = 0x41c6ce57 ^ seed
  for (let at = from; at < end; at++) {
    const c = <u32>load<u8>(at)
    h1 = (h1 ^ c) * 2654435761
    h2 = (h2 ^ c) * 1597334677
  }
  h1 = ((h1 ^ (h1 >>> 16)) * 2246822507) ^ ((h2 ^ (h2 >>> 13)) * 3266489909)
  h2 = ((h2 ^ (h2 >>> 16)) * 2246822507) ^ ((h1 ^ (h1 >>> 13)) * 3266489909)
  return ((<u64>h2) << 32) | (<u64>h1)
}

/** The name of a text; a text not met of late waits for the host. */
export function intern(from: usize, end: usize): u64 {
  const name = hash(from, end, NAME_TEXT)
  if (isNew(name)) hand(NAME_TEXT, name, from, end)
  return name
}

export function isNew(name: u64): bool {
  if (used >= SLOT_COUNT >> 1) {
    memory.fill(SLOTS, 0, (<usize>SLOT_COUNT) << 3)
    used = 0
  }
  let slot = (<u32>name) & (SLOT_COUNT - 1)
  while (true) {
    const place = SLOTS + ((<usize>slot) << 3)
    const there = load<u64>(place)
    if (there == name) return false
    if (there == 0) {
      store<u64>(place, name)
      used++
      return true
    }
    slot = (slot + 1) & (SLOT_COUNT - 1)
  }
}

export function hand(kind: u32, name: u64, from: usize, end: usize): void {
  const at = NAMES + names
  store<u32>(at, kind)
  store<u32>(at, <u32>(end - from), 4)
  store<u64>(at, name, 8)
  memory.copy(at + 16, from, end - from)
  names += (16 + end - from + 7) & ~7
}
