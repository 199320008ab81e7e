/**
 * What the API server takes out of an object when a schema does not name it: on every write, and on every read of what
 * was stored before.
 *
 * Follows `pruning.PruneWithOptions`, `objectmeta.CoerceWithOptions` and `defaulting.PruneNonNullableNullsWithoutDefaults`
 * of k8s.io/apiextensions-apiserver (v0.35.4), in their order. Objects are not changed: what stays is shared.
 */
import { type FieldPath, formatFieldPath } from './field-path.ts'
import { isRecord, propertyOf, type Schema, valueSchemaOf } from './structural.ts'

export interface Pruning<T> {
  object: T
  /** Paths of the topmost fields that went, in order: `spec.driver.template`. */
  pruned: readonly string[]
  /** Paths of nulls that went, where the schema knows the field, and neither allows null nor has a default for it. */
  nulls: readonly string[]
}

export interface PruneOptions {
  /** Of the definition: everything is kept then but unknown metadata. */
  preserveUnknownFields: boolean
}

/** What `metav1.ObjectMeta` has; the server drops the rest from metadata, here and in embedded resources. */
const METADATA_FIELDS = new Set([
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
])
const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata'])

interface Walk {
  pruned: FieldPath[]
  nulls: FieldPath[]
}

/**
 * Prunes a whole object by the schema of its version. Without a schema (old definitions) everything but `apiVersion`,
 * `kind` and `metadata` goes, unless unknown fields are preserved.
 */
export function pruneObject<T extends object>(
  object: T,
  schema: Schema | undefined,
  options: PruneOptions,
): Pruning<T> {
  const walk: Walk = { pruned: [], nulls: [] }
  const root: Schema = { ...schema, 'x-kubernetes-embedded-resource': true }
  let kept: unknown = object
  if (!options.preserveUnknownFields) {
    kept = prune(kept, root, [], walk)
    kept = dropNulls(kept, schema, [], walk)
  }
  kept = trimMetadata(kept, root, [], walk)
  return { object: kept as T, pruned: sortedPaths(walk.pruned), nulls: sortedPaths(walk.nulls) }
}

function prune(value: unknown, schema: Schema | undefined, path: FieldPath, walk: Walk): unknown {
  if (schema?.['x-kubernetes-preserve-unknown-fields'] === true) return pruneNamed(value, schema, path, walk)
  if (Array.isArray(value)) return mapItems(value, (item, index) => prune(item, schema?.items, [...path, index], walk))
  if (!isRecord(value)) return value
  return mapFields(value, (name, field) => {
    if (schema !== undefined && isEmbeddedMeta(schema, name)) return field
    const at = [...path, name]
    const property = schema && propertyOf(schema, name)
    if (property !== undefined) return prune(field, property, at, walk)
    // `additionalProperties: true` allows the key and says nothing of what is in it: the server empties objects there.
    if (schema?.additionalProperties !== undefined) return prune(field, valueSchemaOf(schema), at, walk)
    walk.pruned.push(at)
    return undefined
  })
}

/** Below preserve-unknown-fields everything stays; what the schema names all the same is pruned by it. */
function pruneNamed(value: unknown, schema: Schema | undefined, path: FieldPath, walk: Walk): unknown {
  if (schema === undefined) return value
  if (Array.isArray(value))
    return mapItems(value, (item, index) => pruneNamed(item, schema.items, [...path, index], walk))
  if (!isRecord(value)) return value
  return mapFields(value, (name, field) => {
    if (isEmbeddedMeta(schema, name)) return field
    const property = propertyOf(schema, name)
    if (property !== undefined) return prune(field, property, [...path, name], walk)
    if (schema.additionalProperties === undefined) return field
    return prune(field, valueSchemaOf(schema), [...path, name], walk)
  })
}

function dropNulls(value: unknown, schema: Schema | undefined, path: FieldPath, walk: Walk): unknown {
  if (Array.isArray(value))
    return mapItems(value, (item, index) => dropNulls(item, schema?.items, [...path, index], walk))
  if (!isRecord(value)) return value
  return mapFields(value, (name, field) => {
    const inner = schema && (propertyOf(schema, name) ?? valueSchemaOf(schema))
    const at = [...path, name]
    if (field === null && inner !== undefined && inner.nullable !== true && inner.default === undefined) {
      walk.nulls.push(at)
      return undefined
    }
    return dropNulls(field, inner, at, walk)
  })
}

function trimMetadata(value: unknown, schema: Schema | undefined, path: FieldPath, walk: Walk): unknown {
  if (schema === undefined) return value
  if (Array.isArray(value))
    return mapItems(value, (item, index) => trimMetadata(item, schema.items, [...path, index], walk))
  if (!isRecord(value)) return value
  return mapFields(value, (name, field) => {
    const at = [...path, name]
    if (schema['x-kubernetes-embedded-resource'] === true && name === 'metadata') return knownMetadata(field, at, walk)
    return trimMetadata(field, propertyOf(schema, name) ?? valueSchemaOf(schema), at, walk)
  })
}

function knownMetadata(metadata: unknown, path: FieldPath, walk: Walk): unknown {
  if (!isRecord(metadata)) return metadata
  return mapFields(metadata, (name, field) => {
    if (METADATA_FIELDS.has(name)) return field
    walk.pruned.push([...path, name])
    return undefined
  })
}

function isEmbeddedMeta(schema: Schema, name: string): boolean {
  return schema['x-kubernetes-embedded-resource'] === true && META_FIELDS.has(name)
}

/** The same record where nothing changed; without the fields for which `change` gives undefined. */
function mapFields(
  record: Record<string, unknown>,
  change: (name: string, field: unknown) => unknown,
): Record<string, unknown> {
  let changed = false
  const entries: [string, unknown][] = []
  for (const [name, field] of Object.entries(record)) {
    const after = change(name, field)
    changed ||= after !== field
    if (after !== undefined) entries.push([name, after])
  }
  // Entries, not assignments: a field may be called `__proto__`.
  return changed ? Object.fromEntries(entries) : record
}

function mapItems(list: readonly unknown[], change: (item: unknown, index: number) => unknown): readonly unknown[] {
  const after = list.map(change)
  return after.some((item, index) => item !== list[index]) ? after : list
}

function sortedPaths(paths: readonly FieldPath[]): string[] {
  return paths.map(formatFieldPath).sort()
}
