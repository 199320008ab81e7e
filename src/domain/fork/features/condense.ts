/**
 * Differences that are one thing told many times: a whole API version that went, and fields of Kubernetes' own types
 * that came with a newer Kubernetes rather than with the operator.
 */
import { compareText } from '../../order.ts'
import type { Attributed } from './attributed.ts'
import { type FactTable } from './facts.ts'
import { fieldPlaces } from './read/api-facts.ts'
import { BY_TEMPLATE } from './read/object-facts.ts'
import type { Delta, Scan } from './scan.ts'

/** More paths of embedded types than this from one commit, and it was the generator or Kubernetes that brought them. */
const REGENERATED = 40

/** The same differences, fewer of them. */
export function condense(changes: readonly Attributed[], scan: Scan): Attributed[] {
  return withoutExplained(regenerated(withoutVersions(nestedValues(changes), scan), scan))
}

/**
 * What a chart puts into a cluster differs for most changes of its values: those tell it. What is left is what differs
 * with nothing set otherwise. Of an object, or an item of one, that came or went its settings are not told one by one.
 */
function withoutExplained(changes: readonly Attributed[]): Attributed[] {
  const rendered = changes.filter(({ area }) => area === 'rendered')
  const whole = new Set(rendered.filter(({ change }) => change !== 'changed').map(({ key }) => key))
  return changes.filter((change) => {
    if (change.area !== 'rendered') return true
    const [kind, name, ...path] = change.key.split(' ')
    if ([...change.before, ...change.after].includes(BY_TEMPLATE)) return false
    if (path.length === 0 || whole.has(`${kind!} ${name!}`) || isInside(change.key, whole)) return false
    // A right that is gone altogether is told as one; here it may only have moved to another role.
    if (path[0] === 'rules') return change.change !== 'removed' && !isTold(changes, change, ['rbac'])
    // A flag that is passed or not is told as an argument; passed with another value it does something else.
    if (/\.args$/.test(path[0]!) && (change.change !== 'changed' || isTold(changes, change, ['flag']))) return false
    return !isTold(changes, change, ['value', 'object', 'image'])
  })
}

/** `… webhooks[a].sideEffects` where `… webhooks[a]` itself came or went. */
function isInside(key: string, whole: ReadonlySet<string>): boolean {
  for (let at = key.indexOf(']'); at >= 0; at = key.indexOf(']', at + 1)) {
    if (at + 1 < key.length && whole.has(key.slice(0, at + 1))) return true
  }
  return false
}

/** Whether the same work did something of these areas too. */
function isTold(changes: readonly Attributed[], { owners }: Attributed, areas: readonly Attributed['area'][]): boolean {
  return changes.some((one) => areas.includes(one.area) && one.owners.some((owner) => owners.includes(owner)))
}

/** `{}` that now holds keys, or the reverse, is one default that changed, neither gone nor new. */
function nestedValues(changes: readonly Attributed[]): Attributed[] {
  const values = changes.filter(({ area }) => area === 'value')
  const told = new Set<Attributed>()
  const merged: Attributed[] = []
  for (const whole of values) {
    const other = whole.change === 'removed' ? 'added' : 'removed'
    if (whole.change === 'changed' || told.has(whole)) continue
    const below = values.filter(({ change, key }) => change === other && key.startsWith(`${whole.key}.`))
    if (below.length === 0) continue
    for (const one of [whole, ...below]) told.add(one)
    const inside = JSON.stringify(
      Object.fromEntries(below.map((one) => [one.key.slice(whole.key.length + 1), plain(one)])),
    )
    const sides =
      other === 'added' ? { before: whole.before, after: [inside] } : { before: [inside], after: whole.after }
    const owners = [...new Set([whole, ...below].flatMap((one) => one.owners))]
    merged.push({ ...whole, ...sides, change: 'changed', owners })
  }
  return [...changes.filter((change) => !told.has(change)), ...merged]
}

function plain({ before, after }: Attributed): unknown {
  return JSON.parse((after.length > 0 ? after : before)[0] ?? 'null')
}

/** `v1beta1` as a whole instead of its hundreds of fields. */
function withoutVersions(changes: readonly Attributed[], { before, after }: Scan): Attributed[] {
  const gone = [...versionsOf(before.facts)].filter((version) => !versionsOf(after.facts).has(version))
  if (gone.length === 0) return [...changes]
  const isGone = ({ area, key }: Attributed): boolean =>
    gone.some((version) =>
      area === 'schema'
        ? new RegExp(`^\\w+/${version}[.[{]`).test(key)
        : (area === 'crd' || area === 'kind') && key.startsWith(`${version}.`),
    )
  const kept = changes.filter((change) => !isGone(change))
  for (const version of gone) {
    const first = changes.find(
      (change) =>
        change.change === 'removed' && change.area === 'kind' && isGone(change) && change.key.startsWith(`${version}.`),
    )
    if (first !== undefined) kept.push({ ...first, key: `API version ${version}`, doc: undefined })
  }
  return kept
}

function versionsOf(facts: FactTable): Set<string> {
  return new Set(
    [...facts.values()].filter(({ area }) => area === 'crd').map(({ key }) => key.slice(0, key.indexOf('.'))),
  )
}

/**
 * Schema paths that an own field explains are told by the field. Of the rest, those that one commit brought by the
 * dozen become one difference: the Kubernetes pod API.
 */
function regenerated(changes: readonly Attributed[], scan: Scan): Attributed[] {
  const own = ownPaths(changes, scan)
  const others = changes.filter(({ area }) => area !== 'schema')
  const schema = changes.filter((change) => change.area === 'schema' && !isOwn(change.key, own))
  const byOwner = new Map<Delta | undefined, Attributed[]>()
  for (const change of schema) {
    const owner = change.owners[0]
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), { ...change, owners: owner === undefined ? [] : [owner] }])
  }
  return [...byOwner].reduce<Attributed[]>(
    (all, [owner, group]) => [...all, ...(group.length > REGENERATED ? [asOne(group, owner, scan)] : group)],
    [...others],
  )
}

function asOne(group: readonly Attributed[], owner: Delta | undefined, scan: Scan): Attributed {
  const version = (tree: FactTable): string[] => [...(tree.get('version:Kubernetes API (k8s.io/api)')?.values ?? [])]
  const [before, after] = [version(scan.before.facts), version(scan.after.facts)]
  return {
    area: 'version',
    key: `Kubernetes pod API in the CRDs (${group.length} fields)`,
    change: 'changed',
    before: before.length > 0 ? before : ['unknown'],
    after: after.length > 0 ? after : ['unknown'],
    paths: [...new Set(group.flatMap(({ paths }) => paths))].sort(compareText),
    doc: undefined,
    owners: owner === undefined ? [] : [owner],
    how: group[0]!.how,
  }
}

interface OwnPaths {
  /** Fields that differ in themselves: whether they must be written, their limits. */
  fields: Set<string>
  /** Fields that came, went or became something else, with all that is below them. */
  trees: Set<string>
}

/** `SparkApplication/v1beta2.spec.driver.template` for each own field that differs. */
function ownPaths(changes: readonly Attributed[], { before, after }: Scan): OwnPaths {
  const places = new Map([...fieldPlaces(before.types), ...fieldPlaces(after.types)])
  const own: OwnPaths = { fields: new Set(), trees: new Set() }
  for (const change of changes) {
    const { area, key } = change
    if (area !== 'crd') continue
    const version = key.slice(0, key.indexOf('.'))
    const into = change.change !== 'changed' || typeIn(change.before) !== typeIn(change.after) ? own.trees : own.fields
    for (const place of places.get(key) ?? []) into.add(place.replace('.', `/${version}.`))
  }
  return own
}

function typeIn([value = '']: readonly string[]): string {
  return value.slice(0, value.indexOf(';'))
}

function isOwn(key: string, { fields, trees }: OwnPaths): boolean {
  const plain = key.replace(/\[\]|\{\}/g, '')
  const parts = plain.split('.')
  return fields.has(plain) || parts.some((_, index) => trees.has(parts.slice(0, index + 1).join('.')))
}
