/**
 * Quantities as Kubernetes compares them (apimachinery pkg/api/resource): `3072Mi`, `3Gi` and `3221225472` are one
 * amount, and so are `1000m`, `1` and `"1"`. Exact: amounts are counted in billionths, the finest that the API keeps.
 */
import { scalarText } from './json.ts'

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE])([+-]?\d{1,3})|([numkKMGTPE]i?|))$/
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const NANO = 9
/** Longer texts are no quantities of anything, and powers of their exponents would only cost time. */
const LONGEST = 64

/** The amount in billionths; undefined where the text is no quantity. What is finer is rounded up, as the API does. */
export function quantityOf(value: unknown): bigint | undefined {
  const text = typeof value === 'boolean' ? '' : scalarText(value).trim()
  const match = text.length > LONGEST ? null : FORM.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', , exponent, suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const binary = BINARY[suffix]
  const decimal = exponent === undefined ? DECIMAL[suffix] : Number(exponent)
  if (binary === undefined && decimal === undefined) return undefined
  const digits = BigInt(whole + fraction) << BigInt(binary ?? 0)
  const amount = scaled(digits, (decimal ?? 0) + NANO - fraction.length)
  return sign === '-' ? -amount : amount
}

/** An amount in billionths, as Kubernetes writes it: `1`, `500m`. */
export function quantityText(amount: bigint): string {
  const [divisor, suffix] = SUFFIXES.find(([by]) => amount % by === 0n)!
  return `${amount / divisor}${suffix}`
}

const SUFFIXES = [
  [1_000_000_000n, ''],
  [1_000_000n, 'm'],
  [1000n, 'u'],
  [1n, 'n'],
] as const

function scaled(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (digits + divisor - 1n) / divisor
}
