/** Amounts and times of a report as people read them. Bounds are rounded outwards; all times are UTC. */
import type { OpenBounds, ReportResource } from '../../domain/usage/report/usage-report.ts'
import { formatCount, formatDuration } from '../format.ts'

const HOUR = 3600n

/** Usage in hours of a unit: `5.718`. */
export function hours(amount: bigint, resource: ReportResource, round: 'down' | 'up' | 'nearest' = 'nearest'): string {
  return decimal(amount, resource.perUnit * HOUR, decimalsFor(amount, resource.perUnit * HOUR), round)
}

/** Both bounds in hours, or one figure where they are equal: `5.71 – 6.17`. */
export function hoursRange({ lower, upper }: OpenBounds, resource: ReportResource): string {
  if (upper === null) return `${hours(lower, resource, 'down')} or more`
  if (lower === upper) return hours(lower, resource)
  const unit = resource.perUnit * HOUR
  const decimals = decimalsFor(upper, unit)
  return `${decimal(lower, unit, decimals, 'down')} – ${decimal(upper, unit, decimals, 'up')}`
}

function decimalsFor(amount: bigint, unit: bigint): number {
  if (amount >= 1000n * unit) return 0
  if (amount >= 100n * unit) return 1
  return amount >= 10n * unit ? 2 : 3
}

function decimal(amount: bigint, unit: bigint, decimals: number, round: 'down' | 'up' | 'nearest'): string {
  const scaled = amount * 10n ** BigInt(decimals)
  const extra = { down: 0n, up: unit - 1n, nearest: unit / 2n }[round]
  const digits = ((scaled + extra) / unit).toString().padStart(decimals + 1, '0')
  const whole = formatCount(BigInt(digits.slice(0, digits.length - decimals)))
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
}

/** A mean with three significant digits at least: `104`, `8.25`, `0`. */
export function mean(value: number): string {
  if (value === 0) return '0'
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return formatCount(Number(value.toFixed(decimals)))
}

/** Two means, or one where they read the same. */
export function meanRange(lower: number, upper: number): string {
  const [least, most] = [mean(lower), mean(upper)]
  return least === most ? least : `${least} – ${most}`
}

/** A share in per cent, never rounded up to 100 %. */
export function share(part: bigint, whole: bigint): string {
  if (whole === 0n) return part === 0n ? '100 %' : '–'
  return `${decimal(part * 100n, whole, 1, 'down').replace(/\.0$/, '')} %`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const MILLI = 1_000_000n

/** Parts of a moment in UTC. */
function partsOf(at: bigint): { date: string; time: string; millis: string } {
  const moment = new Date(Number(at / MILLI))
  const iso = moment.toISOString()
  return {
    date: `${moment.getUTCDate()} ${MONTHS[moment.getUTCMonth()]!} ${moment.getUTCFullYear()}`,
    time: iso.slice(-13, -5),
    millis: iso.slice(-5, -1),
  }
}

/** `22 Nov 2026, 19:29:20` */
export function dateTime(at: bigint): string {
  const { date, time } = partsOf(at)
  return `${date}, ${time}`
}

/** `22 Nov 2026` */
export function dateOf(at: bigint): string {
  return partsOf(at).date
}

/** `19:29:20` */
export function timeOf(at: bigint): string {
  return partsOf(at).time
}

/** A moment to the millisecond; without the date where `day` is the same. */
export function moment(at: bigint, day?: bigint): string {
  const { date, time, millis } = partsOf(at)
  return day !== undefined && dateOf(day) === date ? time + millis : `${date}, ${time}${millis}`
}

/** A length of time: `25 s`, `2 h 5 min`. */
export function span(nanos: bigint): string {
  return formatDuration(Number(nanos / MILLI))
    .replace(/(\d)([a-z]+)/g, (_, digit: string, unit: string) => {
      return `${digit} ${unit === 'm' ? 'min' : unit} `
    })
    .trim()
}

/** Both ends of a long name: they say more than its beginning alone. */
export function middle(name: string, longest = 28): string {
  if (name.length <= longest) return name
  const half = Math.floor((longest - 1) / 2)
  return `${name.slice(0, half)}…${name.slice(-half)}`
}
