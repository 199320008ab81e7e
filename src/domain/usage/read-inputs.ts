// Reads all inputs into the store: small ones one after the other, large ones on other threads, in parts where they can be.
import type { DumpInput, DumpLocation } from '../../ports/dump-source.ts'
import type { FactStore } from '../../ports/fact-store.ts'
import type { ReportProgress } from '../../ports/progress.ts'
import type { ScanPool } from '../../ports/scan-pool.ts'
import { SparkopsError } from '../errors.ts'
import { type FactBatch, type FactSink } from './facts.ts'
import { addRecord, addSeen, emptyReading, emptyRecord, type InputRecord, type Reading } from './input-record.ts'
import { ContentMarks } from './scan/content-marks.ts'
import { type LineCounts } from './scan/dump-scanner.ts'
import { type ScanOptions, scanKit, scanPart, type ScanResult } from './scan/scan-part.ts'
import { type SourceRecord } from './scan/sources.ts'
import { stitchParts } from './scan/stitch.ts'
import { StreamLane } from './scan/stream-lane.ts'

export interface ReadInputsOptions {
  cluster: string
  lenient: boolean
  wantUsers: boolean
  /** Is told how each input was read, in the order of the inputs. */
  onRecord?: ((record: InputRecord) => void) | undefined
}

/** Numbers of sources that parts on other threads have to themselves: far more than any part has. */
const APART = 1 << 24
const APART_EACH = 1 << 20
/** Parts handed to the pool at once: enough to keep its threads busy. */
const AT_ONCE = 8
/** Inputs that are on their way at once, the one that is read included. */
const PREPARED = 8

interface Part {
  location: DumpLocation
  options: ScanOptions
  base: number
}

/** Reads everything; throws on malformed input. */
export async function readInputs(
  inputs: readonly DumpInput[],
  store: FactStore,
  pool: ScanPool | undefined,
  options: ReadInputsOptions,
  report: ReportProgress,
): Promise<Reading> {
  const reading = new InputReading(store, pool, options, totalBytes(inputs), report)
  for (const [index, input] of inputs.entries()) {
    for (const next of inputs.slice(index, index + PREPARED)) next.prepare?.()
    await reading.read(input)
  }
  return reading.end()
}

function totalBytes(inputs: readonly DumpInput[]): number | undefined {
  return inputs.every((input) => input.bytes !== undefined)
    ? inputs.reduce((sum, input) => sum + (input.bytes ?? 0), 0)
    : undefined
}

class InputReading {
  readonly #kit
  readonly #result = emptyReading()
  readonly #onRecord: (record: InputRecord) => void
  readonly #store: FactStore
  readonly #pool: ScanPool | undefined
  readonly #options: ReadInputsOptions
  readonly #total: number | undefined
  readonly #report: ReportProgress
  readonly #offset = { base: 0 }
  readonly #marks = new Map<string, ContentMarks>()
  #next = 0
  #parts = 0
  #bytes = 0

  constructor(
    store: FactStore,
    pool: ScanPool | undefined,
    options: ReadInputsOptions,
    total: number | undefined,
    report: ReportProgress,
  ) {
    this.#store = store
    this.#pool = pool
    this.#options = options
    this.#onRecord = options.onRecord ?? (() => undefined)
    this.#total = total
    this.#report = report
    const sink = numbered(store, this.#offset)
    this.#kit = scanKit(sink, new StreamLane(sink, options.wantUsers))
  }

  async read(input: DumpInput): Promise<void> {
    const { cluster, lenient, wantUsers } = this.#options
    const options: ScanOptions = { file: input.name, cluster, lenient, wantUsers, continued: false }
    const pool = this.#pool
    const apart = pool !== undefined && input.split !== undefined && (input.bytes ?? 0) >= pool.leastBytes
    this.#take(
      input,
      apart ? await this.#readApart(input, input.split!, pool, options) : [await this.#readHere(input, options)],
      apart,
    )
  }

  end(): Reading {
    this.#kit.writer.flush()
    this.#kit.names.flush()
    return this.#result
  }

  async #readHere(input: DumpInput, options: ScanOptions): Promise<ScanResult> {
    const before = this.#result.events
    this.#kit.writer.flush()
    this.#offset.base = this.#next
    const bytes = input.open((read) => {
      this.#bytes += read
    })
    const tell = (_: number, events: number): void => this.#tell(before + events)
    const result = await scanPart(bytes, this.#kit, options, tell, input.numberOf)
    this.#next = number(result, this.#next)
    return result
  }

  /** Scans the parts of a large input on the pool's threads; a broken line is told with its place in the whole file. */
  async #readApart(
    input: DumpInput,
    split: NonNullable<DumpInput['split']>,
    pool: ScanPool,
    options: ScanOptions,
  ): Promise<ScanResult[]> {
    const locations = await split(pool.partBytes)
    const parts = locations.map((location, index): Part => ({
      location,
      options: { ...options, continued: index > 0 },
      base: APART + this.#parts++ * APART_EACH,
    }))
    const results: ScanResult[] = []
    try {
      await eachOf(parts, AT_ONCE, async (part, index) => {
        const sink = numbered(this.#store, { base: part.base })
        const result = await pool.scan(part.location, part.options, sink, (bytes) => {
          this.#bytes += bytes
          this.#tell(this.#result.events)
        })
        number(result, part.base)
        this.#result.events += result.counts.events
        results[index] = result
      })
    } catch (error) {
      // A part does not know how many lines came before it: reading from the beginning finds the line's number.
      if (error instanceof SparkopsError && error.code === 'SO_BROKEN_LINE' && parts.length > 1)
        await findBroken(input, options)
      throw error
    }
    for (const result of results) this.#result.events -= result.counts.events
    stitchParts(results)
    return results
  }

  #take(input: DumpInput, parts: readonly ScanResult[], apart: boolean): void {
    const foreign = parts[0]?.reading.foreign
    if (foreign !== undefined && input.named) throw notADump(input.name, foreign)
    const record = { ...emptyRecord(input.name, foreign), apart }
    const { account } = record
    const { counts } = account
    let linesBefore = 0
    for (const part of parts) {
      for (const name of Object.keys(counts) as (keyof LineCounts)[]) counts[name] += part.counts[name]
      account.cutBytes += part.reading.cutBytes
      account.brokenCount += part.reading.brokenCount
      record.broken.push(...part.reading.broken.map((one) => ({ ...one, line: one.line + linesBefore })))
      linesBefore += part.reading.physicalLines
      record.sources.push(...part.sources.map((source) => this.#compared(input, source)))
      record.heartbeats.push(...part.heartbeats)
      record.earlyForm ||= part.earlyForm
      addSeen(record.seen, part.seen)
    }
    addRecord(this.#result, record)
    this.#onRecord(record)
  }

  /** Refuses a source that has another event for an id than one before; its marks are then no longer needed. */
  #compared(input: DumpInput, source: SourceRecord): SourceRecord {
    const { cluster, instance = '', marks } = source
    if (marks === undefined) return source
    const key = `${cluster}\n${instance}`
    const known = this.#marks.get(key) ?? new ContentMarks()
    this.#marks.set(key, known)
    const id = known.join(marks)
    if (id !== undefined) throw contradicts(input.name, instance, id)
    return { ...source, marks: undefined }
  }

  #tell(events: number): void {
    const total = this.#total === undefined ? {} : { bytesTotal: this.#total }
    this.#report({ phase: 'reading', bytesDone: this.#bytes, ...total, count: events, noun: 'events' })
  }
}

/** A sink that gives the sources of a part numbers of their own among all parts. */
function numbered(store: FactSink, offset: { base: number }): FactSink {
  return {
    facts: (batch: FactBatch) => {
      if (offset.base > 0) for (let row = 0; row < batch.rows; row++) batch.src[row]! += offset.base
      store.facts(batch)
    },
    names: (names) => store.names(names),
  }
}

/** Moves the numbers of a part's sources; returns the next free number. */
function number(result: ScanResult, base: number): number {
  for (const source of result.sources) source.src += base
  return base + result.sources.length
}

async function eachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index]!, index)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}

/** Reads a file again from its beginning, keeping nothing, until its broken line. */
async function findBroken(input: DumpInput, options: ScanOptions): Promise<void> {
  const nowhere: FactSink = { facts: () => undefined, names: () => undefined }
  await scanPart(
    input.open(() => undefined),
    scanKit(nowhere, new StreamLane(nowhere, options.wantUsers)),
    options,
    () => undefined,
  )
}

function contradicts(file: string, instance: string, id: number): SparkopsError {
  return new SparkopsError({
    code: 'SO_CONTRADICTION',
    message: `${file}: event ${id} of the scheduler ${instance} is not the one that another file has.`,
    why: 'A scheduler gives each id to one event, so one of the files was changed or mixed up.',
    hint: 'Leave out the file that cannot be trusted; if two clusters are meant, read each with its --cluster.',
    exit: 'data',
  })
}

function notADump(file: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_A_DUMP',
    message: `${file}: this is not a dump of YuniKorn events.`,
    why: `Its first line: ${why}`,
    hint: 'A dump holds bodies of /ws/v1/events/batch, lines of /ws/v1/events/stream, or lines of our collector.',
    exit: 'data',
  })
}
