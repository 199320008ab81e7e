/** What single values say, by the type of their field. */
import { EMPTY_TEXT_COUNTS, FALSE_COUNTS, ZERO_IS_ABSENT } from './rules/canonical-rules.ts'
import type { FieldType } from './schema.ts'

/** Whether a value of a field says no more than its absence. */
export function isEmptyScalar(value: unknown, type: FieldType, field: string): boolean {
  if (field === '' || type.kind === 'any') return false
  if (value === '') return !EMPTY_TEXT_COUNTS.has(field)
  if (value === false) return !FALSE_COUNTS.has(field)
  return value === 0 && ZERO_IS_ABSENT.has(field)
}

/** Whether a value is written as another type than the API's, as YAML lets people do. */
export function isOtherType(value: unknown, type: FieldType): boolean {
  if (type.kind === 'string') return typeof value !== 'string'
  return (type.kind === 'integer' || type.kind === 'boolean') && typeof value === 'string'
}
