/** `fork features`: everything upstream did between two refs, each with its evidence. */
import { compareText } from '../../order.ts'
import type { Oid } from '../../../ports/git.ts'
import { API_VERSION } from '../../document.ts'
import { attribute, followMoves } from './attribute.ts'
import type { Attributed } from './attributed.ts'
import { readChangelog } from './changelog.ts'
import type { ChartRenderer } from '../../../ports/chart-renderer.ts'
import {
  type Feature,
  type FeatureKind,
  type ForkFeatures,
  KINDS,
  type TargetChoice,
  type TemplateReading,
} from './document.ts'
import { entryOf } from './entry.ts'
import { findBehaviour } from './findings.ts'
import { groupWork } from './group.ts'
import { type History, readHistory, type UpstreamReader } from './history.ts'
import { pairRenames } from './pairs.ts'
import { fieldPlaces } from './read/api-facts.ts'
import { addRelevance, type CompanyWork } from './relevance.ts'
import type { PathRule } from './rules/paths.ts'
import { type Scan, scanHistory } from './scan.ts'
import { condense } from './condense.ts'

export interface NamedCommit {
  ref: string
  commit: Oid
}

export interface FeatureQuestion {
  git: UpstreamReader
  from: NamedCommit & { how: ForkFeatures['from']['how'] }
  to: NamedCommit & { how: TargetChoice }
  /** The newest upstream ref there is: its CHANGELOG covers more than that of `to`. */
  newest: NamedCommit
  company?: CompanyWork | undefined
  pathRules: readonly PathRule[]
  renderer?: ChartRenderer | undefined
  /** Release tags, as git's `--match`. */
  tagPattern?: string | undefined
  report?: ((done: number, total: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Reads both trees and all work between them. Throws only where the repository itself cannot be read. */
export async function listFeatures(question: FeatureQuestion): Promise<ForkFeatures> {
  const { git, from, to, newest } = question
  const history = await readHistory(git, from.commit, to.commit, newest.commit)
  const { report, signal, pathRules, renderer } = question
  const scan = await scanHistory(git, history, {
    pathRules,
    renderer,
    ...(report && { report }),
    ...(signal && { signal }),
  })
  const { changes: all, netted } = followMoves(attribute(scan))
  const changes = condense(all, scan)
  const changelog = await changelogAt(git, newest.commit)
  const context = {
    changelog: changelog === undefined ? new Map() : readChangelog(changelog),
    pairs: pairRenames(changes),
    findings: findBehaviour(scan, changes),
    tags: await git.firstTags([...new Set(history.changes.map(({ landed }) => landed))], question.tagPattern),
    places: placesOf(scan),
    netted,
    changes,
  }
  const features = groupWork(scan.deltas, changes).map((group) => entryOf(group, context))
  const relevant =
    question.company === undefined ? undefined : await addRelevance(git, scan, features, question.company)
  return {
    apiVersion: API_VERSION,
    kind: 'ForkFeatures',
    from: { ...from, date: dateOf(history.from.committedAt) },
    to: { ...to, date: dateOf(history.to.committedAt) },
    changelog: changelog === undefined ? null : newest.ref,
    company: relevant ?? null,
    summary: summaryOf(features, history, netted.length),
    features: features.sort(byImportance),
    nettedOut: netted.map(({ area, key, what, by }) => ({ area, key, what, by: by.map(({ change }) => change.name) })),
    templates: scan.templates,
    limits: limitsOf(history, changes, changelog, scan.templates),
    unread: scan.unread,
  }
}

async function changelogAt(git: UpstreamReader, commit: Oid): Promise<string | undefined> {
  for (const path of ['CHANGELOG.md', 'CHANGES.md', 'docs/CHANGELOG.md']) {
    const found = await git.find(commit, path)
    if (found?.mode.startsWith('100') === true) return new TextDecoder().decode(await git.readBlob(found.oid))
  }
  return undefined
}

function placesOf({ before, after }: Scan): Map<string, readonly string[]> {
  return new Map([...fieldPlaces(before.types), ...fieldPlaces(after.types)])
}

function summaryOf(features: readonly Feature[], history: History, nettedOut: number): ForkFeatures['summary'] {
  const count = (kind: FeatureKind): number => features.filter((feature) => feature.kind === kind).length
  const kinds = Object.fromEntries(KINDS.map((kind) => [kind, count(kind)])) as Record<FeatureKind, number>
  const pulls = new Set(history.changes.flatMap(({ pull }) => pull ?? [])).size
  return { ...kinds, commits: history.commitCount, pulls, nettedOut }
}

function byImportance(one: Feature, other: Feature): number {
  const order = KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind)
  if (order !== 0) return order
  const weight = other.evidence.length - one.evidence.length
  return weight !== 0 ? weight : compareText(one.id, other.id)
}

function limitsOf(
  history: History,
  changes: readonly Attributed[],
  changelog: string | undefined,
  templates: TemplateReading,
): string[] {
  const limits: string[] = []
  const { leftBehind, mergeBase, unseenPicks, alreadyThere } = history
  if (mergeBase === undefined)
    limits.push('The two refs have no common ancestor: what lies between them is a comparison, not a history.')
  if (leftBehind > 0) {
    limits.push(
      `The older ref has ${leftBehind} commits that the newer one does not have (a release branch); their picks are matched by pull request and by “cherry picked from”.`,
    )
  }
  if (alreadyThere.length > 0)
    limits.push(`Left out, since the older ref has it already: ${listed(alreadyThere.map(({ name }) => name))}.`)
  if (unseenPicks.length > 0)
    limits.push(`Bundled, but not in this repository, so known by title only: ${listed(unseenPicks)}.`)
  const orphans = changes.filter(({ how }) => how === 'none').length
  if (orphans > 0) limits.push(`${orphans} differences between the trees could not be traced to any commit.`)
  if (changelog === undefined) limits.push('No CHANGELOG was found; kinds rest on the code and on titles.')
  limits.push(templatesText(templates))
  limits.push('What Go code does at run time is only seen where it shows in names, defaults and titles.')
  return limits
}

function templatesText(templates: TemplateReading): string {
  const { how } = templates
  if (how === 'none') return 'There is no chart: nothing was rendered.'
  if (how === 'read') return `Templates of charts were read as text, not rendered: ${templates.why}.`
  return `Charts were rendered by ${templates.by} with their default values; what other values do is read from the templates’ text.`
}

function listed(names: readonly string[]): string {
  const more = names.length - 8
  return `${names.slice(0, 8).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
