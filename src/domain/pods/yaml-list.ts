/**
 * A List in YAML, as `kubectl get -o yaml` prints it, cut into its items by their lines. Only what Kubernetes prints is
 * cut; all else is left to the reader of the whole.
 */
import { Buffer } from 'node:buffer'
import { isMap, textAt } from './json.ts'
import type { StoredList } from './json-list.ts'
import { readPlainYaml } from './plain-yaml.ts'

/** Undefined for all that is no such list. */
export async function yamlList(pieces: AsyncIterable<Uint8Array>): Promise<StoredList | undefined> {
  const cut = new ItemLines()
  let rest = Buffer.alloc(0)
  let offset = 0
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece])
    let from = 0
    for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
      if (!cut.mayGoOn(bytes.subarray(from, to), offset + from)) return undefined
      from = to + 1
    }
    rest = bytes.subarray(from)
    offset += from
    if (rest.length > LONGEST_LINE) return undefined
  }
  return cut.mayGoOn(rest, offset) ? cut.list(offset + rest.length) : undefined
}

class ItemLines {
  private readonly items: StoredList['items'] = []
  /** Lines outside of the items. */
  private frame = ''
  private place: 'before' | 'within' | 'after' = 'before'
  /** How far items are indented, and what stands in them. */
  private dash: number | undefined
  private inner = 0

  /** Takes a line; false where this is no list that can be cut. */
  mayGoOn(line: Buffer, from: number): boolean {
    if (this.place !== 'within') return this.takeFrame(line.toString('utf8'), from)
    if (line.length === 0) return true
    const indent = indentOf(line)
    const isItem = line[indent] === DASH && line[indent + 1] === SPACE
    if (this.dash === undefined) {
      if (!isItem) return false
      this.dash = indent
      this.inner = indent + 1 + indentOf(line.subarray(indent + 1))
    }
    if (indent > this.dash) return true
    if (isItem && indent === this.dash) {
      this.close(from)
      this.items.push({ from, to: from })
      return indent + 1 + indentOf(line.subarray(indent + 1)) === this.inner
    }
    this.close(from)
    this.place = 'after'
    return this.takeFrame(line.toString('utf8'), from)
  }

  list(end: number): StoredList | undefined {
    if (this.place === 'within') this.close(end)
    const frame = readPlainYaml(this.frame)
    if (!isMap(frame) || textAt(frame, 'kind')?.endsWith('List') !== true || this.items.length === 0) return undefined
    const { inner } = this
    return { frame, items: this.items, read: (text) => readPlainYaml(outdented(text, inner)) }
  }

  private takeFrame(line: string, from: number): boolean {
    const isOther = MARK.test(line) || /^kind: (?!\w*List$)/.test(line) || this.frame.length > LONGEST_FRAME
    if (isOther) return line === '---' && from === 0
    if (line !== 'items:') this.frame += `${line}\n`
    else if (this.place === 'after') return false
    else this.place = 'within'
    return true
  }

  private close(to: number): void {
    const last = this.items.at(-1)
    if (last !== undefined) last.to = to
  }
}

/** An item as a document of its own: its dash is indentation, and all of that goes. */
function outdented(text: string, inner: number): string {
  const margin = new RegExp(`^ {${inner}}`, 'gm')
  return text.replace(/^( *)-/, '$1 ').replace(margin, '')
}

function indentOf(line: Uint8Array): number {
  let at = 0
  while (line[at] === SPACE) at += 1
  return at
}

/** What ends a document, or says that it is not a plain one, or one in JSON. */
const MARK = /^(?:---|\.\.\.|%|[{[])/
const LONGEST_FRAME = 1 << 20
const LONGEST_LINE = 8 << 20
const NEWLINE = 10
const SPACE = 32
const DASH = 45
