/** When what an object holds was written, as its connector says in the object's name. */

/** The time that a name tells, and what it is a part of. */
export interface NameTime {
  /** Unix nanoseconds, from (inclusive), to (exclusive), as if the name were in UTC: connectors may use another zone. */
  from: bigint
  to: bigint
  /** The name up to its time: what the same writer wrote. */
  series: string
}

const MS = 1_000_000n
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `dt=2026-11-22` (ours, Secor, Hive), `date=2026-11-22` (Vector), `day=2026-11-22`, also as 20261122. */
const LABELLED_DATE = /^(?:dt|date|day|ds)=(\d{4})-?(\d\d)-?(\d\d)$/
/** Flink's `2026-11-22--15`, and a bare `2026-11-22`. */
const BARE_DATE = /^(\d{4})-(\d\d)-(\d\d)(?:--(\d\d))?$/
const YEAR = /^(?:year|y)=(\d{4})$/
const MONTH = /^(?:month|m)=(\d{1,2})$/
const DAY_OF_MONTH = /^(?:day|d)=(\d{1,2})$/
const HOUR_OF_DAY = /^(?:hour|hr|h)=(\d{1,2})$/
const MINUTE_OF_HOUR = /^(?:minute|min)=(\d{1,2})$/
const BARE_YEAR = /^\d{4}$/
const BARE_TWO = /^\d\d$/

/**
 * The time in an object's name; undefined where there is none. Labelled forms (`dt=…`, `year=…/month=…`) count wherever
 * they stand; bare ones (`2026/11/22/15`, as Firehose and Fluent Bit have them, and `2026-11-22--15`) only in `below`, the
 * part that nobody typed: a directory of backups may be named by its own date.
 */
export function timeOfName(name: string, below: string): NameTime | undefined {
  const parts = name.split('/').slice(0, -1)
  const typed = parts.length - (below.split('/').length - 1)
  for (let at = 0; at < parts.length; at++) {
    const found = labelledAt(parts, at) ?? (at >= typed ? bareAt(parts, at) : undefined)
    if (found !== undefined) return { ...found, series: parts.slice(0, at).join('/') }
  }
  return undefined
}

type Span = Pick<NameTime, 'from' | 'to'>

function labelledAt(parts: readonly string[], at: number): Span | undefined {
  const date = LABELLED_DATE.exec(parts[at]!)
  if (date !== null) return within(date.slice(1, 4), [...clockAt(parts, at + 1)])
  const year = YEAR.exec(parts[at]!)?.[1]
  const month = MONTH.exec(parts[at + 1] ?? '')?.[1]
  if (year === undefined || month === undefined) return undefined
  const day = DAY_OF_MONTH.exec(parts[at + 2] ?? '')?.[1]
  return day === undefined ? monthOf(year, month) : within([year, month, day], [...clockAt(parts, at + 3)])
}

function* clockAt(parts: readonly string[], at: number): Generator<string> {
  const hour = HOUR_OF_DAY.exec(parts[at] ?? '')?.[1]
  if (hour === undefined) return
  yield hour
  const minute = MINUTE_OF_HOUR.exec(parts[at + 1] ?? '')?.[1]
  if (minute !== undefined) yield minute
}

function bareAt(parts: readonly string[], at: number): Span | undefined {
  const date = BARE_DATE.exec(parts[at]!)
  if (date !== null) return within(date.slice(1, 4), date[4] === undefined ? [] : [date[4]])
  if (!BARE_YEAR.test(parts[at]!) || !BARE_TWO.test(parts[at + 1] ?? '') || !BARE_TWO.test(parts[at + 2] ?? ''))
    return undefined
  const clock: string[] = []
  for (const part of parts.slice(at + 3, at + 5)) {
    if (!BARE_TWO.test(part)) break
    clock.push(part)
  }
  return within(parts.slice(at, at + 3), clock)
}

/** The day, or its hour, or that hour's minute; undefined for what no calendar or clock has. */
function within(date: readonly string[], clock: readonly string[]): Span | undefined {
  const [year = 0, month = 0, day = 0] = date.map(Number)
  const [hour, minute] = clock.map(Number)
  const midnight = new Date(Date.UTC(year, month - 1, day))
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day || (hour ?? 0) > 23 || (minute ?? 0) > 59)
    return undefined
  const from = midnight.getTime() + (hour ?? 0) * HOUR + (minute ?? 0) * MINUTE
  return span(from, from + (hour === undefined ? DAY : minute === undefined ? HOUR : MINUTE))
}

function monthOf(year: string, month: string): Span | undefined {
  const index = Number(month) - 1
  if (index < 0 || index > 11) return undefined
  return span(Date.UTC(Number(year), index), Date.UTC(Number(year), index + 1))
}

function span(from: number, to: number): Span {
  return { from: BigInt(from) * MS, to: BigInt(to) * MS }
}
