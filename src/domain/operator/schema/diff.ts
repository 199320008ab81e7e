/**
 * What differs between two schemas, node by node, and whether objects could be hurt by it. Says nothing of live objects:
 * that takes them (`prune.ts`, `validate.ts`, and the API server's own verdict).
 */
import { compareText } from '../../order.ts'
import { canonicalJson } from '../../canonical-json.ts'
import { normaliseSchema } from './identity.ts'
import { isRecord, type Schema, walkSchema } from './structural.ts'

export type ChangeKind =
  /** A node that is only in the one or the other. */
  | 'added'
  | 'removed'
  /** `type`, `format`, `nullable`, int-or-string. */
  | 'type'
  /** One name of `required`; the path is the field's. */
  | 'required'
  | 'default'
  /** enum, pattern, bounds, combinations, CEL rules. */
  | 'validation'
  /** list-type, list-map-keys, map-type: who owns what, and which items repeat. */
  | 'merge'
  /** preserve-unknown-fields, embedded resources, free-form maps: what is pruned. */
  | 'openness'

export interface SchemaChange {
  path: string
  kind: ChangeKind
  /** The keyword, where one changed; undefined for nodes added and removed. */
  keyword: string | undefined
  /** Whether what was valid can be invalid now; `changed` where that cannot be told from the keyword alone. */
  effect: 'tightened' | 'loosened' | 'changed'
  before: unknown
  after: unknown
}

export interface SchemaDiff {
  changes: readonly SchemaChange[]
  /** Counts of nodes; roots are the topmost of what was added or removed. */
  added: number
  removed: number
  addedRoots: readonly string[]
  removedRoots: readonly string[]
}

interface Node {
  own: Schema
  parent: string | undefined
}

const STRUCTURE = new Set(['properties', 'items', 'required'])
const KINDS: Readonly<Record<string, ChangeKind>> = {
  type: 'type',
  format: 'type',
  nullable: 'type',
  'x-kubernetes-int-or-string': 'type',
  default: 'default',
  'x-kubernetes-list-type': 'merge',
  'x-kubernetes-list-map-keys': 'merge',
  'x-kubernetes-map-type': 'merge',
  'x-kubernetes-preserve-unknown-fields': 'openness',
  'x-kubernetes-embedded-resource': 'openness',
  additionalProperties: 'openness',
}
/** Bounds where more is stricter, and where less is. */
const LOWER_BOUNDS = new Set(['minimum', 'minLength', 'minItems', 'minProperties'])
const UPPER_BOUNDS = new Set(['maximum', 'maxLength', 'maxItems', 'maxProperties'])

/** All changes on the way from one schema to another, by path. */
export function diffSchemas(from: Schema, to: Schema): SchemaDiff {
  const before = nodesOf(from)
  const after = nodesOf(to)
  const added = missingFrom(before, after)
  const removed = missingFrom(after, before)
  const shared = [...before].filter(([path]) => after.has(path))
  const changes = [
    ...added.all.map((path) => wholeNode(path, 'added')),
    ...removed.all.map((path) => wholeNode(path, 'removed')),
    ...shared.flatMap(([path, node]) => keywordChanges(path, node.own, after.get(path)!.own)),
  ]
  return {
    changes: changes.sort((a, b) => compareText(a.path, b.path) || compareText(a.keyword ?? '', b.keyword ?? '')),
    added: added.all.length,
    removed: removed.all.length,
    addedRoots: added.roots,
    removedRoots: removed.roots,
  }
}

/** How many nodes a schema has, its root not counted. */
export function countNodes(schema: Schema): number {
  let count = -1
  for (const _node of walkSchema(schema)) count++
  return count
}

function nodesOf(root: Schema): Map<string, Node> {
  const nodes = new Map<string, Node>()
  for (const { path, schema, parent } of walkSchema(normaliseSchema(root))) nodes.set(path, { own: schema, parent })
  return nodes
}

function missingFrom(there: ReadonlyMap<string, Node>, here: ReadonlyMap<string, Node>) {
  const all = [...here].filter(([path]) => !there.has(path))
  const roots = all.filter(([, { parent }]) => parent === undefined || there.has(parent))
  return { all: all.map(([path]) => path), roots: roots.map(([path]) => path).sort(compareText) }
}

function wholeNode(path: string, kind: 'added' | 'removed'): SchemaChange {
  return { path, kind, keyword: undefined, effect: 'changed', before: kind === 'removed', after: kind === 'added' }
}

function keywordChanges(path: string, before: Schema, after: Schema): SchemaChange[] {
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)])
  const changes = requiredChanges(path, before, after)
  for (const keyword of keywords) {
    if (STRUCTURE.has(keyword)) continue
    const [old, now] = [comparable(keyword, before), comparable(keyword, after)]
    if (canonicalJson(old ?? null) === canonicalJson(now ?? null) && (old === undefined) === (now === undefined))
      continue
    changes.push({
      path,
      kind: KINDS[keyword] ?? 'validation',
      keyword,
      effect: effectOf(keyword, old, now),
      before: old,
      after: now,
    })
  }
  return changes
}

/** The keyword's own value: what hangs below `additionalProperties` is a node of its own. */
function comparable(keyword: string, schema: Schema): unknown {
  const value = schema[keyword]
  if (keyword === 'additionalProperties' && isRecord(value)) return 'schema'
  if (keyword === 'enum' && Array.isArray(value))
    return value.map((entry: unknown) => JSON.parse(String(entry)) as unknown)
  return value
}

function requiredChanges(path: string, before: Schema, after: Schema): SchemaChange[] {
  const [old, now] = [requiredOf(before), requiredOf(after)]
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const change = (name: string, required: boolean): SchemaChange => ({
    path: at(name),
    kind: 'required',
    keyword: 'required',
    effect: required ? 'tightened' : 'loosened',
    before: !required,
    after: required,
  })
  return [
    ...[...now].filter((name) => !old.has(name)).map((name) => change(name, true)),
    ...[...old].filter((name) => !now.has(name)).map((name) => change(name, false)),
  ]
}

/** Names as they are: a normalised schema holds sets as canonical JSON. */
function requiredOf({ required }: Schema): Set<string> {
  return new Set((required ?? []).map((name) => JSON.parse(name) as string))
}

function effectOf(keyword: string, before: unknown, after: unknown): SchemaChange['effect'] {
  if (keyword === 'default' || KINDS[keyword] === 'merge') return mergeEffect(keyword, before, after)
  if (KINDS[keyword] === 'openness') return 'changed'
  if (keyword === 'nullable') return after === true ? 'loosened' : 'tightened'
  if (before === undefined) return keyword === 'format' ? 'changed' : 'tightened'
  if (after === undefined) return keyword === 'format' ? 'changed' : 'loosened'
  if (LOWER_BOUNDS.has(keyword)) return Number(after) > Number(before) ? 'tightened' : 'loosened'
  if (UPPER_BOUNDS.has(keyword)) return Number(after) < Number(before) ? 'tightened' : 'loosened'
  if (keyword === 'enum') return enumEffect(before, after)
  return 'changed'
}

/** A list that becomes a map or a set refuses repeated items; defaults refuse nothing. */
function mergeEffect(keyword: string, before: unknown, after: unknown): SchemaChange['effect'] {
  if (keyword !== 'x-kubernetes-list-type') return 'changed'
  const refuses = (type: unknown) => type === 'map' || type === 'set'
  if (refuses(before) === refuses(after)) return 'changed'
  return refuses(after) ? 'tightened' : 'loosened'
}

function enumEffect(before: unknown, after: unknown): SchemaChange['effect'] {
  const old = new Set((before as unknown[]).map(canonicalJson))
  const now = new Set((after as unknown[]).map(canonicalJson))
  if ([...old].every((entry) => now.has(entry))) return 'loosened'
  return [...now].every((entry) => old.has(entry)) ? 'tightened' : 'changed'
}
