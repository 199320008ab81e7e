/** Values of plans: as JSON, their digests, and whether two say the same. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonical-json.ts'
import { parseExact, stringifyExact } from '../exact-json.ts'
import type { Json } from './plan.ts'

/** A value as plain JSON: what a file would give back. */
export function toJson(value: unknown): Json {
  return value === undefined ? null : (parseExact(stringifyExact(value)) as Json)
}

/** `sha256:` and 64 hex digits of a value's canonical JSON. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
}

/** Whether two values say the same, whatever the order of their keys. */
export function sameJson(one: unknown, other: unknown): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other)
}
