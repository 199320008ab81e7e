/**
 * What a tree of an operator offers, as comparable facts: a flag and its default, a field of a custom resource and its
 * type, a right, a metric. Two trees are compared by their facts, not by their lines, so a fact that only moved to
 * another file is no change.
 */
import { compareText } from '../../order.ts'

/** Where a fact belongs. Rules and views go by it. */
export type Area =
  | 'kind' // a custom resource, by kind and version
  | 'crd' // a field of the operator's own Go types
  | 'schema' // a path of a shipped CRD
  | 'flag'
  | 'value' // of a Helm chart
  | 'rbac'
  | 'metric'
  | 'env'
  | 'gate' // a feature gate
  | 'conf' // a configuration or annotation key that the code knows by name
  | 'object' // a kind of object that a chart renders
  | 'rendered' // a setting of an object as the chart puts it into a cluster
  | 'webhook'
  | 'version'
  | 'image'
  | 'module'
  | 'package' // a Go package
  | 'argument' // how a chart passes a flag

/** One fact as one file tells it. */
export interface Fact {
  area: Area
  /** Its name within the area; may hold `${Name}` where a Go constant stands, until `resolveFacts`. */
  key: string
  /** What can differ between trees: a default, a type, verbs. Empty where only presence counts. */
  value: string
  /** The file that told it. */
  path: string
  /** Its own documentation, one line. */
  doc?: string
}

/** A fact over all files of a tree. */
export interface KnownFact {
  area: Area
  key: string
  /** Distinct values, sorted: a flag of two programs can have two defaults. */
  values: readonly string[]
  paths: readonly string[]
  doc?: string | undefined
}

/** Facts by `area:key`. */
export type FactTable = ReadonlyMap<string, KnownFact>

/** How one fact differs between two trees. */
export interface FactChange {
  area: Area
  key: string
  change: 'added' | 'removed' | 'changed'
  before: readonly string[]
  after: readonly string[]
  /** Where it stands after; where it stood, for a removal. */
  paths: readonly string[]
  doc?: string | undefined
}

/** A constant's value by its name; undefined where the name has none or several. */
export type Constants = (name: string) => string | undefined

/** `area:key`, the identity of a fact. */
export function factId({ area, key }: { area: Area; key: string }): string {
  return `${area}:${key}`
}

/** Puts constants' values for their names. What stays unknown becomes `*`. */
export function resolveText(text: string, constants: Constants, depth = 0): string {
  if (!text.includes('${')) return text
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = depth > 4 ? undefined : constants(name)
    return value === undefined ? '*' : resolveText(value, constants, depth + 1)
  })
}

/** Joins what files tell to the facts of the whole. Keys of which nothing is known are left out. */
export function tableOf(facts: Iterable<Fact>, constants: Constants): Map<string, KnownFact> {
  const table = new Map<string, KnownFact & { values: string[]; paths: string[] }>()
  for (const fact of facts) {
    const key = resolveText(fact.key, constants)
    if (/^[*_.]*$/.test(key)) continue
    const id = factId({ area: fact.area, key })
    const known = table.get(id) ?? { area: fact.area, key, values: [], paths: [], doc: undefined }
    const value = resolveText(fact.value, constants)
    if (!known.values.includes(value)) known.values.push(value)
    if (!known.paths.includes(fact.path)) known.paths.push(fact.path)
    known.doc ??= fact.doc
    table.set(id, known)
  }
  for (const known of table.values()) settle(known)
  return table
}

/** Verbs of several roles add up; other values stand side by side. */
function settle(known: { area: Area; values: string[]; paths: string[] }): void {
  if (known.area === 'rbac') {
    const verbs = new Set(known.values.flatMap((value) => value.split(',')))
    known.values.splice(0, Infinity, [...verbs].sort().join(','))
  }
  known.values.sort()
  known.paths.sort()
}

/** What differs between two trees, in the order of keys. A pair with an empty side is read as all added or removed. */
export function diffFacts(before: FactTable, after: FactTable): FactChange[] {
  const changes: FactChange[] = []
  for (const [id, now] of after) {
    const then = before.get(id)
    if (then === undefined) changes.push(changeOf(now, 'added', [], now.values))
    else if (!sameValues(then.values, now.values)) changes.push(changeOf(now, 'changed', then.values, now.values))
  }
  for (const [id, then] of before) {
    if (!after.has(id)) changes.push(changeOf(then, 'removed', then.values, []))
  }
  return changes.sort((one, other) => compareText(factId(one), factId(other)))
}

function changeOf(
  fact: KnownFact,
  change: FactChange['change'],
  before: readonly string[],
  after: readonly string[],
): FactChange {
  return { area: fact.area, key: fact.key, change, before, after, paths: fact.paths, doc: fact.doc }
}

function sameValues(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}
