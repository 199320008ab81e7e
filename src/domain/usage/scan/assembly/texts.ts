// Searching and comparing bytes, sixteen at a time. Every search ends at the line's end at the latest.
import { HEAD } from './layout'

export function isSame(at: usize, literal: usize, length: usize): bool {
  if (length >= 16) {
    const first = v128.xor(v128.load(at), v128.load(literal))
    const last = v128.xor(v128.load(at + length - 16), v128.load(literal + length - 16))
    return !v128.any_true(v128.or(first, last))
  }
  // 8 to 15 letters.
  return ((load<u64>(at) ^ load<u64>(literal)) | (load<u64>(at + length - 8) ^ load<u64>(literal + length - 8))) == 0
}

export function lineEnd(from: usize): usize {
  const newline = i8x16.splat(10)
  let at = from
  while (true) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), newline))
    if (found != 0) return at + <usize>ctz(found)
    at += 16
  }
}

/** The first quote, backslash or control character. A line's end is one, so it stops there. */
export function stringEnd(from: usize): usize {
  const quote = i8x16.splat(34)
  const backslash = i8x16.splat(92)
  const space = i8x16.splat(32)
  let at = from
  while (true) {
    const here = v128.load(at)
    const stops = v128.or(v128.or(i8x16.eq(here, quote), i8x16.eq(here, backslash)), i8x16.lt_u(here, space))
    const found = i8x16.bitmask(stops)
    if (found != 0) return at + <usize>ctz(found)
    at += 16
  }
}

/** The quote that ends a message, over escapes; 0 for a message that is not well formed as far as this looks. */
export function messageEnd(from: usize): usize {
  let at = from
  while (true) {
    at = stringEnd(at)
    const stop = load<u8>(at)
    if (stop == 34) return at
    if (stop != 92 || load<u8>(at, 1) < 32) return 0
    at += 2
  }
}

/** Whether another event begins inside: a writer was cut off, and went on in the same line. */
export function holdsEvent(from: usize, end: usize): bool {
  const brace = i8x16.splat(123)
  const t = i8x16.splat(116)
  for (let at = from; at < end; at += 16) {
    let found = i8x16.bitmask(v128.and(i8x16.eq(v128.load(at), brace), i8x16.eq(v128.load(at + 2), t)))
    while (found != 0) {
      const place = at + <usize>ctz(found)
      if (place < end && load<u64>(place) == HEAD) return true
      found &= found - 1
    }
  }
  return false
}
