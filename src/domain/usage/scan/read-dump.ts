// Reads the bytes of one dump as lines: line ends, byte order mark, a cut last line, broken lines, and the decision
// whether the file is a dump at all.
import { SparkopsError } from '../../errors.ts'
import { type DumpScanner } from './dump-scanner.ts'
import { LineError } from './json-event.ts'
import { OpenDocument } from './open-document.ts'

/** A line that is not taken: strict reading stops at it, lenient reading lists it. */
export interface BrokenLine {
  file: string
  line: number
  why: string
}

/** How a file was read. */
export interface DumpReading {
  /** Lines taken. */
  lines: number
  /** Lines there are, blank and broken ones included. */
  physicalLines: number
  /** The last line has no end and is not whole: a writer was cut off. Its bytes, 0 if not so. */
  cutBytes: number
  broken: BrokenLine[]
  brokenCount: number
  /** Set when not one line is ours: why the first was not. */
  foreign: string | undefined
}

export interface ReadOptions {
  file: string
  lenient: boolean
  /** A part of a file behind another: its first line need not decide what the file is. */
  continued: boolean
  /** The number that a line goes by for people; its place in the file unless given. */
  numberOf?: ((line: number) => number) | undefined
  /** Called now and then with the bytes read since the last call. */
  onBytes(bytes: number): void
}

/** Broken lines that are listed; beyond, they are counted. */
const LISTED = 100
/** A file is no dump if none of its first so many lines is ours. */
const DOUBTED = 20
/** After so many lines at the latest, a run of plain events is tried again. */
const MOST_APART = 4096
const NEWLINE = 10
const RETURN = 13
const BOM = 'ï»¿'
/** A line longer than this is no event: YuniKorn's largest page is some megabytes. */
const LONGEST_LINE = 256 * 1024 * 1024

/** Feeds all lines of a dump to its scanner. Throws on a broken line unless lenient. */
export async function readDump(
  chunks: AsyncIterable<Uint8Array>,
  scanner: DumpScanner,
  options: ReadOptions,
): Promise<DumpReading> {
  const reader = new LineReader(scanner, options)
  for await (const chunk of chunks) {
    reader.take(chunk)
    options.onBytes(chunk.length)
    if (reader.reading.foreign !== undefined) break
  }
  reader.end()
  return reader.reading
}

class LineReader {
  readonly reading: DumpReading = {
    lines: 0,
    physicalLines: 0,
    cutBytes: 0,
    broken: [],
    brokenCount: 0,
    foreign: undefined,
  }
  readonly #scanner: DumpScanner
  readonly #options: ReadOptions
  #held: string[] = []
  #heldLength = 0
  #number = 0
  /** Lines to read one by one before the next run is tried. */
  #apart = 1
  /** A value that goes on over lines. */
  #document: OpenDocument | undefined
  /** Broken lines before the first that is ours. */
  readonly #doubts: { line: number; why: string }[] = []

  constructor(scanner: DumpScanner, options: ReadOptions) {
    this.#scanner = scanner
    this.#options = options
  }

  take(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const first = buffer.indexOf(NEWLINE)
    if (first < 0) return this.#hold(buffer.toString('latin1'))
    const last = buffer.lastIndexOf(NEWLINE)
    let start = 0
    if (this.#heldLength > 0) {
      this.#hold(buffer.toString('latin1', 0, first + 1))
      this.#lines(this.#release())
      start = first + 1
    }
    if (start <= last) this.#whole(buffer.subarray(start, last + 1))
    if (last + 1 < buffer.length) this.#hold(buffer.toString('latin1', last + 1))
  }

  /** Whole lines: runs of plain events go the fast way, what stops one the other. */
  #whole(bytes: Buffer): void {
    this.#scanner.load(bytes)
    let at = 0
    while (at < bytes.length && this.reading.foreign === undefined) {
      at = this.#run(at, bytes.length)
      const end = endOfLines(bytes, at, this.#apart)
      if (at < end) this.#lines(bytes.toString('latin1', at, end))
      at = end
    }
  }

  #run(from: number, to: number): number {
    if (this.#document !== undefined) return from
    const { lines, at } = this.#scanner.run(from, to)
    this.#number += lines
    this.reading.lines += lines
    this.reading.physicalLines = this.#number
    // Where runs are short, because the dump is of another form, trying for them is what costs.
    this.#apart = lines > this.#apart ? 1 : Math.min(this.#apart * 2, MOST_APART)
    return at
  }

  end(): void {
    if (this.reading.foreign !== undefined) return
    const text = this.#release()
    if (text !== '') this.#lastLine(text)
    const document = this.#document
    if (document !== undefined) this.reading.cutBytes = document.length
    if (this.reading.lines === 0 && this.#doubts.length > 0) this.reading.foreign = this.#doubts[0]!.why
  }

  /** A line without an end: whole, or cut off. Only the beginning of a value can have been cut off. */
  #lastLine(text: string): void {
    try {
      this.#line(text, 0, text.length)
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      if (OpenDocument.isBeginning(text)) this.reading.cutBytes = text.length
      else this.#reject(this.#number, error.message)
    }
  }

  #hold(text: string): void {
    this.#held.push(text)
    this.#heldLength += text.length
    if (this.#heldLength > LONGEST_LINE) throw tooLong(this.#options.file, this.#number + 1)
  }

  #release(): string {
    const text = this.#held.length === 1 ? this.#held[0]! : this.#held.join('')
    this.#held = []
    this.#heldLength = 0
    return text
  }

  #lines(text: string): void {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      try {
        this.#line(text, from, end)
      } catch (error) {
        if (!(error instanceof LineError)) throw error
        this.#document = OpenDocument.begin(text.slice(from, end), this.#number)
        if (this.#document === undefined) this.#reject(this.#number, error.message)
        if (this.reading.foreign !== undefined) return
      }
      from = end + 1
    }
  }

  #line(text: string, begin: number, end: number): void {
    this.reading.physicalLines = ++this.#number
    let from = begin
    let to = end
    if (this.#number === 1 && !this.#options.continued && text.startsWith(BOM, from)) from += BOM.length
    if (to > from && text.charCodeAt(to - 1) === RETURN) to--
    if (this.#document !== undefined && this.#goesOn(this.#document, text.slice(from, to))) return
    if (to === from || isBlank(text, from, to)) return
    this.#take(text, from, to)
  }

  #take(text: string, from: number, to: number): void {
    this.#scanner.line(text, from, to)
    if (this.reading.lines++ === 0) for (const { line, why } of this.#doubts) this.#leaveOut(line, why)
  }

  /** Adds the line to the value begun before; false when that value turns out to have been cut off there. */
  #goesOn(document: OpenDocument, line: string): boolean {
    if (!document.accepts(line)) {
      this.#document = undefined
      this.#reject(document.line, 'not JSON: it is cut off')
      return false
    }
    document.add(line)
    if (document.length > LONGEST_LINE) throw tooLong(this.#options.file, document.line)
    if (!document.isWhole) return true
    this.#document = undefined
    const text = document.text()
    try {
      this.#take(text, 0, text.length)
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      this.#reject(document.line, error.message)
    }
    return true
  }

  /** Until one line is ours, a broken one may also mean that the file is no dump. */
  #reject(line: number, why: string): void {
    if (this.#options.continued || this.reading.lines > 0) return this.#leaveOut(line, why)
    this.#doubts.push({ line, why })
    if (this.#doubts.length === DOUBTED) this.reading.foreign = this.#doubts[0]!.why
  }

  #leaveOut(line: number, why: string): void {
    const { file, lenient, numberOf } = this.#options
    const number = numberOf?.(line) ?? line
    if (!lenient) throw broken(file, number, why)
    this.reading.brokenCount++
    if (this.reading.broken.length < LISTED) this.reading.broken.push({ file, line: number, why })
  }
}

/** Where the lines from `from` on end, so many of them or all. */
function endOfLines(bytes: Buffer, from: number, lines: number): number {
  let at = from
  for (let count = 0; count < lines && at < bytes.length; count++) at = bytes.indexOf(NEWLINE, at) + 1
  return at
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) !== 32 && text.charCodeAt(i) !== 9) return false
  return true
}

function tooLong(file: string, line: number): SparkopsError {
  return broken(file, line, `the line is longer than ${LONGEST_LINE / 1024 / 1024} MiB`)
}

function broken(file: string, line: number, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BROKEN_LINE',
    message: `${file}:${line}: this line of the dump cannot be read.`,
    why,
    hint: 'Mend or remove the line; --lenient leaves such lines out, counts and lists them.',
    exit: 'data',
  })
}
