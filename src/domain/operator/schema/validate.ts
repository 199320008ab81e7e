/**
 * Whether an object fits a schema, without a server: the cross-check of what the API server says, and the answer where
 * none can be asked. Values are checked by Ajv, whose JSON Schema has what structural schemas use; lists of the types
 * `map` and `set` by rules of our own (`list-types.ts`).
 *
 * Not checked, and said in `unchecked`: `format`, CEL rules, and patterns that only Go's RE2 reads. An object that
 * passes may therefore still be refused; one that fails is refused.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { type FieldPath, formatFieldPath } from './field-path.ts'
import { findDuplicates } from './list-types.ts'
import { isRecord, type Schema, walkSchema } from './structural.ts'

export interface Violation {
  /** `spec.mainApplicationFile`; of a field that is missing, its own path. */
  path: string
  /** `required`, `type`, `enum`, `pattern`, `minimum`, …, `duplicate`. */
  rule: string
  message: string
}

export interface SchemaValidator {
  /** Violations by path, for an object as the server would hold it: pruned and defaulted. */
  validate(object: object): Violation[]
  /** Rules that were left out, as `spec.a format date-time`. */
  readonly unchecked: readonly string[]
}

/** Keywords that mean in Ajv what they mean to the API server. */
const SAME = [
  'required',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'multipleOf',
  'uniqueItems',
] as const

type JsonSchema = Record<string, unknown>

/** Compiles a validator: a second or so for a large schema, microseconds for each object then. */
export function compileValidator(schema: Schema): SchemaValidator {
  const unchecked = new Set<string>()
  for (const { path, schema: node } of walkSchema(schema)) noteUnchecked(path, node, unchecked)
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false, validateSchema: false, logger: false })
  const check: ValidateFunction = ajv.compile(toJsonSchema(schema))
  return {
    unchecked: [...unchecked].sort(),
    validate(object) {
      const violations = check(object) ? [] : (check.errors ?? []).flatMap((error) => violationOf(error))
      const repeated = findDuplicates(object, schema).map(({ path, keys }) => ({
        path,
        rule: 'duplicate',
        message: `is there twice: ${keys}`,
      }))
      return unique([...violations, ...repeated])
    },
  }
}

function toJsonSchema(schema: Schema): JsonSchema {
  const out: JsonSchema = {}
  for (const keyword of SAME) if (schema[keyword] !== undefined) out[keyword] = schema[keyword]
  if (schema.properties !== undefined) out['properties'] = mapValues(schema.properties, toJsonSchema)
  if (isRecord(schema.additionalProperties)) out['additionalProperties'] = toJsonSchema(schema.additionalProperties)
  if (schema.items !== undefined) out['items'] = toJsonSchema(schema.items)
  if (schema.pattern !== undefined && isReadable(schema.pattern)) out['pattern'] = schema.pattern
  if (schema.enum !== undefined) out['enum'] = schema.nullable === true ? [...schema.enum, null] : schema.enum
  if (schema.type) out['type'] = schema.nullable === true ? [schema.type, 'null'] : schema.type
  addBounds(schema, out)
  addCombinations(schema, out)
  return out
}

/** OpenAPI's `exclusiveMinimum` is a flag beside `minimum`; JSON Schema's is the bound itself. */
function addBounds(schema: Schema, out: JsonSchema): void {
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const)
    if (schema[bound] !== undefined) out[schema[exclusive] === true ? exclusive : bound] = schema[bound]
}

function addCombinations(schema: Schema, out: JsonSchema): void {
  const all: JsonSchema[] = (schema.allOf ?? []).map(toJsonSchema)
  if (schema['x-kubernetes-int-or-string'] === true) all.push({ type: ['integer', 'string'] })
  if (schema.anyOf !== undefined) all.push({ anyOf: schema.anyOf.map(toJsonSchema) })
  if (schema.oneOf !== undefined) all.push({ oneOf: schema.oneOf.map(toJsonSchema) })
  if (schema.not !== undefined) all.push({ not: toJsonSchema(schema.not) })
  if (all.length === 0) return
  if (schema.nullable === true) out['anyOf'] = [{ type: 'null' }, { allOf: all }]
  else out['allOf'] = all
}

function violationOf({ instancePath, keyword, params, message }: ErrorObject): Violation[] {
  // What a combination says is said by its members too.
  if (keyword === 'anyOf' || keyword === 'allOf') return []
  const path: FieldPath = instancePath.split('/').slice(1).map(unescapePointer)
  const missing = (params as { missingProperty?: string }).missingProperty
  if (keyword === 'required' && missing !== undefined)
    return [{ path: formatFieldPath([...path, missing]), rule: 'required', message: 'is required' }]
  return [{ path: formatFieldPath(path), rule: keyword, message: message ?? 'does not fit the schema' }]
}

/** A JSON pointer does not say whether `0` is a name or a number; in these objects numbers stand for items. */
function unescapePointer(token: string): string | number {
  return /^(0|[1-9]\d*)$/.test(token) ? Number(token) : token.replaceAll('~1', '/').replaceAll('~0', '~')
}

function noteUnchecked(path: string, schema: Schema, unchecked: Set<string>): void {
  // Of numbers the server ignores the format: int32 and the like are not among those that it supports.
  if (schema.type === 'string' && schema.format) unchecked.add(`${path} format ${schema.format}`)
  if (schema.pattern !== undefined && !isReadable(schema.pattern)) unchecked.add(`${path} pattern ${schema.pattern}`)
  if ((schema['x-kubernetes-validations']?.length ?? 0) > 0) unchecked.add(`${path} x-kubernetes-validations`)
}

function isReadable(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

function unique(violations: readonly Violation[]): Violation[] {
  const byText = new Map(violations.map((violation) => [`${violation.path} ${violation.rule}`, violation]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, violation]) => violation)
}
