/**
 * The shape of an object: what of it a schema's verdict can depend on, and nothing else. Objects of one shape get one
 * verdict, so five thousand applications need as many questions to the API server as they have shapes.
 *
 * A value is left out only where the schema says nothing of values (no pattern, bound, enum, format, combination or
 * rule); wherever it says something, or says it in a way this file does not know, the value stays.
 */
import { canonicalJson } from '../../canonical-json.ts'
import { digestOf } from '../../plan/json.ts'
import { propertyOf, type Schema, valueSchemaOf, walkSchema } from '../schema/structural.ts'
import { isFields } from '../discover/json.ts'

/** Keywords that are about the structure, and handled as such; any other one that is present keeps the value. */
const STRUCTURAL = new Set([
  'type',
  'nullable',
  'properties',
  'additionalProperties',
  'items',
  'required',
  'default',
  'description',
  'title',
  'example',
  'externalDocs',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
])

/** Gives the digest of an object's shape under a schema. */
export function shaper(schema: Schema): (object: object) => string {
  // A rule in CEL may look at anything: then only equal objects are alike.
  const hasRules = [...walkSchema(schema)].some(({ schema: node }) => node['x-kubernetes-validations'] !== undefined)
  if (hasRules) return (object) => digestOf(withoutIdentity(object))
  return (object) => digestOf(shapeOf(withoutIdentity(object), schema))
}

/** Metadata is the same for all but in what no schema of a custom resource can look at. */
function withoutIdentity(object: object): object {
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...rest } = object as Record<string, unknown>
  return rest
}

function shapeOf(value: unknown, schema: Schema | undefined): unknown {
  // Of a field that the schema does not name, only its presence counts: it is refused or pruned with all that is in it.
  if (schema === undefined) return '?'
  if (constrains(schema)) return value
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return value
  if (Array.isArray(value)) return shapeOfList(value, schema)
  if (!isFields(value)) return value === null ? null : typeOf(value)
  const values = valueSchemaOf(schema)
  if (values !== undefined && schema.properties === undefined) {
    return { '*': distinct(Object.values(value).map((inner) => shapeOf(inner, values))) }
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, shapeOf(inner, propertyOf(schema, name) ?? values)]),
  )
}

/** Integers and other numbers are different types to a schema; `5.0` is read as an integer by the API server too. */
function typeOf(value: unknown): string {
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}

function shapeOfList(list: readonly unknown[], schema: Schema): unknown {
  const kind = schema['x-kubernetes-list-type']
  if (kind === 'set') return list
  const shapes = list.map((item) => shapeOf(item, schema.items))
  if (kind !== 'map') return distinct(shapes)
  // Keys may not repeat; a key that is not there counts with its default.
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return list.map((item, index) => [shapes[index], keys.map((key) => (isFields(item) ? (item[key] ?? null) : null))])
}

function constrains(schema: Schema): boolean {
  return Object.keys(schema).some((keyword) => !STRUCTURAL.has(keyword))
}

function distinct(shapes: readonly unknown[]): unknown[] {
  return [...new Map(shapes.map((shape) => [canonicalJson(shape), shape])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, shape]) => shape)
}
