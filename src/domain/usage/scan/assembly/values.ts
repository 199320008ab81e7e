// Numbers and keys, as event-line.ts and names.ts read them.

/** The key read last: an allocation's 128 bits. */
export let key1: u64 = 0
export let key2: u64 = 0

/** 19 digits and no more, of 2001 to 2262; −1 otherwise. */
export function timestamp(at: usize): i64 {
  const nine: u32 = 9
  let value: u64 = 0
  for (let i: usize = 0; i < 19; i++) {
    const digit = <u32>load<u8>(at + i) - 48
    if (digit > nine) return -1
    value = value * 10 + digit
  }
  if (<u32>load<u8>(at + 19) - 48 <= nine) return -1
  // As event-line.ts: from 1e9 seconds to the last whole second of 64 bits.
  return value >= 1000000000000000000 && value < 9223372036000000000 ? <i64>value : -1
}

export function threeDigits(at: usize): u32 {
  const a = <u32>load<u8>(at) - 48
  const b = <u32>load<u8>(at, 1) - 48
  const c = <u32>load<u8>(at, 2) - 48
  if (a > 9 || b > 9 || c > 9 || <u32>load<u8>(at, 3) - 48 <= 9) return 0
  return a * 100 + b * 10 + c
}

/** A lower-case UUID, or one with the `-<n>` of YuniKorn 1.5; false for anything else. */
export function readKey(from: usize, end: usize): bool {
  if (end - from != 36 && !hasSuffix(from, end)) return false
  if (load<u8>(from, 8) != 45 || load<u8>(from, 13) != 45 || load<u8>(from, 18) != 45 || load<u8>(from, 23) != 45)
    return false
  // The digits without their dashes: 0-7, 9-12, 14-17, and 19-22, 24-35.
  const first = i8x16.shuffle(
    v128.load(from),
    v128.load(from + 2),
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    10,
    11,
    12,
    28,
    29,
    30,
    31,
  )
  const second = i8x16.shuffle(
    v128.load(from + 19),
    v128.load(from + 20),
    0,
    1,
    2,
    3,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    27,
    28,
    29,
    30,
    31,
  )
  if (!isHex(first) || !isHex(second)) return false
  key1 = hex(first)
  key2 = hex(second)
  return true
}

export function hasSuffix(from: usize, end: usize): bool {
  if (end - from < 38 || load<u8>(from, 36) != 45) return false
  for (let at = from + 37; at < end; at++) if (<u32>load<u8>(at) - 48 > 9) return false
  return true
}

export function isHex(digits: v128): bool {
  const decimal = i8x16.le_u(i8x16.sub(digits, i8x16.splat(48)), i8x16.splat(9))
  const letter = i8x16.le_u(i8x16.sub(digits, i8x16.splat(97)), i8x16.splat(5))
  return i8x16.all_true(v128.or(decimal, letter))
}

/** Sixteen hexadecimal digits as a number. */
export function hex(digits: v128): u64 {
  // A digit's low four bits are its value; a letter's are 1 to 6, so 9 less than its value.
  const letters = v128.and(i16x8.shr_u(digits, 6), i8x16.splat(1))
  const values = i8x16.add(v128.and(digits, i8x16.splat(15)), v128.or(i16x8.shl(letters, 3), letters))
  const bytes = v128.and(v128.or(i16x8.shl(values, 4), i16x8.shr_u(values, 8)), i16x8.splat(255))
  return bswap<u64>(i64x2.extract_lane(i8x16.narrow_i16x8_u(bytes, bytes), 0))
}
