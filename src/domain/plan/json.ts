/**
 * Canonical JSON and the digests made of it: the same value gives the same text, wherever it is computed.
 *
 * Keys are sorted by code units, nothing is indented, and what JSON cannot hold (undefined, functions) is left out, as
 * JSON.stringify does. Integers beyond 2^53 are bigint, as objects of a cluster have them.
 */
import { createHash } from 'node:crypto'
import { parseExact, stringifyExact } from '../exact-json.ts'
import type { Json } from './plan.ts'

/** A value as plain JSON: what a file would give back. */
export function toJson(value: unknown): Json {
  return value === undefined ? null : (parseExact(stringifyExact(value)) as Json)
}

/** JSON with sorted keys, on one line. */
export function canonicalJson(value: unknown): string {
  // An integer beyond 2^53 (src/domain/exact-json.ts).
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalJson(toJson(value))
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && typeof member !== 'function')
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** `sha256:` and 64 hex digits of a value's canonical JSON. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
}

/** Whether two values say the same, whatever the order of their keys. */
export function sameJson(one: unknown, other: unknown): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other)
}
