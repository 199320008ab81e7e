/**
 * Canonical JSON: the same value gives the same text, wherever it is computed.
 *
 * Keys are sorted by code units, nothing is indented, and what JSON cannot hold (undefined, functions) is left out, as
 * JSON.stringify does. Integers beyond 2^53 are bigint, as objects of a cluster have them.
 */
import { parseExact, stringifyExact } from './exact-json.ts'
import { compareText } from './order.ts'

/** JSON with sorted keys, on one line. */
export function canonicalJson(value: unknown): string {
  // An integer beyond 2^53 (src/domain/exact-json.ts).
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalJson(parseExact(stringifyExact(value)))
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && typeof member !== 'function')
    .sort(([one], [other]) => compareText(one, other))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
