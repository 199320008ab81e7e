/**
 * JSON without loss: integers beyond 2^53 become `bigint` and are written back digit by digit. Kubernetes has int64
 * fields, and custom resources may hold any integer; `JSON.parse` alone would round them, and a read-modify-write would
 * store the rounded one. Fractions need nothing: the API server keeps them as the same doubles.
 *
 * `JSON.stringify` throws on a bigint rather than lose it: use `stringifyExact` for objects of a cluster.
 */
import { parse, stringify } from 'lossless-json'

/** A number that JSON.parse might round has 16 digits or more; text that looks so costs time, nothing else. */
const MAYBE_ROUNDED = /[:,[\s]-?\d{16}/

/** Parses JSON; integers that a double cannot hold become bigint. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  // Twenty times faster than the exact parser, which few documents need.
  if (!MAYBE_ROUNDED.test(` ${text}`)) return JSON.parse(text)
  return parse(text, null, exactNumber)
}

/** The JSON of a value that may hold bigint. `undefined` fields are left out, as JSON.stringify does. */
export function stringifyExact(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return stringify(value, undefined, indent) ?? 'null'
  }
}

function exactNumber(digits: string): number | bigint {
  const number = Number(digits)
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(digits) ? number : BigInt(digits)
}
