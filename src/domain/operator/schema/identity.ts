/**
 * What makes two schemas the same schema.
 *
 * The identity is the SHA-256 of the schema's canonical JSON, normalised by these rules:
 * - keys in order; `required`, `enum` and `x-kubernetes-list-map-keys` are sets, so their order does not count;
 * - what only documents does not count: `description`, `title`, `example`, `externalDocs`;
 * - what says nothing does not count, since the API server drops it when it stores the definition: `false` flags,
 *   empty lists, empty strings, an empty `properties`; a `default` counts whatever it is.
 * Annotations of the definition (the controller-gen version), its labels, names, printer columns and
 * `preserveUnknownFields` stand outside the schema and are compared on their own.
 */
import { canonicalJson } from '../../canonical-json.ts'
import { createHash } from 'node:crypto'
import { isRecord, type Schema } from './structural.ts'

/** `sha256:` and 64 hexadecimal digits. */
export type SchemaIdentity = `sha256:${string}`

const DOCUMENTATION = new Set(['description', 'title', 'example', 'externalDocs'])
const SETS = new Set(['required', 'enum', 'x-kubernetes-list-map-keys'])
/** Keywords that hold schemas by name. */
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', 'definitions'])
const SCHEMAS = new Set(['items', 'additionalProperties', 'not'])
const SCHEMA_LISTS = new Set(['allOf', 'anyOf', 'oneOf'])

/** The identity of a schema; undefined stands for a version without one. */
export function schemaIdentity(schema: Schema | undefined): SchemaIdentity {
  const normal = schema === undefined ? null : normaliseSchema(schema)
  return `sha256:${createHash('sha256').update(canonicalJson(normal)).digest('hex')}`
}

/** Twelve digits of an identity, for people. */
export function shortIdentity(identity: SchemaIdentity): string {
  return identity.slice('sha256:'.length, 'sha256:'.length + 12)
}

/** The schema without what does not count; equal for equal schemas, whatever wrote them. */
export function normaliseSchema(schema: Schema): Schema {
  const entries = Object.entries(schema)
    .filter(([keyword]) => !DOCUMENTATION.has(keyword))
    .map(([keyword, value]) => [keyword, normaliseKeyword(keyword, value)] as const)
    .filter(([keyword, value]) => keyword === 'default' || !saysNothing(keyword, value))
  return Object.fromEntries(entries)
}

function normaliseKeyword(keyword: string, value: unknown): unknown {
  if (SCHEMA_MAPS.has(keyword) && isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normaliseSchema(asSchema(inner))]))
  if (SCHEMAS.has(keyword) && isRecord(value)) return normaliseSchema(value)
  if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) return value.map((inner) => normaliseSchema(asSchema(inner)))
  if (SETS.has(keyword) && Array.isArray(value)) return [...new Set(value.map(canonicalJson))].sort()
  return value
}

function asSchema(value: unknown): Schema {
  return isRecord(value) ? value : {}
}

/** `items: {}` and `additionalProperties: false` say something; a `0` does too. */
function saysNothing(keyword: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  if (value === false) return keyword !== 'additionalProperties'
  if (Array.isArray(value)) return value.length === 0
  return SCHEMA_MAPS.has(keyword) && isRecord(value) && Object.keys(value).length === 0
}
