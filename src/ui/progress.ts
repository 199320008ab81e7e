/**
 * One line on standard error that says how far long work is: bytes, rate, time left. On a terminal it redraws itself;
 * elsewhere it is a plain line now and then, so that a CI job is not taken for dead.
 */
import type { Clock } from '../ports/clock.ts'
import type { ProgressReading, ReportProgress } from '../ports/progress.ts'
import { formatBytes, formatCount, formatDuration } from './format.ts'
import { sanitize } from './sanitize.ts'

/** `silent` never writes; `line` redraws one line; a number writes a whole line each so many milliseconds. */
export type ProgressMode = 'silent' | 'line' | number

const REDRAW_MS = 100
const CI_HEARTBEAT_MS = 30_000
const ASKED_LINES_MS = 10_000
// A rate from less than this is noise.
const SETTLED_MS = 500

/** What suits the stream: quiet is silent, a terminal gets one line, `--progress` plain lines, CI a heartbeat. */
export function progressMode(question: {
  quiet: boolean
  /** `--progress` or `--no-progress`; undefined when not said. */
  asked: boolean | undefined
  isTTY: boolean
  env: Readonly<Record<string, string | undefined>>
}): ProgressMode {
  if (question.quiet || question.asked === false) return 'silent'
  if (question.isTTY && question.env.TERM !== 'dumb') return 'line'
  if (question.asked) return ASKED_LINES_MS
  return question.env.CI ? CI_HEARTBEAT_MS : 'silent'
}

export interface ProgressLine {
  report: ReportProgress
  /** Takes the line away, so that what follows starts on a clean one. */
  clear(): void
}

/** A progress line on a stream. Call `clear` before anything else is written, and at the end. */
export function progressLine(options: {
  mode: ProgressMode
  clock: Clock
  write: (text: string) => void
  width: () => number
}): ProgressLine {
  const { mode, clock, write } = options
  if (mode === 'silent') return { report: () => undefined, clear: () => undefined }
  const interval = mode === 'line' ? REDRAW_MS : mode
  let phase: string | undefined
  let phaseStart = clock.now()
  let lastWritten = mode === 'line' ? 0 : phaseStart
  let drawn = false

  const clear = (): void => {
    if (drawn) write('\r\u001b[K')
    drawn = false
  }
  const report = (reading: ProgressReading): void => {
    const now = clock.now()
    if (reading.phase !== phase) {
      phase = reading.phase
      phaseStart = now
    }
    if (now - lastWritten < interval) return
    lastWritten = now
    const text = describeProgress(reading, now - phaseStart)
    if (mode === 'line') {
      write(`\r\u001b[K${text.slice(0, Math.max(1, options.width() - 1))}`)
      drawn = true
    } else {
      write(`${new Date(now).toISOString()} ${text}\n`)
    }
  }
  return { report, clear }
}

/** A reading in words: `reading 1.5 GiB of 4 GiB (37%), 210 MiB/s, 1,234,567 events, 400,000/s, 12s left`. */
export function describeProgress(reading: ProgressReading, elapsedMs: number): string {
  const { bytesDone, bytesTotal, count } = reading
  const perSecond = (amount: number): number => (amount * 1000) / elapsedMs
  const settled = elapsedMs >= SETTLED_MS
  const parts: string[] = []
  if (bytesDone !== undefined) {
    const share = bytesTotal ? ` of ${formatBytes(bytesTotal)} (${percent(bytesDone, bytesTotal)}%)` : ''
    parts.push(formatBytes(bytesDone) + share)
    if (settled) parts.push(`${formatBytes(perSecond(bytesDone))}/s`)
  }
  if (count !== undefined) {
    parts.push(`${formatCount(count)} ${reading.noun ?? 'items'}`)
    if (settled) parts.push(`${formatCount(Math.round(perSecond(count)))}/s`)
  }
  if (bytesDone && bytesTotal && settled && bytesDone < bytesTotal) {
    parts.push(`${formatDuration((elapsedMs * (bytesTotal - bytesDone)) / bytesDone)} left`)
  }
  return [sanitize(reading.phase), parts.join(', ')].join(' ').trimEnd()
}

function percent(part: number, whole: number): number {
  return Math.min(100, Math.floor((100 * part) / whole))
}
