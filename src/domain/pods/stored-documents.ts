/** The documents of a file by their places, so that none need be kept: what is read later is read again. */
import { Buffer } from 'node:buffer'

/** One document, by its bytes. */
export interface StoredDocument {
  text: string
  from: number
  to: number
}

/** What may stand at the margin and is more than a line between documents: directives, ends, content behind the mark. */
export const NOT_PLAIN = /^(?:%|\.\.\.|---[ \t]*[^ \t\r\n#])/m
/** A line between documents, which nothing else can look like (YAML 1.2.2, c-forbidden). */
const MARK = /^---[ \t]*(?:#.*)?\r?$/
const DASHES = '---'

/** Ends with `whole` where documents cannot be told apart by lines alone. */
export async function* storedDocuments(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<StoredDocument | 'whole'> {
  const cut = new Cut()
  for await (const piece of pieces) {
    yield* cut.add(piece)
    if (cut.isWhole) break
  }
  if (!cut.isWhole) yield* cut.end()
  if (cut.isWhole) yield 'whole'
}

class Cut {
  isWhole = false
  /** What was read and not cut yet stands at the beginning of `store`, which is used over and over. */
  private store: Buffer = Buffer.alloc(0)
  private rest: Buffer = this.store
  /** Where `rest` begins in the file, and how much of it was looked at. */
  private offset = 0
  private looked = 0
  private isFirst = true

  /** The next line between documents, as far as all of it is there. */
  private nextMark(isEnd: boolean): { from: number; to: number } | undefined {
    const { rest } = this
    for (;;) {
      const atStart = this.looked === 0 && this.offset === 0 && this.isFirst && rest.toString('latin1', 0, 3) === DASHES
      const from = atStart ? 0 : rest.indexOf(`\n${DASHES}`, Math.max(0, this.looked - DASHES.length)) + 1
      const found = atStart || from > 0
      const newline = found ? rest.indexOf(NEWLINE, from) : -1
      if (!found || (newline === -1 && !isEnd)) {
        this.looked = found ? from : rest.length
        return undefined
      }
      const to = newline === -1 ? rest.length : newline
      if (MARK.test(rest.toString('utf8', from, to))) return { from, to }
      this.looked = to
      // `----` is text; what stands behind a mark belongs to the next document.
      this.isWhole ||= NOT_PLAIN.test(rest.toString('utf8', from, to))
      if (this.isWhole) return undefined
    }
  }

  *add(piece: Uint8Array): Generator<StoredDocument> {
    const [kept, length] = [this.rest, this.rest.length + piece.length]
    this.isWhole ||= length > LONGEST_DOCUMENT
    if (this.isWhole) return
    if (length > this.store.length) this.store = Buffer.alloc(Math.max(length, 2 * this.store.length))
    kept.copy(this.store)
    this.store.set(piece, kept.length)
    this.rest = this.store.subarray(0, length)
    yield* this.documents(false)
  }

  *end(): Generator<StoredDocument> {
    yield* this.documents(true)
    yield* this.document(this.rest.length)
  }

  private *documents(isEnd: boolean): Generator<StoredDocument> {
    for (;;) {
      const mark = this.nextMark(isEnd)
      if (mark === undefined || this.isWhole) return
      yield* this.document(mark.from)
      this.rest = this.rest.subarray(mark.to)
      this.offset += mark.to
      this.looked = 0
    }
  }

  private *document(end: number): Generator<StoredDocument> {
    const text = this.rest.toString('utf8', 0, end)
    const wasFirst = this.isFirst
    this.isFirst = false
    // Before the first mark there need be nothing.
    if (wasFirst && end < this.rest.length && !/^[ \t]*[^#\s]/m.test(text)) return
    this.isWhole ||= NOT_PLAIN.test(text)
    if (!this.isWhole) yield { text, from: this.offset, to: this.offset + end }
  }
}

const NEWLINE = 10
/** Some pods are in it, not thousands: whoever reads it as a whole says what it is. */
const LONGEST_DOCUMENT = 32 << 20
