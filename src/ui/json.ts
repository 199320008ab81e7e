/**
 * JSON and YAML text of a document, written piece by piece: a document's list may be an async stream that is never
 * held in memory. One list item stands on one line, so that `grep` and `diff` are of use.
 */
import { sanitizeJson } from './sanitize.ts'

/** Integers beyond 2^53 become strings, since most readers of JSON would round them. */
function exactly(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
  if (Array.isArray(value)) return value.map(exactly)
  // Much cheaper than a function that JSON.stringify would call for every field; few fields need a copy of their object.
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key]
    const exact = exactly(field)
    if (exact === field) continue
    // The copy has every key already, `__proto__` too; assigning that one would do something else.
    copy ??= { ...value }
    if (key === '__proto__') Object.defineProperty(copy, key, { value: exact })
    else copy[key] = exact
  }
  return copy ?? value
}

/** One value as JSON on one line, safe to show on a terminal. */
export function jsonLine(value: unknown): string {
  return sanitizeJson(JSON.stringify(exactly(value)))
}

/** A document's JSON: its fields on lines of their own, its lists one item a line. */
export async function* renderJson(document: object): AsyncGenerator<string> {
  let opening = '{\n'
  for (const [key, value] of Object.entries(document) as [string, unknown][]) {
    if (value === undefined) continue
    yield `${opening}  ${jsonLine(key)}: `
    opening = ',\n'
    if (isList(value)) yield* jsonList(value)
    else yield sanitizeJson(JSON.stringify(exactly(value), null, 2)).replaceAll('\n', '\n  ')
  }
  yield opening === '{\n' ? '{}\n' : '\n}\n'
}

async function* jsonList(items: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<string> {
  let opening = '[\n'
  for await (const item of items) {
    yield `${opening}    ${jsonLine(item)}`
    opening = ',\n'
  }
  yield opening === '[\n' ? '[]' : '\n  ]'
}

/** A document's YAML, in kubectl's manner: lists are not indented. */
export async function* renderYaml(document: object): AsyncGenerator<string> {
  let empty = true
  for (const [key, value] of Object.entries(document) as [string, unknown][]) {
    if (value === undefined) continue
    empty = false
    if (!isList(value)) {
      yield yamlField(key, plainJson(value), '')
      continue
    }
    let opening = `${yamlScalar(key)}:\n`
    for await (const item of value) {
      yield opening + yamlItem(plainJson(item), '')
      opening = ''
    }
    if (opening !== '') yield `${yamlScalar(key)}: []\n`
  }
  if (empty) yield '{}\n'
}

function isList(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
}

function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(exactly(value)))
}

function yamlField(key: string, value: unknown, indent: string): string {
  const head = `${indent}${yamlScalar(key)}:`
  if (Array.isArray(value) && value.length > 0) {
    return `${head}\n${value.map((item) => yamlItem(item, indent)).join('')}`
  }
  if (isFilledObject(value)) return `${head}\n${yamlFields(value, `${indent}  `)}`
  return `${head} ${yamlScalar(value)}\n`
}

function yamlFields(value: Record<string, unknown>, indent: string): string {
  return Object.entries(value)
    .map(([key, field]) => yamlField(key, field, indent))
    .join('')
}

function yamlItem(item: unknown, indent: string): string {
  if (isFilledObject(item)) return `${indent}- ${yamlFields(item, `${indent}  `).slice(indent.length + 2)}`
  if (Array.isArray(item) && item.length > 0) {
    const inner = item.map((nested) => yamlItem(nested, `${indent}  `)).join('')
    return `${indent}- ${inner.slice(indent.length + 2)}`
  }
  return `${indent}- ${yamlScalar(item)}\n`
}

function isFilledObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}

const PLAIN = /^[A-Za-z_/](?:[\w./ -]*[\w./-])?$/
// Words that YAML 1.1 or 1.2 reads as something other than text.
const RESERVED = /^(true|false|yes|no|on|off|y|n|null|nan|inf)$/i

/** Plain where no reader could take it for something else; else quoted as JSON, which YAML reads the same. */
function yamlScalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !RESERVED.test(value)) return value
  return jsonLine(value)
}
