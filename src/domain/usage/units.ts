// Units of usage: YuniKorn's own, YARN's, and hours, converted in integers so that a bound never rounds inward.

/** `native`: as YuniKorn counts; `yarn`: vcore-s and MB-s; `hours`: core-h, GiB-h, GPU-h. */
export const UNIT_SYSTEMS = ['native', 'yarn', 'hours'] as const
export type UnitSystem = (typeof UNIT_SYSTEMS)[number]

/** A unit: `amount / divisor` of YuniKorn's quantity × seconds. */
export interface Unit {
  name: string
  divisor: bigint
}

const MIB = 1n << 20n
const GIB = 1n << 30n
const HOUR = 3600n
const MILLI = 1000n
const BYTES = new Set(['memory', 'ephemeral-storage'])
const GPU = /(^|[./-])gpu$/

/** The unit of a resource in a system of units. YuniKorn counts vcore in milli-cores, memory in bytes (shim's resource.go). */
export function unitOf(resource: string, system: UnitSystem): Unit {
  if (resource === 'vcore')
    return { native: unit('mcore-s', 1n), yarn: unit('vcore-s', MILLI), hours: unit('core-h', MILLI * HOUR) }[system]
  if (BYTES.has(resource) || resource.startsWith('hugepages-')) {
    // What YARN calls MB is 2^20 bytes.
    return { native: unit('B-s', 1n), yarn: unit('MB-s', MIB), hours: unit('GiB-h', GIB * HOUR) }[system]
  }
  if (system === 'hours') return unit(GPU.test(resource) ? 'GPU-h' : `${resource}-h`, HOUR)
  return unit(`${resource}-s`, 1n)
}

function unit(name: string, divisor: bigint): Unit {
  return { name, divisor }
}

const DECIMALS = 6
const SCALE = 10n ** BigInt(DECIMALS)
const SAFE_DIGITS = 15

export type Rounding = 'down' | 'up' | 'nearest'

/**
 * numerator / denominator in decimals, rounded to six places in the way given. An integer stays a bigint; a
 * decimal is a number where a double holds all its digits, else a string.
 */
export function convert(numerator: bigint, denominator: bigint, rounding: Rounding): bigint | number | string {
  if (denominator === 1n) return numerator
  const scaled = divide(numerator * SCALE, denominator, rounding)
  const text = decimalText(scaled, DECIMALS)
  return text.replace(/\D/g, '').replace(/^0+/, '').length <= SAFE_DIGITS ? Number(text) : text
}

/** An integer divided as told; numerators may be negative. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator
  const rest = numerator % denominator
  if (rest === 0n) return quotient
  const floor = rest < 0n ? quotient - 1n : quotient
  if (rounding === 'down') return floor
  if (rounding === 'up') return floor + 1n
  const above = numerator - floor * denominator
  return above * 2n >= denominator ? floor + 1n : floor
}

/** A scaled integer as decimal text without trailing zeros. */
export function decimalText(scaled: bigint, decimals: number): string {
  const sign = scaled < 0n ? '-' : ''
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, -decimals)
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`)
}
