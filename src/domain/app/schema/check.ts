/** Holds a value against a schema: fields that it does not have, values of another type, fields that are missing. */
import { type FieldType, shapeOf, shapeOfType } from '../../pods/schema.ts'
import { isAtLeast, versionOf } from '../../pods/versions.ts'
import type { FieldPath } from '../convert/conversion.ts'
import type { Schema } from './fields.ts'

export interface Misfit {
  path: FieldPath
  /** `pruned`: a later version has the field. `shape`: a list, map or single value where another of them should be. */
  kind: 'unknown' | 'pruned' | 'shape' | 'type' | 'missing' | 'value'
  /** In a few words: `a list where a map should be`. */
  what: string
  /** Of unknown fields: the names there are. */
  names?: readonly string[]
  /** Of pruned fields: the version that has it first. */
  since?: string
}

export interface CheckQuestion {
  schema: Schema
  version: readonly number[]
}

/** All misfits of a value, in the order of the value. */
export function checkFields(value: unknown, type: FieldType, path: FieldPath, question: CheckQuestion): Misfit[] {
  if (value === null || value === undefined || type.kind === 'any') return []
  const [found, wanted] = [shapeOf(value), shapeOfType(type)]
  if (found !== wanted) return [{ path, kind: 'shape', what: `${found} where ${wanted} should be` }]
  if (type.kind === 'list') {
    const list = value as readonly unknown[]
    return list.flatMap((item, index) =>
      item === null && type.of.kind === 'struct'
        ? [{ path: [...path, index], kind: 'shape', what: 'nothing where a map should be' }]
        : checkFields(item, type.of, [...path, index], question),
    )
  }
  if (type.kind === 'map')
    return Object.entries(value).flatMap(([name, child]) => checkFields(child, type.of, [...path, name], question))
  if (type.kind === 'struct') return checkStruct(value as Record<string, unknown>, type.name, path, question)
  const mismatch = scalarMisfit(value, type.kind)
  return mismatch === undefined ? [] : [{ path, kind: 'type', what: mismatch }]
}

function checkStruct(
  value: Readonly<Record<string, unknown>>,
  struct: string,
  path: FieldPath,
  question: CheckQuestion,
): Misfit[] {
  const fields = question.schema(struct)
  if (fields === undefined) return []
  const misfits = Object.entries(value).flatMap(([name, child]): Misfit[] => {
    const field = fields.get(name)
    const at = [...path, name]
    if (field === undefined)
      return [{ path: at, kind: 'unknown', what: 'there is no such field', names: [...fields.keys()] }]
    const { since, values, type } = field
    if (since !== undefined && !isAtLeast(question.version, versionOf(since)!))
      return [{ path: at, kind: 'pruned', what: `the field came with ${since}`, since }]
    if (values !== undefined && typeof child === 'string' && !values.includes(child))
      return [{ path: at, kind: 'value', what: `it is ${JSON.stringify(child)}, not one of ${values.join(', ')}` }]
    return checkFields(child, type, at, question)
  })
  for (const [name, field] of fields) {
    const isThere = value[name] !== undefined && value[name] !== null
    const isSince = field.since === undefined || isAtLeast(question.version, versionOf(field.since)!)
    if (!isThere && isSince && field.isRequired(question.version))
      misfits.push({ path: [...path, name], kind: 'missing', what: 'it is required, and not there' })
  }
  return misfits
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  quantity: 'a quantity',
  intOrString: 'a whole number or a text',
}

function scalarMisfit(value: unknown, kind: string): string | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  const isWhole = typeof value === 'bigint' || Number.isInteger(value)
  const fits: Readonly<Record<string, boolean>> = {
    string: typeof value === 'string',
    integer: isWhole,
    number: isNumber,
    boolean: typeof value === 'boolean',
    quantity: typeof value === 'string' || isNumber,
    intOrString: typeof value === 'string' || isWhole,
  }
  if (fits[kind] !== false) return undefined
  const found = typeof value === 'string' ? 'a text' : isNumber ? 'a number' : 'true or false'
  return `${found} where ${NAMES[kind] ?? kind} should be`
}
