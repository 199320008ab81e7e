/**
 * A List in JSON, as `kubectl get -o json` prints it, cut into its items by their places: thousands of pods stand in one
 * document, which would take ten times its room as a whole.
 */
import { Buffer } from 'node:buffer'
import { parseExact } from '../exact-json.ts'
import { type JsonMap, isMap, textAt } from './json.ts'

/** A list whose items are read one by one. */
export interface StoredList {
  /** The list without its items: what stands beside them may come after them. */
  frame: JsonMap
  /** Where each item stands, by its bytes. That it is JSON is seen when it is read. */
  items: { from: number; to: number }[]
  /** The text of an item as a value; undefined where only the whole can be read. Throws SyntaxError. */
  read: (text: string) => unknown
}

/** Undefined for all that is no such list, or holds what is no map. */
export async function jsonList(pieces: AsyncIterable<Uint8Array>): Promise<StoredList | undefined> {
  const cut = new ItemCut()
  for await (const piece of pieces) {
    if (!cut.mayGoOn(piece)) return undefined
    cut.add(piece)
  }
  return cut.list()
}

/** In front of the list of items; an escaped quote belongs to another name. */
const ITEMS = /(?<!\\)"items"\s*:\s*$/
/** Some bytes remain of each item; what has more beside its items is read as a whole. */
const LONGEST_FRAME = 4 << 20

class ItemCut {
  private readonly items: StoredList['items'] = []
  /** All bytes outside of items, one character each; `null` stands in the place of an item. */
  private frame = ''
  private offset = 0
  private depth = 0
  private isText = false
  private isEscaped = false
  /** Whether what is read stands in the list of items; where the item began that is being read. */
  private isWithin = false
  private from: number | undefined

  /** Whether it may be a list still, of which this is more. */
  mayGoOn(piece: Uint8Array): boolean {
    if (this.frame.length > LONGEST_FRAME) return false
    return this.depth > 0 || /^\s*(?:\{|$)/.test(this.frame + bufferOf(piece).toString('latin1'))
  }

  add(piece: Uint8Array): void {
    const bytes = bufferOf(piece)
    let kept = 0
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]
      if (this.isText) this.readText(byte)
      else if (byte === QUOTE) this.isText = true
      else if (byte === OPEN_MAP || byte === OPEN_LIST) {
        if (this.opens(byte, bytes, kept, at)) this.frame += bytes.toString('latin1', kept, at)
      } else if ((byte === CLOSE_MAP || byte === CLOSE_LIST) && this.closes(at)) kept = at + 1
    }
    if (this.from === undefined) this.frame += bytes.toString('latin1', kept)
    this.offset += bytes.length
  }

  list(): StoredList | undefined {
    try {
      const frame = parseExact(Buffer.from(this.frame, 'latin1').toString('utf8'))
      // A value that is no map was counted and not cut.
      const isCut = isMap(frame) && Array.isArray(frame['items']) && frame['items'].length === this.items.length
      if (!isCut || textAt(frame, 'kind')?.endsWith('List') !== true) return undefined
      return { frame, items: this.items, read: parseExact }
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }

  private readText(byte: number | undefined): void {
    if (this.isEscaped) this.isEscaped = false
    else if (byte === BACKSLASH) this.isEscaped = true
    else if (byte === QUOTE) this.isText = false
  }

  /** Whether an item begins here. */
  private opens(byte: number, bytes: Buffer, kept: number, at: number): boolean {
    this.depth += 1
    if (this.depth === 2 && byte === OPEN_LIST)
      this.isWithin = ITEMS.test(this.frame.slice(-LONGEST_NAME) + bytes.toString('latin1', kept, at))
    if (!this.isWithin || this.depth !== 3 || byte !== OPEN_MAP) return false
    this.from = this.offset + at
    return true
  }

  /** Whether an item ends here. */
  private closes(at: number): boolean {
    this.depth -= 1
    if (this.depth === 1) this.isWithin = false
    if (this.depth !== 2 || this.from === undefined) return false
    this.items.push({ from: this.from, to: this.offset + at + 1 })
    this.from = undefined
    this.frame += 'null'
    return true
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** The name of the items, and more space around the colon than anybody writes. */
const LONGEST_NAME = 1000
const QUOTE = 34
const BACKSLASH = 92
const OPEN_MAP = 123
const CLOSE_MAP = 125
const OPEN_LIST = 91
const CLOSE_LIST = 93
