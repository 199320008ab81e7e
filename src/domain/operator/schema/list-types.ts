/**
 * Items that repeat in lists of the types `map` and `set`: the API server refuses them.
 *
 * Follows `listtype.ValidateListSetsAndMaps` of k8s.io/apiextensions-apiserver (v0.35.4): two items that both lack a
 * key count as equal in it.
 */
import { canonicalJson } from '../../canonical-json.ts'
import { type FieldPath, formatFieldPath } from './field-path.ts'
import { isRecord, propertyOf, type Schema, valueSchemaOf } from './structural.ts'

export interface DuplicateItem {
  /** Of the second of the equal items: `spec.driver.env[3]`. */
  path: string
  /** What is equal, as JSON: `{"name":"HOME"}`. */
  keys: string
}

/** All repeated items of an object, each said once. */
export function findDuplicates(object: unknown, schema: Schema | undefined): DuplicateItem[] {
  const found: DuplicateItem[] = []
  visit(object, schema, [], found)
  return found
}

function visit(value: unknown, schema: Schema | undefined, path: FieldPath, found: DuplicateItem[]): void {
  if (schema === undefined) return
  if (Array.isArray(value)) {
    if (identify(schema) !== undefined) found.push(...repeats(value, schema, path))
    value.forEach((item, index) => visit(item, schema.items, [...path, index], found))
    return
  }
  if (!isRecord(value)) return
  for (const [name, field] of Object.entries(value))
    visit(field, propertyOf(schema, name) ?? valueSchemaOf(schema), [...path, name], found)
}

function repeats(list: readonly unknown[], schema: Schema, path: FieldPath): DuplicateItem[] {
  const keysOf = identify(schema)!
  const times = new Map<string, number>()
  const found: DuplicateItem[] = []
  list.forEach((item, index) => {
    const keys = keysOf(item)
    const seen = times.get(keys) ?? 0
    times.set(keys, seen + 1)
    if (seen === 1) found.push({ path: formatFieldPath([...path, index]), keys })
  })
  return found
}

/** What makes an item of such a list that item; undefined for lists whose items may repeat. */
function identify(schema: Schema): ((item: unknown) => string) | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') return canonicalJson
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return (item) =>
    canonicalJson(
      isRecord(item) ? Object.fromEntries(Object.entries(item).filter(([name]) => keys.includes(name))) : {},
    )
}
