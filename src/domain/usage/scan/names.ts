// Turns texts into 64-bit hashes and hands each text on once (or, with very many, a few times).
import { type FactSink, type Name, NAME, type Wide, type WideKey, wideToBigInt } from '../facts.ts'

/** Texts remembered as handed on; beyond, the memory is cleared and texts are handed on again, which is harmless. */
const REMEMBERED = 1 << 18
const SLOTS = REMEMBERED * 2
const HANDED_ON_AT_ONCE = 512

const HEX = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) HEX['0123456789abcdef'.charCodeAt(digit)] = digit

/**
 * Hashes `text[from, to)` into two 32-bit lanes (cyrb53's mixing, public domain, with all 64 bits kept).
 * Collisions of different texts are found by the engine (two texts under one hash) and refused, never merged.
 */
export function hashInto(out: Wide, text: string, from: number, to: number, seed: number): void {
  let h1 = 0xdeadbeef ^ seed
  let h2 = 0x41c6ce57 ^ seed
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i)
    h1 = Math.imul(h1 ^ c, 2654435761)
    h2 = Math.imul(h2 ^ c, 1597334677)
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909)
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909)
  out.hi = h2 | 0
  out.lo = h1 | 0
}

/** Hashes of texts, remembered so that the text behind each goes on to the sink. Texts are bytes as latin1. */
export class Names {
  readonly #sink: FactSink
  readonly #slots = new Int32Array(SLOTS * 2)
  #used = 0
  #pending: Name[] = []

  constructor(sink: FactSink) {
    this.#sink = sink
  }

  /** Hashes a text of the given dictionary into `out`. */
  intern(out: Wide, kind: number, text: string, from: number, to: number): void {
    hashInto(out, text, from, to, kind)
    if (this.#isNew(out.hi, out.lo)) this.#hand(kind, out, text.slice(from, to))
  }

  /** Reads an allocation's key: a lower-case UUID by its 128 bits, anything else by hash and name. */
  key(out: WideKey, text: string, from: number, to: number): void {
    if (to - from === 36 && readUuid(out, text, from)) return
    const half: Wide = { hi: 0, lo: 0 }
    hashInto(half, text, from, to, 7)
    out.hi2 = half.hi
    out.lo2 = half.lo
    this.intern(half, NAME.key, text, from, to)
    out.hi1 = half.hi
    out.lo1 = half.lo
  }

  /** Hands on the texts still held back. */
  flush(): void {
    if (this.#pending.length === 0) return
    this.#sink.names(this.#pending)
    this.#pending = []
  }

  #isNew(hi: number, lo: number): boolean {
    if (this.#used >= REMEMBERED) {
      this.#slots.fill(0)
      this.#used = 0
    }
    const slots = this.#slots
    for (let slot = (lo & (SLOTS - 1)) * 2; ; slot = (slot + 2) & (SLOTS * 2 - 1)) {
      if (slots[slot] === hi && slots[slot + 1] === lo) return false
      if (slots[slot] === 0 && slots[slot + 1] === 0) {
        slots[slot] = hi
        slots[slot + 1] = lo
        this.#used++
        return true
      }
    }
  }

  #hand(kind: number, hash: Wide, bytes: string): void {
    this.#pending.push({ kind, hash: wideToBigInt(hash), text: Buffer.from(bytes, 'latin1').toString('utf8') })
    if (this.#pending.length >= HANDED_ON_AT_ONCE) this.flush()
  }
}

function readUuid(out: WideKey, text: string, from: number): boolean {
  const dash = 45
  if (text.charCodeAt(from + 8) !== dash || text.charCodeAt(from + 13) !== dash) return false
  if (text.charCodeAt(from + 18) !== dash || text.charCodeAt(from + 23) !== dash) return false
  const a = hex8(text, from, from + 4)
  const b = hex8(text, from + 9, from + 14)
  const c = hex8(text, from + 19, from + 24)
  const d = hex8(text, from + 28, from + 32)
  if (a < 0 || b < 0 || c < 0 || d < 0) return false
  out.hi1 = a | 0
  out.lo1 = b | 0
  out.hi2 = c | 0
  out.lo2 = d | 0
  return true
}

/** Two groups of four hex digits as an unsigned 32-bit number, or −1. */
function hex8(text: string, first: number, second: number): number {
  const high = hex4(text, first)
  const low = hex4(text, second)
  return high < 0 || low < 0 ? -1 : high * 65536 + low
}

function hex4(text: string, at: number): number {
  const a = HEX[text.charCodeAt(at)]!
  const b = HEX[text.charCodeAt(at + 1)]!
  const c = HEX[text.charCodeAt(at + 2)]!
  const d = HEX[text.charCodeAt(at + 3)]!
  return (a | b | c | d) < 0 ? -1 : (a << 12) | (b << 8) | (c << 4) | d
}
