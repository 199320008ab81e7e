// Windows of time: hours, days, weeks and months of a time zone, as boundaries in nanoseconds.
import { DateTime, IANAZone } from 'luxon'
import { SparkopsError } from '../errors.ts'

export const WINDOWS = ['hour', 'day', 'week', 'month'] as const
export type WindowSize = (typeof WINDOWS)[number]

/** A half-open stretch of time in Unix nanoseconds. */
export interface Window {
  from: bigint
  to: bigint
}

const MS = 1_000_000n
/** More windows than this are a slip of the keyboard, not a question. */
const MOST_WINDOWS = 200_000

/** The windows that cover [from, to], each whole but for the first and last where the question is cut. */
export function windowsOver(from: bigint, to: bigint, size: WindowSize, zone: string): Window[] {
  const windows: Window[] = []
  let at: DateTime = DateTime.fromMillis(Number(from / MS), { zone }).startOf(size)
  const last = Number(to / MS)
  while (at.toMillis() <= last) {
    const next = following(at, size)
    windows.push({ from: BigInt(at.toMillis()) * MS, to: BigInt(next.toMillis()) * MS })
    at = next
    if (windows.length > MOST_WINDOWS) throw tooMany(size)
  }
  return windows
}

/** The beginning of the next window. Where clocks are set back by half an hour, that hour begins but once. */
function following(at: DateTime, size: WindowSize): DateTime {
  const next = at.plus({ [size]: 1 })
  const begin = next.startOf(size)
  return begin.toMillis() > at.toMillis() ? begin : next
}

/** Refuses a time zone that is not known. */
export function checkZone(zone: string): string {
  if (zone === 'UTC' || IANAZone.isValidZone(zone)) return zone
  throw new SparkopsError({
    code: 'SO_TIME_ZONE',
    message: `--time-zone: ${zone} is not known.`,
    why: 'It is no name of the IANA time zone database.',
    hint: 'For example Europe/Berlin, America/New_York, or UTC.',
    exit: 'usage',
  })
}

/** What 64 bits of nanoseconds can say, in milliseconds. */
const LATEST_MS = 9_223_372_036_854

/** A moment as people write it, in nanoseconds: RFC 3339, or a date, in the time zone where it names none. */
export function parseMoment(flag: string, text: string, zone: string): bigint {
  const moment = DateTime.fromISO(text, { zone })
  // An hour alone would be one of today.
  const why = /^\d{4}/.test(text)
    ? (moment.invalidExplanation ?? (isTellable(moment) ? undefined : 'Times are from 1970 to 2262.'))
    : 'It does not begin with a year.'
  if (why === undefined) return BigInt(moment.toMillis()) * MS
  throw new SparkopsError({
    code: 'SO_TIME',
    message: `${flag}: ${text} is no time.`,
    why,
    hint: `For example ${flag} 2026-11-01 or ${flag} 2026-11-01T03:00:00Z.`,
    exit: 'usage',
  })
}

function isTellable(moment: DateTime): boolean {
  return moment.isValid && moment.toMillis() >= 0 && moment.toMillis() <= LATEST_MS
}

/** A moment for people and programs, to the millisecond (rounded down), in UTC. */
export function isoTime(at: bigint): string {
  return new Date(Number(at / MS)).toISOString()
}

function tooMany(size: WindowSize): SparkopsError {
  return new SparkopsError({
    code: 'SO_WINDOWS',
    message: `There are more than ${MOST_WINDOWS} windows of one ${size} in that time.`,
    why: 'The first event, or --from, lies very far from the last, or --to.',
    hint: 'Take larger windows, or narrow the time by --from and --to.',
    exit: 'usage',
  })
}
