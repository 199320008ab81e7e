// The slow way to an event: JSON of any order, spacing and wrapping, parsed without rounding a number, checked field
// by field and rewritten into YuniKorn's own form, so that only one reader (event-line.ts) decides what it means.
import { LosslessNumber, parse } from 'lossless-json'

/** What is wrong with a line, for people: `field: what`. */
export class LineError extends Error {}

export type JsonValue = null | boolean | string | LosslessNumber | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue | undefined
}

const INT64_MAX = 2n ** 63n - 1n
/** 2001-09-09 and 2262-04-11: what 19 digits of nanoseconds can say. */
const EARLIEST = 10n ** 18n

/** Parses JSON without rounding numbers; bytes come as latin1. */
export function parseJson(latin1: string): JsonValue {
  const text = Buffer.from(latin1, 'latin1').toString('utf8')
  try {
    return parse(text) as JsonValue
  } catch (error) {
    throw new LineError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber)
}

/** An integer field; undefined when absent; refused when it is no integer or does not fit 64 bits. */
export function integerField(object: JsonObject, name: string): bigint | undefined {
  const value = object[name]
  if (value === undefined || value === null) return undefined
  const digits = value instanceof LosslessNumber ? value.value : typeof value === 'string' ? value : ''
  if (!/^-?\d{1,19}$/.test(digits)) throw new LineError(`${name}: not a 64-bit integer`)
  const integer = BigInt(digits)
  if (integer > INT64_MAX || integer < -INT64_MAX - 1n) throw new LineError(`${name}: not a 64-bit integer`)
  return integer
}

/** A string field; undefined when absent. */
export function stringField(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new LineError(`${name}: not a string`)
  return value
}

/** Whether the object has what every event has. */
export function isEvent(object: JsonObject): boolean {
  return object['type'] !== undefined && object['timestampNano'] !== undefined
}

/**
 * The event in YuniKorn's own form, as latin1 of its UTF-8. Throws a LineError that names the field when a value
 * cannot be one of YuniKorn's: a time outside 2001 to 2262, a quantity below zero or beyond 64 bits.
 */
export function canonicalEvent(event: JsonObject): string {
  const time = integerField(event, 'timestampNano')
  if (time === undefined || time < EARLIEST) throw new LineError('timestampNano: no time in nanoseconds since 1970')
  const type = small(event, 'type', 9)
  if (type === 0) throw new LineError('type: not a type of event')
  const change = small(event, 'eventChangeType', 9)
  const detail = small(event, 'eventChangeDetail', 999)
  const parts = [`{"type":${type}`]
  string(parts, event, 'objectID')
  string(parts, event, 'message')
  parts.push(`"timestampNano":${time}`)
  if (change > 0) parts.push(`"eventChangeType":${change}`)
  if (detail > 0) parts.push(`"eventChangeDetail":${detail}`)
  string(parts, event, 'referenceID')
  parts.push(`"resource":${resources(event['resource'], type)}`)
  return Buffer.from(`${parts.join(',')}}`, 'utf8').toString('latin1')
}

function small(event: JsonObject, name: string, max: number): number {
  const value = integerField(event, name) ?? 0n
  if (value < 0n || value > BigInt(max)) throw new LineError(`${name}: ${value} is not known`)
  return Number(value)
}

function string(parts: string[], event: JsonObject, name: string): void {
  const value = stringField(event, name)
  if (value !== undefined && value !== '') parts.push(`"${name}":${JSON.stringify(value)}`)
}

const USER_EVENT = 5

function resources(value: JsonValue | undefined, type: number): string {
  if (value === undefined || value === null) return '{}'
  if (!isObject(value)) throw new LineError('resource: not an object')
  const map = value['resources']
  if (map === undefined || map === null) return '{}'
  if (!isObject(map)) throw new LineError('resource.resources: not an object')
  const entries = Object.keys(map)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${quantity(name, map[name], type)}`)
  return `{"resources":{${entries.join(',')}}}`
}

function quantity(name: string, value: JsonValue | undefined, type: number): string {
  if (!isObject(value)) throw new LineError(`resource.resources.${name}: not a quantity`)
  const amount = integerField(value, 'value') ?? 0n
  // A user's tracked resource may shrink (a resize in place); an allocation or a capacity is never negative.
  if (amount < 0n && type !== USER_EVENT) throw new LineError(`resource.resources.${name}: ${amount} is below zero`)
  return amount === 0n ? '{}' : `{"value":${amount}}`
}
