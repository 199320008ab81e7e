// Reads one dump, line by line: tells what each line is by its content and turns it into facts, coverage and
// observations. The fast ways are for the forms YuniKorn and our collector write; all else goes the slow way.
import { joinedValues, unwrapped } from './wrapped-lines.ts'
import { type FactWriter } from '../facts.ts'
import { type IdCoverage, type Moment, type StreamCoverage } from './coverage.ts'
import { EventFacts, skipRule } from './event-facts.ts'
import { EventSpans, readEventLine } from './event-line.ts'
import {
  canonicalEvent,
  integerField,
  isEvent,
  isObject,
  type JsonObject,
  type JsonValue,
  LineError,
  parseJson,
  stringField,
} from './json-event.ts'
import { type Names } from './names.ts'
import { PageReading } from './page-reading.ts'
import { type Source, type Sources } from './sources.ts'
import { type StreamLane } from './stream-lane.ts'

/** What one file's lines were, for the account of the input. */
export interface LineCounts {
  events: number
  pages: number
  heartbeats: number
  snapshots: number
  other: number
}

/** Takes a REST snapshot: the path asked, the answer's body as text, the time in nanoseconds. */
export type TakeSnapshot = (snapshot: { cluster: string; path: string; body: JsonValue; at: bigint }) => void

export interface ScannerPorts {
  writer: FactWriter
  names: Names
  lane: StreamLane
  sources: Sources
  snapshot: TakeSnapshot
}

export interface ScannerOptions {
  /** The cluster of lines that do not name theirs. */
  cluster: string
  /** The file's name, for sources and messages. */
  file: string
  wantUsers: boolean
  /** Another part of the same file comes right before: it may have left a connection open. */
  continued: boolean
}

const ENVELOPE = '{"v":'
const INSTANCE = '{"InstanceUUID":"'
const PAGE = /^\{"InstanceUUID":"([^"\\]+)","LowestID":(\d{1,15}),"HighestID":(\d{1,15}),"EventRecords":\[/
const STREAM_HEAD = /^\{"InstanceUUID":"([^"\\]+)"\}$/
const ENVELOPE_HEAD = /^\{"v":1,"cluster":"([^"\\]*)","instance":"([^"\\]+)","id":(\d{1,15}),"recv":\d{1,19},"event":/
const NEXT_RECORD = ',{"type":'
const NONE_OF_OURS = 'not an event, page, envelope, heartbeat or snapshot'
const MIB = 1 << 20
/** A longer line is not taken apart: as objects it would take many times its length of memory. */
const LONGEST_VALUE = 64 * MIB
/** The farthest an envelope's event can begin from its line's start. */
const ENVELOPE_HEAD_LENGTH = 512

/** Reads the lines of one dump. */
export class DumpScanner {
  readonly counts: LineCounts = { events: 0, pages: 0, heartbeats: 0, snapshots: 0, other: 0 }
  readonly #ports: ScannerPorts
  readonly #options: ScannerOptions
  readonly #facts: EventFacts
  readonly #spans = new EventSpans()
  readonly #at: Moment = { seconds: 0, nanos: 0 }
  #connection: (Source & { coverage: StreamCoverage }) | undefined
  #instance: string | undefined
  #boots: Moment | undefined
  /** No line of this part has begun a connection yet. */
  #mayContinue: boolean
  // The last envelope's head as text: the next one of the same instance differs in id and time only.
  #headCluster = ''
  #headInstance = ''
  #headSource: (Source & { coverage: IdCoverage }) | undefined

  constructor(ports: ScannerPorts, options: ScannerOptions) {
    this.#ports = ports
    this.#options = options
    this.#facts = new EventFacts(ports.writer, ports.names, options.wantUsers)
    this.#mayContinue = options.continued
    this.#spans.isSkipped = skipRule(options.wantUsers)
  }

  /** Whether an application began in the form of YuniKorn 1.4 and 1.5. */
  get earlyForm(): boolean {
    return this.#facts.earlyForm
  }

  /** Reads the line `text[from, to)` (bytes as latin1, no line end). Throws a LineError when it is none of ours. */
  line(text: string, from: number, to: number): void {
    if (readEventLine(text, from, to, this.#spans)) return this.#streamed(text)
    if (text.startsWith(ENVELOPE, from) && this.#envelope(text, from, to)) return
    if (text.startsWith(INSTANCE, from) && this.#instanceLine(text, from, to)) return
    this.#slow(text.slice(from, to))
  }

  /** Takes the bytes of whole lines that `run` is to read next. */
  load(bytes: Uint8Array): void {
    this.#ports.lane.load(bytes)
  }

  /**
   * Reads as many of the loaded lines from `from` on as are plain events of a stream. Returns their number and where it
   * stopped; the line there is for `line` to read.
   */
  run(from: number, to: number): { lines: number; at: number } {
    const connection = this.#connection
    if (connection === undefined) return { lines: 0, at: from }
    const { lines, earliest, latest, at } = this.#ports.lane.run(from, to, connection.src)
    if (lines > 0) connection.coverage.addRun(lines, momentOf(earliest), momentOf(latest))
    this.counts.events += lines
    return { lines, at }
  }

  /** Ends the reading: a connection that has begun without an event yet may go on in the next part. */
  end(): void {
    if (this.#connection === undefined && this.#instance !== undefined) this.#open(false)
  }

  #streamed(text: string): void {
    const spans = this.#spans
    const boot = EventFacts.isBoot(text, spans)
    this.#at.seconds = spans.seconds
    this.#at.nanos = spans.nanos
    if (boot) this.#noteBoot()
    this.#connection ??= this.#open(boot)
    this.#connection.coverage.add(this.#at, boot)
    this.#facts.write(this.#connection.src, text, spans)
    this.counts.events++
  }

  #open(boot: boolean): Source & { coverage: StreamCoverage } {
    const begin = { headless: this.#mayContinue, boot }
    this.#mayContinue = false
    return this.#ports.sources.connection(this.#options.cluster, this.#instance, this.#options.file, begin)
  }

  /** A scheduler that begins anew inside a stream whose reconnect is not marked (1.5, or files joined) is another instance. */
  #noteBoot(): void {
    const earlier = this.#boots
    this.#boots = { ...this.#at }
    if (this.#connection === undefined) return
    // Several partitions have a root each, made within the same second.
    if (earlier !== undefined && Math.abs(this.#at.seconds - earlier.seconds) <= 1) return
    this.#connection = undefined
    this.#instance = undefined
  }

  #envelope(text: string, from: number, to: number): boolean {
    const head = ENVELOPE_HEAD.exec(text.slice(from, Math.min(to, from + ENVELOPE_HEAD_LENGTH)))
    if (head === null) return false
    const start = from + head[0].length
    if (!readEventLine(text, start, to - 1, this.#spans) || text.charCodeAt(to - 1) !== 125) return false
    this.#identified(text, head[1]!, head[2]!, Number(head[3]))
    return true
  }

  #identified(text: string, cluster: string, instance: string, id: number): void {
    if (this.#headSource === undefined || instance !== this.#headInstance || cluster !== this.#headCluster) {
      this.#headCluster = cluster
      this.#headInstance = instance
      this.#headSource = this.#ports.sources.identified(utf8(cluster) || this.#options.cluster, utf8(instance))
    }
    const spans = this.#spans
    this.#at.seconds = spans.seconds
    this.#at.nanos = spans.nanos
    const { src, coverage } = this.#headSource
    const isNew = coverage.add(id, this.#at, id === 0 && EventFacts.isBoot(text, spans))
    const mark = isNew ? this.#facts.write(src, text, spans) : this.#facts.mark(text, spans)
    const agrees = coverage.marks.agrees(id, mark)
    if (agrees === false) throw new LineError(`id: ${id} of ${utf8(instance)} came before with another event`)
    // Whether it says the same as before is not known: the engine then finds out.
    if (!isNew && agrees === undefined) this.#facts.write(src, text, spans)
    this.counts.events++
  }

  #instanceLine(text: string, from: number, to: number): boolean {
    const opening = text.slice(from, Math.min(to, from + ENVELOPE_HEAD_LENGTH))
    const page = PAGE.exec(opening)
    if (page !== null) return this.#page(text, from + page[0].length, to, page[1]!, Number(page[2]), Number(page[3]))
    const head = to - from < ENVELOPE_HEAD_LENGTH ? STREAM_HEAD.exec(opening) : null
    if (head === null) return false
    this.#connect(utf8(head[1]!))
    return true
  }

  /** A connection begins: what follows is of this instance, and what came before it is not continued. */
  #connect(instance: string): void {
    this.#mayContinue = false
    this.#instance = instance
    this.#connection = undefined
    this.#boots = undefined
    this.counts.other++
  }

  /**
   * Reads a page's records from `from`; false when they cannot be told apart: then the whole page goes the slow way,
   * and the facts already written come once more, which is harmless (docs/usage-rules.md §4).
   */
  #page(text: string, from: number, to: number, instance: string, lowest: number, highest: number): boolean {
    if (text.charCodeAt(to - 1) !== 125 || text.charCodeAt(to - 2) !== 93) return false
    const page = new PageReading(this.#ports.sources.pages(this.#options.cluster, utf8(instance), this.#options.file))
    for (let at = from; at < to - 2;) {
      let end = text.indexOf(NEXT_RECORD, at)
      if (end < 0 || end > to) end = to - 2
      if (readEventLine(text, at, end, this.#spans)) this.#record(page, text)
      else if (!this.#slowRecord(page, text.slice(at, end))) return false
      at = end + 1
    }
    this.#endPage(page, lowest, highest)
    return true
  }

  /** Reads one record that is not of YuniKorn's own form; false when it is not even JSON. */
  #slowRecord(page: PageReading, record: string): boolean {
    let value: JsonValue
    try {
      value = parseJson(record)
    } catch (error) {
      if (error instanceof LineError) return false
      throw error
    }
    this.#pageRecord(page, value, page.records)
    return true
  }

  #pageRecord(page: PageReading, value: JsonValue, index: number): void {
    inItem(`EventRecords[${index}]`, () => {
      if (!isObject(value)) throw new LineError('not an event')
      this.#slowEvent(value, (text) => this.#record(page, text))
    })
  }

  #record(page: PageReading, text: string): void {
    page.add(this.#spans, EventFacts.isBoot(text, this.#spans))
    this.#facts.write(page.source.src, text, this.#spans)
  }

  #endPage(page: PageReading, lowest: number, highest: number): void {
    this.counts.pages++
    this.counts.events += page.records
    if (page.records > 0) page.source.coverage.add(page.toPage(lowest, highest))
  }

  #slow(line: string): void {
    if (line.length > LONGEST_VALUE)
      throw new LineError(`longer than ${LONGEST_VALUE / MIB} MiB, and no page of events`)
    for (const [index, text] of joinedValues(line).entries()) {
      const value = unwrapped(parseJson(text))
      if (!Array.isArray(value)) inItem(index === 0 ? '' : `value ${index + 1}`, () => this.#value(value))
      else for (const [place, item] of value.entries()) inItem(`[${place}]`, () => this.#value(item))
    }
  }

  #value(wrapped: JsonValue): void {
    const value = unwrapped(wrapped)
    if (!isObject(value)) throw new LineError(NONE_OF_OURS)
    if (isEvent(value)) return this.#slowEvent(value, (text) => this.#streamed(text))
    if (isObject(value['event'])) return this.#slowEnvelope(value, value['event'])
    if (value['EventRecords'] !== undefined) return this.#slowPage(value)
    if (value['path'] !== undefined && value['status'] !== undefined) return this.#snapshot(value)
    if (value['ok'] !== undefined && value['t'] !== undefined) return this.#heartbeat(value)
    if (value['InstanceUUID'] !== undefined && Object.keys(value).length === 1)
      return this.#connect(stringField(value, 'InstanceUUID') ?? '')
    if (value['marker'] !== undefined && value['t'] !== undefined) return this.#marker()
    if (value['status_code'] !== undefined && value['message'] !== undefined) return this.#endOfStream()
    throw new LineError(NONE_OF_OURS)
  }

  /** What a collector says of its own reading, for people: the numbers of its envelopes tell the same. */
  #marker(): void {
    this.counts.other++
  }

  /** YuniKorn ends a stream in band when the reader is too slow, or answers with an error: what comes next is another stretch. */
  #endOfStream(): void {
    this.#mayContinue = false
    this.#connection = undefined
    this.counts.other++
  }

  #slowEvent(event: JsonObject, take: (text: string) => void): void {
    const text = canonicalEvent(event)
    if (!readEventLine(text, 0, text.length, this.#spans, true)) throw new LineError('not an event')
    take(text)
  }

  #slowEnvelope(envelope: JsonObject, event: JsonObject): void {
    const version = integerField(envelope, 'v')
    if (version !== undefined && version !== 1n) throw new LineError(`v: envelope version ${version} is not known`)
    const instance = stringField(envelope, 'instance')
    const id = integerField(envelope, 'id')
    if (instance === undefined || instance === '') throw new LineError('instance: missing in an envelope')
    if (id === undefined || id < 0n || id > 2n ** 52n) throw new LineError('id: not an event id')
    const cluster = stringField(envelope, 'cluster') ?? ''
    this.#slowEvent(event, (text) => this.#identified(text, latin1(cluster), latin1(instance), Number(id)))
  }

  #slowPage(page: JsonObject): void {
    const instance = stringField(page, 'InstanceUUID') ?? ''
    const lowest = Number(integerField(page, 'LowestID') ?? 0n)
    const highest = Number(integerField(page, 'HighestID') ?? 0n)
    const list = page['EventRecords']
    if (list !== null && !Array.isArray(list)) throw new LineError('EventRecords: not a list')
    const reading = new PageReading(this.#ports.sources.pages(this.#options.cluster, instance, this.#options.file))
    for (const [index, record] of (list ?? []).entries()) this.#pageRecord(reading, record, index)
    this.#endPage(reading, lowest, highest)
  }

  #snapshot(value: JsonObject): void {
    this.counts.snapshots++
    const at = timeField(value)
    const status = integerField(value, 'status')
    if (status !== 200n) return
    const body = value['body']
    if (body === undefined) throw new LineError('body: missing in a snapshot')
    const cluster = stringField(value, 'cluster') ?? this.#options.cluster
    this.#ports.snapshot({ cluster, path: stringField(value, 'path') ?? '', body, at })
  }

  #heartbeat(value: JsonObject): void {
    this.counts.heartbeats++
    const at = timeField(value)
    if (value['ok'] !== true) return
    const instance = stringField(value, 'instance')
    const highest = integerField(value, 'highest')
    if (instance === undefined || instance === '') throw new LineError('instance: missing in a heartbeat that is ok')
    if (highest === undefined || highest < 0n) throw new LineError('highest: missing in a heartbeat that is ok')
    const cluster = stringField(value, 'cluster') ?? this.#options.cluster
    this.#ports.sources.heartbeat({ cluster, instance, highest: Number(highest), at })
  }
}

function momentOf(nanoseconds: bigint): Moment {
  return { seconds: Number(nanoseconds / 1_000_000_000n), nanos: Number(nanoseconds % 1_000_000_000n) }
}

function timeField(value: JsonObject): bigint {
  const at = integerField(value, 't')
  if (at === undefined || at < 10n ** 18n) throw new LineError('t: no time in nanoseconds since 1970')
  return at
}

/** Does the work; an error in it is told with the place of the item. */
function inItem(place: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw error instanceof LineError && place !== '' ? new LineError(`${place}: ${error.message}`) : error
  }
}

function utf8(latin1Text: string): string {
  return Buffer.from(latin1Text, 'latin1').toString('utf8')
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
