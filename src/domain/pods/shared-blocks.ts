/** Parts that pods have in common: pods of one application, and of one platform, are made of the same ones. */
import { stringifyExact } from '../exact-json.ts'
import { type JsonMap, isMap } from './json.ts'
import { apart } from './own-text.ts'

const sharedValues = new WeakSet()

/** Whether a value is a block that others may hold too. To remember what was made of any other would cost, and serve nothing. */
export function isShared(value: unknown): value is object {
  return typeof value === 'object' && value !== null && sharedValues.has(value)
}

/**
 * Blocks that were read before. What is shared nobody may change. A block is kept when it comes a third time: one with a
 * name of its own comes once, or twice where a pod is held against another, and to keep it costs more than it saves. What
 * was not asked for since so many others came is let go, so that thousands of pods take no more room than hundreds.
 */
export class SharedBlocks {
  private recent: Map<string, unknown>[] = []
  private earlier: Map<string, unknown>[] = []
  private count = 0
  /** Prints of texts: a text would keep its whole document, and of two with one print one is kept too early, no more. */
  private readonly seen = new Map<number, number>()

  find(column: number, text: string): unknown {
    const found = this.recent[column]?.get(text)
    if (found !== undefined) return found
    const value = this.earlier[column]?.get(text)
    if (value !== undefined) this.keep(column, text, value)
    return value
  }

  /** The value to hold for a text: that of the block from now on, where it is kept. */
  add(column: number, text: string, value: unknown): unknown {
    const print = printOf(text)
    const times = (this.seen.get(print) ?? 0) + 1
    if (times < KEPT_AT) {
      if (this.seen.size >= MOST_SEEN) this.seen.clear()
      this.seen.set(print, times)
      return value
    }
    this.seen.delete(print)
    if (typeof value !== 'object' || value === null) return value
    const own = sharedCopy(value)
    this.keep(column, apart(text), own)
    return own
  }

  /** Puts blocks in the place of the items of lists in a value of one's own that was not read by its text. */
  replaceItems(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.replaceItems(item)
    else if (isMap(value)) for (const name of Object.keys(value)) value[name] = this.replaced(value[name])
  }

  private replaced(value: unknown): unknown {
    this.replaceItems(value)
    return Array.isArray(value) ? value.map((item: unknown) => (isMap(item) ? this.blockOf(item) : item)) : value
  }

  private blockOf(item: JsonMap): unknown {
    const text = stringifyExact(item)
    if (text.length > LONGEST_ITEM) return item
    return this.find(0, text) ?? this.add(0, text, item)
  }

  private keep(column: number, text: string, value: unknown): void {
    if (++this.count > MOST_BLOCKS) {
      this.earlier = this.recent
      this.recent = []
      this.count = 1
    }
    ;(this.recent[column] ??= new Map<string, unknown>()).set(text, value)
  }
}

/** FNV-1a, of 32 bits. */
function printOf(text: string): number {
  let print = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) print = Math.imul(print ^ text.charCodeAt(at), 0x01000193)
  return print
}

/** The same value as a block, with all that is in it; its texts are no part of another, which they would keep. */
function sharedCopy(value: unknown): unknown {
  if (typeof value === 'string') return value.length > LONGEST_COPIED ? apart(value) : value
  if (typeof value !== 'object' || value === null || sharedValues.has(value)) return value
  const own = Array.isArray(value)
    ? value.map(sharedCopy)
    : Object.fromEntries(Object.entries(value).map(([name, child]) => [name, sharedCopy(child)]))
  sharedValues.add(own)
  return own
}

/** What is shorter V8 copies when it cuts it. */
const LONGEST_COPIED = 12
const MOST_BLOCKS = 2000
const MOST_SEEN = 8000
const KEPT_AT = 3
/** Longer ones, such as containers, are seldom alike as a whole. */
const LONGEST_ITEM = 1000
