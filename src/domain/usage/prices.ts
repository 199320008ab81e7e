// Price sheets: what an hour of a resource costs, by instance type, and how seconds become billed seconds.
import { load, YAMLException } from 'js-yaml'
import { SparkopsError } from '../errors.ts'
import { unitOf } from './units.ts'

/** A price per unit-hour, scaled by 10¹². */
export type Rate = bigint
export const RATE_DECIMALS = 12

export interface PriceSheet {
  currency: string
  /** Prices by resource where no instance type has its own. */
  rates: ReadonlyMap<string, Rate>
  byInstanceType: ReadonlyMap<string, ReadonlyMap<string, Rate>>
  /** Least seconds that an allocation is billed for, and the step its seconds are rounded up to. */
  minimumSeconds: bigint
  stepSeconds: bigint
  /** Kinds that are billed. */
  kinds: readonly string[]
}

const BILLABLE = ['used', 'placeholder', 'preempted']
const FIELDS = new Set(['currency', 'rates', 'instanceTypes', 'minimumSeconds', 'roundUpSeconds', 'kinds'])

/**
 * Reads a price sheet in YAML or JSON:
 * `{currency: EUR, rates: {vcore: 0.04, memory: 0.005, nvidia.com/gpu: 2.5}, instanceTypes: {m5.4xlarge: {vcore: 0.038}},
 * minimumSeconds: 60, roundUpSeconds: 1, kinds: [used, preempted]}`. Rates are per core-hour, GiB-hour, or piece-hour.
 */
export function parsePriceSheet(file: string, text: string): PriceSheet {
  const sheet = asMap(file, 'the sheet', parseYaml(file, text))
  for (const name of Object.keys(sheet))
    if (!FIELDS.has(name)) throw malformed(file, name, `known are ${[...FIELDS].join(', ')}`)
  const types = sheet['instanceTypes'] === undefined ? {} : asMap(file, 'instanceTypes', sheet['instanceTypes'])
  return {
    currency: currencyOf(file, sheet['currency']),
    rates: ratesOf(file, 'rates', sheet['rates'] ?? {}),
    byInstanceType: new Map(
      Object.entries(types).map(([type, rates]) => [type, ratesOf(file, `instanceTypes.${type}`, rates)]),
    ),
    minimumSeconds: secondsOf(file, 'minimumSeconds', sheet['minimumSeconds'] ?? 0),
    stepSeconds: secondsOf(file, 'roundUpSeconds', sheet['roundUpSeconds'] ?? 1) || 1n,
    kinds: kindsOf(file, sheet['kinds']),
  }
}

/** What a resource's native amount (quantity × seconds) must be divided by for its priced unit, an hour of it. */
export function pricedUnit(resource: string): { name: string; divisor: bigint } {
  return unitOf(resource, 'hours')
}

function parseYaml(file: string, text: string): unknown {
  try {
    return load(text)
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw malformed(file, `line ${(error.mark?.line ?? 0) + 1}`, error.reason)
  }
}

function asMap(file: string, field: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(file, field, 'it is not a map')
}

function ratesOf(file: string, field: string, value: unknown): Map<string, Rate> {
  return new Map(
    Object.entries(asMap(file, field, value)).map(([resource, rate]) => [
      resource,
      rateOf(file, `${field}.${resource}`, rate),
    ]),
  )
}

function rateOf(file: string, field: string, value: unknown): Rate {
  const text = typeof value === 'number' ? plainDecimal(value) : String(value)
  const match = /^(\d{1,15})(?:\.(\d{1,12}))?$/.exec(text)
  if (match === null)
    throw malformed(file, field, 'a rate is a decimal number that is not negative, of at most 12 places')
  return BigInt(match[1]!) * 10n ** BigInt(RATE_DECIMALS) + BigInt((match[2] ?? '').padEnd(RATE_DECIMALS, '0'))
}

/** A number without an exponent, every digit kept. */
function plainDecimal(value: number): string {
  const [digits = '', exponent] = String(value).split('e')
  if (exponent === undefined) return digits
  if (Number(exponent) > 0) return value.toFixed(0)
  return `0.${'0'.repeat(-Number(exponent) - 1)}${digits.replace('.', '')}`
}

function secondsOf(file: string, field: string, value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 31_536_000)
    return BigInt(value)
  throw malformed(file, field, 'it is not a whole number of seconds up to a year')
}

function currencyOf(file: string, value: unknown): string {
  if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return value
  throw malformed(file, 'currency', 'it is not an ISO 4217 code such as EUR')
}

function kindsOf(file: string, value: unknown): string[] {
  if (value === undefined) return BILLABLE
  if (Array.isArray(value) && value.every((kind) => BILLABLE.includes(String(kind)))) return value.map(String)
  throw malformed(file, 'kinds', `it is not a list of ${BILLABLE.join(', ')}`)
}

function malformed(file: string, field: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_PRICES',
    message: `${file}: ${field} of the price sheet cannot be read.`,
    why,
    hint: 'docs/usage.md shows a whole sheet.',
    exit: 'data',
  })
}
