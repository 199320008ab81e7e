/**
 * Defaults of a schema, as the API server puts them into what it reads and what is written: the object in etcd may
 * lack them, and everybody sees them all the same, under the same resourceVersion.
 *
 * Follows `defaulting.Default` of k8s.io/apiextensions-apiserver (v0.35.4). Objects are not changed.
 */
import { type FieldPath, formatFieldPath } from './field-path.ts'
import { pruneObject } from './prune.ts'
import { isRecord, propertyOf, type Schema, valueSchemaOf } from './structural.ts'

export interface Defaulting<T> {
  object: T
  /** Paths that a default filled, in order. */
  defaulted: readonly string[]
}

/** Fills the defaults of a schema in. */
export function defaultObject<T extends object>(object: T, schema: Schema | undefined): Defaulting<T> {
  const defaulted: FieldPath[] = []
  const filled = fill(object, schema, [], defaulted)
  return { object: filled as T, defaulted: defaulted.map(formatFieldPath).sort() }
}

/** What a reader gets for an object that is stored so, under a definition with this schema: pruned, then defaulted. */
export interface ReadBack<T> extends Defaulting<T> {
  pruned: readonly string[]
  nulls: readonly string[]
}

/** Predicts what the API server serves for `object`. */
export function predictReadBack<T extends object>(
  object: T,
  schema: Schema | undefined,
  options: { preserveUnknownFields: boolean },
): ReadBack<T> {
  const { object: kept, pruned, nulls } = pruneObject(object, schema, options)
  return { ...defaultObject(kept, schema), pruned, nulls }
}

function fill(value: unknown, schema: Schema | undefined, path: FieldPath, defaulted: FieldPath[]): unknown {
  if (schema === undefined) return value
  if (Array.isArray(value)) return fillItems(value, schema.items, path, defaulted)
  if (!isRecord(value)) return value
  const fields = new Map(Object.entries(value))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || property.default === null) continue
    if (fields.has(name) && !isForbiddenNull(fields.get(name), property)) continue
    fields.set(name, structuredClone(property.default))
    defaulted.push([...path, name])
  }
  for (const [name, field] of fields) {
    const inner = propertyOf(schema, name) ?? valueSchemaOf(schema)
    const at = [...path, name]
    fields.set(name, fill(orDefault(field, inner, at, defaulted), inner, at, defaulted))
  }
  const same = fields.size === Object.keys(value).length && [...fields].every(([name, field]) => value[name] === field)
  return same ? value : Object.fromEntries(fields)
}

function fillItems(
  list: readonly unknown[],
  items: Schema | undefined,
  path: FieldPath,
  defaulted: FieldPath[],
): readonly unknown[] {
  const after = list.map((item, index) => {
    const at = [...path, index]
    return fill(orDefault(item, items, at, defaulted), items, at, defaulted)
  })
  return after.some((item, index) => item !== list[index]) ? after : list
}

/** A null where null is not allowed gives way to the default, if there is one. */
function orDefault(value: unknown, schema: Schema | undefined, path: FieldPath, defaulted: FieldPath[]): unknown {
  if (!isForbiddenNull(value, schema) || schema?.default === undefined) return value
  defaulted.push(path)
  return structuredClone(schema.default)
}

function isForbiddenNull(value: unknown, schema: Schema | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true
}
