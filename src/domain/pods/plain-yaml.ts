/**
 * The part of YAML that Kubernetes prints: block maps and lists, and scalars on one line. It is read several times
 * faster than the whole language; whatever else a text has in it, and whatever is wrong with it, is left to the reader
 * of the whole, whose answer this one gives without exception.
 */
import type { JsonMap } from './json.ts'
import { plainScalar } from './kubectl-yaml.ts'
import type { SharedBlocks } from './shared-blocks.ts'

/** Larger ones repeat seldom as a whole; their parts do. */
const LONGEST_BLOCK = 1500

/** The value of one document, undefined unless all of it is plain. */
export function readPlainYaml(text: string, shared?: SharedBlocks): unknown {
  if (UNUSUAL.test(text)) return undefined
  try {
    return new PlainReader(text, shared).read()
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

class NotPlain extends Error {}

/** Tabs, carriage returns, the line ends of YAML 1.1, what cannot be printed, and pairs of surrogates. */
const UNUSUAL = /[^\n\x20-\x7E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]/
const KEY = /^[A-Za-z0-9_./]/
const PLAIN = /^(?:[A-Za-z0-9_./$(+]|-[^ ])/
const SINGLE = /^'(?:[^']|'')*'$/
const DOUBLE = /^"(?:[^"\\]|\\["\\nt])*"$/
const BLOCK_SCALAR = /^[|>]-?$/
/** Marks of documents: they mean something else on a line of their own. */
const MARK = /^(?:---|\.\.\.)/
/** No blank line ends a block. */
const BLANK = Number.MAX_SAFE_INTEGER
/** YAML ends a key that has no quotes after 1024 characters. */
const LONGEST_KEY = 1000
const DEEPEST = 90

class PlainReader {
  private readonly text: string
  private readonly shared: SharedBlocks | undefined
  /** Of each line: where it begins, and how many spaces it begins with. */
  private readonly starts: number[] = []
  private readonly indents: number[] = []
  private line = 0
  private depth = 0

  constructor(text: string, shared: SharedBlocks | undefined) {
    this.text = text
    this.shared = shared
    for (let start = 0; start < text.length; start = this.endOf(start) + 1) {
      let at = start
      while (text.charCodeAt(at) === SPACE) at += 1
      const isBlank = at === text.length || text.charCodeAt(at) === NEWLINE
      if (isBlank && at > start) throw new NotPlain()
      this.starts.push(start)
      this.indents.push(isBlank ? BLANK : at - start)
    }
  }

  read(): unknown {
    this.skipBlank()
    if (this.indents[this.line] !== 0) throw new NotPlain()
    const value = this.block(0, this.starts[this.line]!)
    if (this.line < this.starts.length) throw new NotPlain()
    return value
  }

  /** The map or list whose first line goes on at an offset. */
  private block(column: number, offset: number): unknown {
    if (++this.depth > DEEPEST) throw new NotPlain()
    const value = this.isItem(offset) ? this.list(column) : this.map(column, offset)
    this.depth -= 1
    return value
  }

  /** The same, taken from those read before where its whole text is theirs. */
  private sharedBlock(column: number, offset: number): unknown {
    if (this.shared === undefined) return this.block(column, offset)
    const first = this.line
    let end = first + 1
    while (end < this.starts.length && this.indents[end]! >= column) end += 1
    const text = this.text.slice(offset, this.starts[end] ?? this.text.length)
    if (text.length > LONGEST_BLOCK) return this.block(column, offset)
    const known = this.shared.find(column, text)
    if (known !== undefined) {
      this.line = end
      return known
    }
    const value = this.block(column, offset)
    // What ended earlier is not all of that text; its caller will refuse the rest.
    return this.line === end ? this.shared.add(column, text, value) : value
  }

  private list(column: number): unknown[] {
    const items: unknown[] = []
    let offset = this.starts[this.line]! + column
    while (this.isItem(offset)) {
      items.push(this.item(column + 2, offset + 2))
      if (this.indents[this.line] !== column) break
      offset = this.starts[this.line]! + column
    }
    this.refuseDeeper(column)
    return items
  }

  private item(column: number, offset: number): unknown {
    const text = this.rest(offset)
    if (this.isItem(offset)) return this.sharedBlock(column, offset)
    // Of what begins with a letter it is the mark behind the key that makes it a map.
    if (KEY.test(text) && keyEnd(text) !== -1) return this.sharedBlock(column, offset)
    this.next()
    return this.scalar(text)
  }

  private map(column: number, first: number): JsonMap {
    const map: JsonMap = {}
    let offset = first
    for (;;) {
      const text = this.rest(offset)
      const end = keyEnd(text)
      const key = text.slice(0, end)
      if (end === -1 || end > LONGEST_KEY || !KEY.test(key) || MARK.test(key)) throw new NotPlain()
      if (this.plain(key) !== key || Object.hasOwn(map, key) || key === '__proto__') throw new NotPlain()
      map[key] = this.entry(column, text.slice(end + 1))
      if (this.indents[this.line] !== column) break
      offset = this.starts[this.line]! + column
    }
    this.refuseDeeper(column)
    return map
  }

  /** The value of a key, of which this much stands on its own line. */
  private entry(column: number, behind: string): unknown {
    this.next()
    if (behind !== '') {
      const text = behind.slice(1)
      return BLOCK_SCALAR.test(text) ? this.blockScalar(column, text) : this.scalar(text)
    }
    const indent = this.indents[this.line]
    if (indent === undefined || indent < column) return null
    const offset = this.starts[this.line]! + indent
    if (indent > column) return this.sharedBlock(indent, offset)
    return this.isItem(offset) ? this.list(column) : null
  }

  private blockScalar(column: number, header: string): string {
    const indent = this.indents[this.line]
    // A blank line within, or one at the end, follows rules of its own.
    if (this.isAfterBlank() || indent === undefined || indent <= column) throw new NotPlain()
    const lines: string[] = []
    while (this.line < this.starts.length && this.indents[this.line]! >= indent) {
      const line = this.rest(this.starts[this.line]! + indent)
      if (header.startsWith('>') && (line.startsWith(' ') || line.endsWith(' '))) throw new NotPlain()
      lines.push(line)
      this.next()
      if (this.isAfterBlank()) throw new NotPlain()
    }
    if (this.line === this.starts.length && !this.text.endsWith('\n')) throw new NotPlain()
    return lines.join(header.startsWith('>') ? ' ' : '\n') + (header.endsWith('-') ? '' : '\n')
  }

  private scalar(text: string): unknown {
    if (SINGLE.test(text)) return text.slice(1, -1).replaceAll("''", "'")
    if (DOUBLE.test(text)) return JSON.parse(text)
    if (text === '{}') return {}
    if (text === '[]') return []
    return this.plain(text)
  }

  private plain(text: string): unknown {
    if (!PLAIN.test(text) || MARK.test(text) || keyEnd(text) !== -1) throw new NotPlain()
    if (text.endsWith(' ') || text.includes(' #')) throw new NotPlain()
    return plainScalar(text)
  }

  /** What stands deeper than what it follows is more of it. */
  private refuseDeeper(column: number): void {
    if ((this.indents[this.line] ?? 0) > column) throw new NotPlain()
  }

  private isItem(offset: number): boolean {
    return this.text.charCodeAt(offset) === DASH && this.text.charCodeAt(offset + 1) === SPACE
  }

  private rest(offset: number): string {
    return this.text.slice(offset, this.endOf(offset))
  }

  private endOf(offset: number): number {
    const end = this.text.indexOf('\n', offset)
    return end === -1 ? this.text.length : end
  }

  private next(): void {
    this.line += 1
    this.skipBlank()
  }

  private skipBlank(): void {
    while (this.indents[this.line] === BLANK) this.line += 1
  }

  private isAfterBlank(): boolean {
    return this.indents[this.line - 1] === BLANK
  }
}

const NEWLINE = 10
const SPACE = 32
const DASH = 45

/** Where the colon stands that makes a key of what is before it; -1 where there is none. */
function keyEnd(text: string): number {
  const inside = text.indexOf(': ')
  if (inside !== -1) return inside
  return text.endsWith(':') ? text.length - 1 : -1
}
