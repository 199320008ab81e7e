/** From names to a question: refs resolved once, the fork's own commits found, decisions put to their entries. */
import type { Git, Oid } from '../../../ports/git.ts'
import type { ChartRenderer } from '../../../ports/chart-renderer.ts'
import { SparkopsError } from '../../errors.ts'
import type { ForkProfile } from '../profile/profile.ts'
import { findBase, upstreamTags } from '../series/find-base.ts'
import { type ChosenTarget, defaultTarget, upstreamBranch } from './default-target.ts'
import { applyDecisions, type DecisionRow, parseDecisions } from './decisions.ts'
import type { ForkFeatures } from './document.ts'
import { listFeatures, type NamedCommit } from './list-features.ts'
import type { CompanyWork } from './relevance.ts'
import { PATH_RULES } from './rules/paths.ts'

export interface FeatureRequest {
  git: Git
  profile: ForkProfile
  /** Undefined: where the fork stands. */
  from: string | undefined
  /** Undefined: upstream's newest release, else its branch. */
  to: string | undefined
  /** The upstream ref whose CHANGELOG is read; the profile's branch, or that of a remote named upstream, else `to`. */
  changelog: string | undefined
  /** The fork's branch; the profile's, else HEAD. Null: only upstream is looked at. */
  company: string | null | undefined
  /** The upstream commit the fork stands on, where it cannot be found. */
  base: string | undefined
  decisions: { file: string; text: string } | undefined
  renderer?: ChartRenderer | undefined
  report?: (done: number) => void
  signal?: AbortSignal
}

export interface FeatureAnswer {
  features: ForkFeatures
  /** Decisions on what is no longer listed. They stay in their file. */
  unusedDecisions: DecisionRow[]
}

/** Throws (data) for a name that means no commit, or where no start can be found. */
export async function askFeatures(request: FeatureRequest): Promise<FeatureAnswer> {
  const { git, profile, decisions, renderer, report, signal } = request
  // Before the work, so that a typing mistake does not cost a minute.
  const rows = decisions === undefined ? [] : parseDecisions(decisions.file, decisions.text)
  const to = await targetOf(request)
  const newest = await newestOf(request, to)
  const tags = await upstreamTags(git, profile)
  const { from, company } = await sidesOf(request, [to.commit, newest.commit, ...tags.map(({ peeled }) => peeled)])
  const features = await listFeatures({
    git,
    from,
    to,
    newest,
    company,
    tagPattern: commonPattern(tags.map(({ name }) => name.replace('refs/tags/', ''))),
    pathRules: PATH_RULES,
    renderer,
    report,
    signal,
  })
  return { features, unusedDecisions: applyDecisions(features.features, rows) }
}

async function targetOf({ git, profile, to, from, company, base }: FeatureRequest): Promise<ChosenTarget> {
  if (to !== undefined) return { ...(await named(git, to)), how: 'given' }
  // From where the comparison begins, or for the fork's branch: what either holds already is no target.
  const start = company === null ? (from ?? base) : (company ?? profile.companyBranch ?? 'HEAD')
  if (start === undefined) throw noStart('upstream')
  return await defaultTarget(git, profile, (await named(git, start)).commit)
}

async function newestOf({ git, profile, changelog }: FeatureRequest, to: NamedCommit): Promise<NamedCommit> {
  if (changelog !== undefined) return await named(git, changelog)
  return (await upstreamBranch(git, profile)) ?? to
}

interface Sides {
  from: NamedCommit & { how: ForkFeatures['from']['how'] }
  company: CompanyWork | undefined
}

/** Where upstream is compared from, and the fork's commits. */
async function sidesOf(request: FeatureRequest, upstream: readonly Oid[]): Promise<Sides> {
  const { git, profile, from, base, to } = request
  const company = request.company === undefined ? (profile.companyBranch ?? 'HEAD') : request.company
  if (company === null) {
    if (from === undefined) throw noStart(to ?? 'upstream')
    return { from: { ...(await named(git, from)), how: 'given' }, company: undefined }
  }
  const branch = await named(git, company)
  const given = from ?? base ?? profile.base
  const found = await findBase(git, { start: branch.commit, given, upstream, profile })
  const commits = await git.range([...new Set([...found.exclude, ...upstream])], branch.commit)
  return {
    from:
      from === undefined
        ? { ref: found.name, commit: found.oid, how: 'base' }
        : { ...(await named(git, from)), how: 'given' },
    company: commits.length === 0 ? undefined : { ref: branch.ref, commits },
  }
}

async function named(git: Git, ref: string): Promise<NamedCommit> {
  const commit = await git.resolve(ref)
  if (commit !== undefined) return { ref, commit }
  throw new SparkopsError({
    code: 'SO_NO_SUCH_REF',
    message: `${JSON.stringify(ref)} names no commit of this repository`,
    why: 'features are read from the repository alone; nothing is fetched',
    hint: 'fetch upstream with its tags (git fetch upstream --tags), or give another name',
    exit: 'data',
  })
}

function noStart(to: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_BASE',
    message: `nothing says what ${to} is to be compared with`,
    why: 'with --upstream-only no fork is looked at, so there is no place where it stands',
    hint: 'say it with --from',
    exit: 'usage',
  })
}

/** A glob for names that begin alike; undefined where nothing is common, so that all tags count. */
function commonPattern(names: readonly string[]): string | undefined {
  const [first = ''] = names
  let length = first.length
  for (const name of names) {
    while (!name.startsWith(first.slice(0, length))) length -= 1
  }
  const prefix = first.slice(0, length)
  // Letters only: a digit may be a release line's, and the glob must match all of them.
  const stem = /^[A-Za-z/_-]+/.exec(prefix)?.[0]
  return stem === undefined ? undefined : `${stem}*`
}
