// Reads scheduler logs for the summaries in them. Everything else in a log is passed over; memory holds one line.
import type { DumpInput } from '../../../ports/dump-source.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { SparkopsError } from '../../errors.ts'
import { type UsageLedger } from '../ledger.ts'
import { LineError } from '../scan/json-event.ts'
import { type ReportedUsage } from './reported-usage.ts'
import { readSummaryLine, SUMMARY_MARK } from './summary-line.ts'

/** How the logs were read. */
export interface SummaryReading {
  files: number
  summaries: number
  /** Files whose last summary has no end: a writer was cut off, or is still at work. */
  cut: string[]
  /** With --lenient: summaries that could not be read. */
  broken: { file: string; line: number; why: string }[]
  brokenCount: number
}

/** Broken lines that are listed; beyond, they are counted. */
const LISTED = 100
const NEWLINE = 10
/** A line longer than this is no summary, whatever is in it. */
const LONGEST_LINE = 16 * 1024 * 1024

/** A summary and where it stands. */
export interface PlacedReport {
  report: ReportedUsage
  /** file:line */
  place: string
}

/** Gives every summary in the logs, in order. `reading` is filled on the way. */
export async function* readSummaries(
  inputs: readonly DumpInput[],
  reading: SummaryReading,
  options: { lenient: boolean; progress: ReportProgress },
): AsyncGenerator<PlacedReport> {
  let done = 0
  for (const input of inputs) {
    const before = reading.summaries + reading.brokenCount + reading.cut.length
    const bytes = input.open((read) => {
      done += read
    })
    for await (const { text, number, whole } of linesOf(bytes)) {
      const report = readOne(text, { file: input.name, number, whole }, reading, options.lenient)
      if (report === undefined) continue
      reading.summaries++
      if (reading.summaries % 1000 === 0)
        options.progress({ phase: 'reading summaries', bytesDone: done, count: reading.summaries, noun: 'summaries' })
      yield { report, place: `${input.name}:${number}` }
    }
    reading.files++
    if (input.named && reading.summaries + reading.brokenCount + reading.cut.length === before)
      throw noSummary(input.name)
  }
  if (reading.summaries === 0) throw noSummary(inputs.map((input) => input.name).join(', '))
}

interface Place {
  file: string
  number: number
  whole: boolean
}

function readOne(text: string, place: Place, reading: SummaryReading, lenient: boolean): ReportedUsage | undefined {
  try {
    return readSummaryLine(text)
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    const { file, number, whole } = place
    if (!whole) {
      reading.cut.push(file)
      return undefined
    }
    if (!lenient) throw broken(file, number, error.message)
    reading.brokenCount++
    if (reading.broken.length < LISTED) reading.broken.push({ file, line: number, why: error.message })
    return undefined
  }
}

interface Line {
  text: string
  number: number
  /** It has a line end. */
  whole: boolean
}

/** The lines that have the mark of a summary. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let held: Buffer[] = []
  let heldLength = 0
  let number = 0
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let from = 0
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE, from)) {
      const part = buffer.subarray(from, end)
      const bytes = held.length === 0 ? part : Buffer.concat([...held, part])
      held = []
      heldLength = 0
      from = end + 1
      number++
      if (bytes.includes(SUMMARY_MARK)) yield { text: bytes.toString('utf8'), number, whole: true }
    }
    if (from === buffer.length) continue
    // Copied: the chunk's memory may be used again. The rest of a line that is too long is dropped.
    if (heldLength <= LONGEST_LINE) held.push(Buffer.from(buffer.subarray(from)))
    heldLength += buffer.length - from
  }
  const rest = Buffer.concat(held)
  if (rest.includes(SUMMARY_MARK)) yield { text: rest.toString('utf8'), number: number + 1, whole: false }
}

function broken(file: string, line: number, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BROKEN_SUMMARY',
    message: `${file}:${line}: this YK_APP_SUMMARY line cannot be read.`,
    why,
    hint: 'Mend or remove the line; --lenient leaves such lines out, counts and lists them.',
    exit: 'data',
  })
}

function noSummary(file: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_SUMMARY',
    message: `${file}: there is no YK_APP_SUMMARY line in it.`,
    why: 'YuniKorn logs one at level INFO when an application is over (logger core.scheduler.application.usage).',
    hint: 'Give the log of the scheduler, or leave --summary out to compare against REST snapshots in the dump.',
    exit: 'data',
  })
}

/** Lines that are told one by one. */
const TOLD = 10

/** What the user must know of how dumps and logs were read. */
export function readingRemarks(ledger: Pick<UsageLedger, 'inputs' | 'broken'>, reading: SummaryReading): string[] {
  const cutDumps = ledger.inputs.filter((input) => input.cutBytes > 0)
  const brokenCount = ledger.inputs.reduce((sum, input) => sum + input.brokenCount, reading.brokenCount)
  const broken = [...ledger.broken, ...reading.broken]
  return [
    ...cutDumps.map(({ file, cutBytes }) => `${file}: the last line is cut off (${cutBytes} bytes) and was left out.`),
    ...reading.cut.map((file) => `${file}: the last summary is cut off and was left out.`),
    ...broken.slice(0, TOLD).map(({ file, line, why }) => `${file}:${line}: left out: ${why}`),
    ...(brokenCount > TOLD ? [`${brokenCount} lines were left out in all.`] : []),
  ]
}
