// Reads the bytes of one dump as lines: line ends, byte order mark, a cut last line, broken lines, and the decision
// whether the file is a dump at all.
import { SparkopsError } from '../../errors.ts'
import { type DumpScanner } from './dump-scanner.ts'
import { LineError } from './json-event.ts'

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
  /** Called now and then with the bytes read since the last call. */
  onBytes(bytes: number): void
}

/** Broken lines that are listed; beyond, they are counted. */
const LISTED = 100
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
  readonly reading: DumpReading = { lines: 0, cutBytes: 0, broken: [], brokenCount: 0, foreign: undefined }
  readonly #scanner: DumpScanner
  readonly #options: ReadOptions
  #held: string[] = []
  #heldLength = 0
  #number = 0

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
    if (start <= last) this.#lines(buffer.toString('latin1', start, last + 1))
    if (last + 1 < buffer.length) this.#hold(buffer.toString('latin1', last + 1))
  }

  end(): void {
    if (this.#heldLength === 0 || this.reading.foreign !== undefined) return
    const text = this.#release()
    try {
      this.#line(text, 0, text.length)
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      // Only a beginning that could be ours was cut; a whole foreign line merely lacks its line end.
      if (this.reading.lines === 0 && !text.startsWith('{')) this.reading.foreign = error.message
      else this.reading.cutBytes = text.length
    }
  }

  #hold(text: string): void {
    this.#held.push(text)
    this.#heldLength += text.length
    if (this.#heldLength > LONGEST_LINE) {
      throw broken(this.#options.file, this.#number + 1, `the line is longer than ${LONGEST_LINE / 1024 / 1024} MiB`)
    }
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
        this.#reject(error)
        if (this.reading.foreign !== undefined) return
      }
      from = end + 1
    }
  }

  #line(text: string, begin: number, end: number): void {
    this.#number++
    let from = begin
    let to = end
    if (this.#number === 1 && text.startsWith(BOM, from)) from += BOM.length
    if (to > from && text.charCodeAt(to - 1) === RETURN) to--
    if (to === from || isBlank(text, from, to)) return
    this.#scanner.line(text, from, to)
    this.reading.lines++
  }

  #reject(error: LineError): void {
    const { file, lenient } = this.#options
    if (this.reading.lines === 0 && this.reading.brokenCount === 0) {
      this.reading.foreign = error.message
      return
    }
    if (!lenient) throw broken(file, this.#number, error.message)
    this.reading.brokenCount++
    if (this.reading.broken.length < LISTED) this.reading.broken.push({ file, line: this.#number, why: error.message })
  }
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) !== 32 && text.charCodeAt(i) !== 9) return false
  return true
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
