/**
 * Work that belongs together: follow-ups of a pull request, commits that change the same setting, commits of one topic.
 * And the reverse: a commit that does a hundred things is told by subject. The result does not depend on the order in
 * which commits are given.
 */
import { compareText } from '../../order.ts'
import type { Attributed } from './attributed.ts'
import { mentions } from './commits.ts'
import { type Area, factId } from './facts.ts'
import { TOPICS, type Topic } from './rules/topics.ts'
import { weigh } from './rules/meaning.ts'
import type { Delta } from './scan.ts'

/** Work and differences that make one entry. */
export interface Group {
  deltas: Delta[]
  changes: Attributed[]
  topic: Topic | undefined
  /** For a part of a large commit: which part. */
  part: { topic: Topic | undefined; area: Area | undefined; version?: string } | undefined
}

/** More settings than this in one commit, and it is a rewrite: it would join everything to everything. */
const LARGE_CHANGES = 40
const LARGE_FILES = 120

/** Areas in which two commits that change the same thing work on one thing: also to read a variable and to set it. */
const JOINING = new Set<Area>(['kind', 'crd', 'flag', 'value', 'metric', 'gate', 'env', 'module'])
/** Areas too fine or too common to count when a commit's size is judged. */
const UNCOUNTED = new Set<Area>(['schema', 'package', 'argument', 'conf', 'object', 'version', 'rendered'])
/** Settings that every release touches. */
const COMMON_KEY = /(^|\.)(tag|version|repository|registry)$/

/** Groups all work of a range. */
export function groupWork(deltas: readonly Delta[], changes: readonly Attributed[]): Group[] {
  const large = new Set(deltas.filter((delta) => isLarge(delta, changes)))
  const sets = new Sets(deltas.filter((delta) => !large.has(delta)))
  const topicOf = new Map(deltas.map((delta) => [delta, isProduct(delta) ? findTopic(delta, changes) : undefined]))
  for (const change of changes) {
    if (change.how === 'fact' && JOINING.has(change.area) && !COMMON_KEY.test(change.key)) sets.join(change.owners)
  }
  for (const topic of TOPICS) {
    if (topic.joins) sets.join(deltas.filter((delta) => topicOf.get(delta) === topic))
  }
  joinFollowUps(sets, deltas)
  const isVersion = (change: Attributed): boolean => change.area === 'version' && weigh(change) === 'version'
  const settings = changes.filter((change) => !isVersion(change))
  const groups = sets.groups().map((members): Group => {
    const own = settings.filter((change) => toldBy(change).some((owner) => members.includes(owner)))
    const topic = TOPICS.find((one) => members.some((delta) => topicOf.get(delta) === one))
    return { deltas: members, changes: own, topic, part: undefined }
  })
  const taken = new Set(groups.flatMap((group) => group.changes))
  for (const delta of large) groups.push(...partsOf(delta, settings, taken, groups))
  const versions = groupVersions(changes.filter(isVersion))
  const told = new Set(versions.flatMap(({ deltas: owners }) => owners))
  return [...groups.filter((group) => !isUpgradeOnly(group, told)), ...versions]
}

/** One for each thing that has a version, with everyone who raised it. */
function groupVersions(changes: readonly Attributed[]): Group[] {
  const families = new Map<string, Attributed[]>()
  for (const change of changes) {
    const family = versionFamily(change.key)
    families.set(family, [...(families.get(family) ?? []), change])
  }
  return [...families].map(([version, own]) => {
    const owners = [...new Set(own.flatMap((change) => change.owners))].sort(byAge)
    return { deltas: owners, changes: own, topic: undefined, part: { topic: undefined, area: 'version', version } }
  })
}

/** `Go (go.mod)` and `Go (image)` are both Go. */
export function versionFamily(key: string): string {
  return key.replace(/ (\(.*|toolchain)$/, '').replace(/^Kubernetes (API|client)$/, 'Kubernetes')
}

const UPGRADE = /\b(bump|upgrade[sd]?|update[sd]?)\b/i

/** Work that did nothing else than raise a version is told by that version. */
function isUpgradeOnly({ deltas, changes, topic, part }: Group, told: ReadonlySet<Delta>): boolean {
  if (topic !== undefined || part !== undefined || !deltas.every((delta) => told.has(delta))) return false
  return changes.every((change) => weigh(change) === 'note') && deltas.every(({ change }) => UPGRADE.test(change.title))
}

function isLarge(delta: Delta, changes: readonly Attributed[]): boolean {
  const own = changes.filter(({ area, owners }) => !UNCOUNTED.has(area) && owners.includes(delta))
  return own.length > LARGE_CHANGES || delta.files.filter((file) => file.class === 'product').length > LARGE_FILES
}

/** Documentation, tests and workflows join nothing. */
export function isProduct(delta: Delta): boolean {
  return delta.files.some((file) => file.class === 'product')
}

/** At most one: what a title says comes before what changed, and that before single lines. */
function findTopic(delta: Delta, changes: readonly Attributed[]): Topic | undefined {
  const joining = TOPICS.filter(({ joins }) => joins)
  const own = changes.filter((change) => change.how === 'fact' && change.owners.includes(delta))
  return (
    joining.find(({ titles }) => titles?.test(delta.change.title) === true) ??
    joining.find(
      ({ facts }) =>
        facts !== undefined && own.some((change) => facts.test(factId(change)) && isTelling(change, delta)),
    ) ??
    joining.find(({ lines }) => lines !== undefined && delta.lines.some((line) => lines.test(line)))
  )
}

/** That one right or one argument of many is written otherwise says nothing of what the work was about. */
function isTelling(change: Attributed, delta: Delta): boolean {
  if (change.area !== 'rbac' && change.area !== 'argument') return true
  return delta.facts.some((own) => own.change === 'added' && factId(own) === factId(change))
}

/**
 * Whose entry tells a difference. Rights and settings add up, so all who touched them do; a version or an image has one
 * value, and who set it last tells it.
 */
function toldBy({ area, key, owners }: Attributed): readonly Delta[] {
  const hasOneValue = area === 'version' || area === 'image' || (area === 'value' && COMMON_KEY.test(key))
  return hasOneValue ? owners.slice(-1) : owners
}

/** A message that names another pull request of the range continues it, if it works on the same files. */
function joinFollowUps(sets: Sets, deltas: readonly Delta[]): void {
  const byPull = new Map(
    deltas.flatMap((delta) => (delta.change.pull === undefined ? [] : [[delta.change.pull, delta] as const])),
  )
  for (const delta of deltas) {
    for (const number of mentions(delta.change)) {
      const other = byPull.get(number)
      if (other !== undefined && other !== delta && sharesFile(delta, other)) sets.join([delta, other])
    }
  }
}

function sharesFile(one: Delta, other: Delta): boolean {
  const files = new Set(one.files.filter((file) => file.class === 'product').map(({ path }) => path))
  return other.files.some(({ path }) => files.has(path) && !/(^|\/)values\.yaml$/.test(path))
}

/** A large commit by topic, then by area; what a smaller commit changed further is told there. */
function partsOf(delta: Delta, changes: readonly Attributed[], taken: Set<Attributed>, groups: Group[]): Group[] {
  const parts = new Map<string, Group>()
  const whole: Group = { deltas: [delta], changes: [], topic: undefined, part: { topic: undefined, area: undefined } }
  for (const change of changes) {
    if (taken.has(change) || !change.owners.includes(delta)) continue
    taken.add(change)
    const topic = TOPICS.find(({ facts }) => facts?.test(factId(change)))
    const existing = topic?.joins === true ? groups.find((group) => group.topic === topic) : undefined
    if (existing !== undefined) {
      existing.changes.push(change)
      if (!existing.deltas.includes(delta)) existing.deltas.push(delta)
      continue
    }
    if (topic === undefined && weigh(change) === 'note') {
      whole.changes.push(change)
      continue
    }
    const id = topic?.id ?? change.area
    const part = parts.get(id) ?? {
      ...whole,
      changes: [],
      part: { topic, area: topic === undefined ? change.area : undefined },
    }
    part.changes.push(change)
    parts.set(id, part)
  }
  return [whole, ...parts.values()]
}

/** Disjoint sets of deltas. */
class Sets {
  private readonly parent = new Map<Delta, Delta>()

  constructor(deltas: readonly Delta[]) {
    for (const delta of deltas) this.parent.set(delta, delta)
  }

  /** Joins those that it knows. */
  join(deltas: readonly Delta[]): void {
    const known = deltas.filter((delta) => this.parent.has(delta))
    for (const delta of known.slice(1)) this.parent.set(this.root(delta), this.root(known[0]!))
  }

  /** Each with its members oldest first. */
  groups(): Delta[][] {
    const sets = new Map<Delta, Delta[]>()
    for (const delta of this.parent.keys()) {
      const root = this.root(delta)
      sets.set(root, [...(sets.get(root) ?? []), delta])
    }
    return [...sets.values()].map((members) => members.sort(byAge)).sort((one, other) => byAge(one[0]!, other[0]!))
  }

  private root(delta: Delta): Delta {
    let at = delta
    while (this.parent.get(at) !== at) at = this.parent.get(at)!
    return at
  }
}

function byAge({ change: one }: Delta, { change: other }: Delta): number {
  const [left, right] = [one.source?.committedAt ?? one.committedAt, other.source?.committedAt ?? other.committedAt]
  return left - right || compareText(one.name, other.name)
}
