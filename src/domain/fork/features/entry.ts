/** One group of work as one entry: what kind it is, what to call it, what it rests on, how to use it. */
import { compareText } from '../../order.ts'
import type { Netted } from './attribute.ts'
import type { Attributed } from './attributed.ts'
import type { ChangelogEntry, ChangelogHeading } from './changelog.ts'
import type { Basis, Evidence, Feature, FeatureKind, Work } from './document.ts'
import { factId } from './facts.ts'
import type { Finding } from './findings.ts'
import { type Group, isProduct } from './group.ts'
import type { Pair } from './pairs.ts'
import { type Weight, weigh } from './rules/meaning.ts'
import { type Claim, claimOf, saysPublished, saysRemoval } from './rules/titles.ts'
import { AREA_TITLES } from './rules/topics.ts'
import { describeEvidence, howToUse } from './wording.ts'
import type { Delta } from './scan.ts'

/** What entries are made with, beside the group itself. */
export interface EntryContext {
  changelog: ReadonlyMap<number, ChangelogEntry>
  pairs: ReadonlyMap<Attributed, Pair>
  findings: readonly Finding[]
  netted: readonly Netted[]
  /** All differences of the ends. */
  changes: readonly Attributed[]
  /** First release tag by commit of the range. */
  tags: ReadonlyMap<string, string>
  /** For each field of the operator's types where a user writes it. */
  places: ReadonlyMap<string, readonly string[]>
}

/** Strongest first. */
const WEIGHT_ORDER: readonly Weight[] = ['breaking', 'default', 'feature', 'permission', 'version', 'note']

/** An entry without decision and relevance; those are added where they are known. */
export function entryOf(group: Group, context: EntryContext): Feature {
  const evidence = group.changes.map((change) => evidenceOf(change, context)).sort(byWeight)
  const reported = group.part === undefined || isWhole(group) ? headingsOf(group, context) : []
  const undone = undoneBy(group, evidence, context)
  const { kind, basis } = undone === undefined ? judge(group, evidence, reported) : UNDONE
  const lead = leadOf(group, evidence)
  const title = titleOf(group, lead, evidence)
  const caveats = [...findingsFor(group, context), ...(undone ?? [])]
  const tags = group.deltas.map(({ change }) => context.tags.get(change.landed) ?? null)
  return {
    id: idOf(group, lead),
    kind,
    title,
    what: whatOf(group, evidence, lead, context),
    why: group.topic?.why ?? group.part?.topic?.why ?? null,
    basis: basis === 'claimed' && caveats.length > 0 ? 'behaviour' : basis,
    topic: group.topic?.id ?? group.part?.topic?.id ?? null,
    since: tags[0] ?? null,
    completeSince: tags.at(-1) ?? null,
    work: group.deltas.map(({ change }, index) => workOf(change, tags[index] ?? null)),
    evidence,
    caveats,
    howTo: howToUse(evidence, context.places),
    risk: kind === 'breaking' ? 'high' : kind === 'default' || kind === 'permission' ? 'medium' : 'low',
    changelog: reported[0] === undefined ? null : { release: reported[0].release, heading: reported[0].heading },
    relevance: [],
    decision: { answer: null, owner: '', note: '' },
  }
}

const UNDONE: { kind: FeatureKind; basis: Basis } = { kind: 'other', basis: 'shown' }

/** Work of which nothing is left to tell, with who took it away or set it anew. */
function undoneBy(
  group: Group,
  evidence: readonly Evidence[],
  { netted, changes }: EntryContext,
): string[] | undefined {
  if (evidence.some(({ weight }) => weight !== 'note')) return undefined
  const facts = group.deltas.flatMap((delta) =>
    delta.facts.filter((change) => change.area !== 'rendered' && weigh(change) !== 'note'),
  )
  if (facts.length === 0) return undefined
  const after = facts.map((fact) => {
    const id = factId(fact)
    const gone = netted.find((one) => factId(one) === id && one.what !== 'removed-then-added')
    const told = changes.find((one) => factId(one) === id && !group.changes.includes(one))
    return (gone?.by ?? told?.owners)?.at(-1)
  })
  if (after.some((delta) => delta === undefined || group.deltas.includes(delta))) return undefined
  const names = [...new Set(after.map((delta) => delta!.change.name))]
  return [`Nothing of this is left as it was: ${names.join(', ')} took it away or set it anew.`]
}

function whatOf(group: Group, evidence: readonly Evidence[], lead: Delta, { places }: EntryContext): string {
  const told = describeEvidence(evidence, places)
  if (!isWhole(group)) return told || `${capital(lead.change.title)}.`
  const large = `A change of ${lead.files.length} files; what it did to each subject stands in entries of its own.`
  return told === '' ? large : `${large} ${told}`
}

function isWhole({ part }: Group): boolean {
  return part !== undefined && part.topic === undefined && part.area === undefined
}

function evidenceOf(change: Attributed, { pairs }: EntryContext): Evidence {
  const pair = pairs.get(change)
  const other = pair === undefined ? null : change.change === 'removed' ? pair.added : pair.removed
  const weight = weigh(change)
  return {
    area: change.area,
    key: change.key,
    change: change.change,
    // What has come in place of something that went is not new.
    weight: weight === 'feature' && other !== null ? 'note' : weight,
    before: joined(change.before),
    after: joined(change.after),
    pair: other === null ? null : `${change.change === 'removed' ? 'now' : 'was'} ${other.key}`,
    doc: change.doc ?? null,
    paths: [...change.paths],
    by: change.owners.map((owner) => owner.change.name),
    how: change.how,
  }
}

function joined(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join(' / ')
}

function byWeight(one: Evidence, other: Evidence): number {
  const order = WEIGHT_ORDER.indexOf(one.weight) - WEIGHT_ORDER.indexOf(other.weight)
  return order !== 0 ? order : compareText(factId(one), factId(other))
}

function headingsOf(group: Group, { changelog }: EntryContext): ChangelogEntry[] {
  const order: readonly ChangelogHeading[] = ['breaking', 'feature', 'fix', 'other']
  return group.deltas
    .flatMap(({ change }) => (change.pull === undefined ? [] : (changelog.get(change.pull) ?? [])))
    .sort((one, other) => order.indexOf(one.heading) - order.indexOf(other.heading))
}

/** Evidence decides; then what upstream's CHANGELOG says; then what a title claims. */
function judge(
  group: Group,
  evidence: readonly Evidence[],
  reported: readonly ChangelogEntry[],
): { kind: FeatureKind; basis: Basis } {
  if (group.part?.version !== undefined) return { kind: 'version', basis: 'shown' }
  const heading = reported[0]?.heading
  const weights = new Set(evidence.filter(({ how }) => how !== 'none').map(({ weight }) => weight))
  const shown = WEIGHT_ORDER.find((weight) => weight !== 'note' && weights.has(weight)) as FeatureKind | undefined
  const saysBreaking = heading === 'breaking' || group.deltas.some(({ change }) => change.saysBreaking)
  if (shown === 'breaking') return { kind: 'breaking', basis: 'shown' }
  if (saysBreaking) return { kind: 'breaking', basis: 'reported' }
  if (shown !== undefined && shown !== 'version' && shown !== 'permission') return { kind: shown, basis: 'shown' }
  const product = group.deltas.filter((delta) => isProduct(delta) || publishes(delta))
  if (product.length === 0) return { kind: shown ?? 'other', basis: shown === undefined ? 'claimed' : 'shown' }
  if (heading === 'feature') return { kind: 'feature', basis: 'reported' }
  const claims = new Set<Claim>(product.map(({ change }) => claimOf(change)))
  const isTopic = group.topic !== undefined
  if (shown !== undefined && !isTopic && !claims.has('feature')) return { kind: shown, basis: 'shown' }
  if (isTopic) return { kind: 'feature', basis: 'behaviour' }
  if (claims.has('feature') && heading !== 'fix') return { kind: 'feature', basis: 'claimed' }
  if (claims.has('change') && heading !== 'fix') return { kind: 'default', basis: 'claimed' }
  if (shown !== undefined) return { kind: shown, basis: 'shown' }
  return judgeByTitle(product, claims, heading)
}

function publishes({ change, files }: Delta): boolean {
  return saysPublished(change) && files.some(({ path }) => /^\.github\/workflows\/[^/]*(?:release|publish)/.test(path))
}

function judgeByTitle(
  product: readonly Delta[],
  claims: ReadonlySet<Claim>,
  heading: ChangelogHeading | undefined,
): { kind: FeatureKind; basis: Basis } {
  if (claims.has('fix') || heading === 'fix') return { kind: 'fix', basis: heading === 'fix' ? 'reported' : 'claimed' }
  const isGone = ({ change, files }: Delta): boolean =>
    saysRemoval(change) && files.some((file) => file.class === 'product' && file.status === 'D')
  if (product.some(isGone)) return { kind: 'breaking', basis: 'claimed' }
  return { kind: claims.has(undefined) ? 'unclear' : 'other', basis: 'claimed' }
}

/** The work an entry is called by: the first that did the weightiest thing. */
function leadOf({ deltas }: Group, evidence: readonly Evidence[]): Delta {
  for (const { by, weight } of evidence) {
    const lead = weight === 'note' ? undefined : deltas.find(({ change }) => by.includes(change.name))
    if (lead !== undefined) return lead
  }
  return deltas.find(isProduct) ?? deltas[0]!
}

function titleOf(group: Group, lead: Delta, evidence: readonly Evidence[]): string {
  if (group.topic !== undefined && group.deltas.length > 1) return group.topic.title
  if (group.part === undefined || isWhole(group)) return capital(lead.change.title)
  const { topic, area, version } = group.part
  if (version !== undefined) return `${version}: ${versionStep(evidence)}`
  return `${topic?.title ?? AREA_TITLES[area!]}: ${countOf(evidence)}`
}

function countOf(evidence: readonly Evidence[]): string {
  const count = (change: Evidence['change'], isPaired: boolean): number =>
    evidence.filter((one) => one.change === change && (one.pair !== null) === isPaired).length
  const parts: [number, string][] = [
    [count('removed', true), 'renamed or moved'],
    [count('removed', false), 'removed'],
    [count('added', false), 'new'],
    [count('changed', false), 'changed'],
  ]
  return parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])).join(', ')
}

/** From the oldest to the newest value, of the fact that says most. */
function versionStep(evidence: readonly Evidence[]): string {
  const [first] = evidence
  return `${first?.before ?? 'unknown'} → ${first?.after ?? 'unknown'}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** By the first of the work: later follow-ups do not change it. */
function idOf(group: Group, lead: Delta): string {
  const first = group.topic === undefined ? (group.deltas[0] ?? lead) : group.deltas[0]!
  const name = first.change.name.replace('#', 'pr-')
  if (group.topic !== undefined) return `${group.topic.id}/${name}`
  if (group.part === undefined || isWhole(group)) return name
  if (group.part.version !== undefined) return `version/${slug(group.part.version)}`
  return `${name}/${group.part.topic?.id ?? group.part.area}`
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function workOf(change: Delta['change'], tag: string | null): Work {
  return {
    name: change.name,
    pull: change.pull ?? null,
    title: change.title,
    author: change.author,
    commit: change.source?.oid ?? null,
    landed: change.landed,
    bundle: change.bundle ?? null,
    tag,
  }
}

function findingsFor(group: Group, { findings }: EntryContext): string[] {
  const own = new Set(group.changes.map(factId))
  return findings.filter(({ fact }) => own.has(fact)).map(({ text }) => text)
}
