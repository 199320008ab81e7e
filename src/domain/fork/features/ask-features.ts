/** From names to a question: refs resolved once, the fork's own commits found, decisions put to their entries. */
import type { Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import { applyDecisions, type DecisionRow, parseDecisions } from './decisions.ts'
import type { ForkFeatures } from './document.ts'
import { listFeatures, type NamedCommit } from './list-features.ts'
import { PATH_RULES } from './rules/paths.ts'

export interface FeatureRequest {
  git: Git
  /** Undefined: the last commit of upstream that the company's branch stands on. */
  from: string | undefined
  to: string
  /** The upstream ref whose CHANGELOG is read; `to` unless given. */
  changelog: string | undefined
  /** The company's branch; undefined for none. */
  company: string | undefined
  tagPattern: string | undefined
  decisions: { file: string; text: string } | undefined
  report?: (done: number, total: number) => void
  signal?: AbortSignal
}

export interface FeatureAnswer {
  features: ForkFeatures
  /** Decisions on what is no longer listed. They stay in their file. */
  unusedDecisions: DecisionRow[]
}

/** Throws (data) for a name that means no commit, or where no start can be found. */
export async function askFeatures(request: FeatureRequest): Promise<FeatureAnswer> {
  const { git, decisions, tagPattern, report, signal } = request
  // Before the work, so that a typing mistake does not cost a minute.
  const rows = decisions === undefined ? [] : parseDecisions(decisions.file, decisions.text)
  const to = await named(git, request.to)
  const newest = request.changelog === undefined ? to : await named(git, request.changelog)
  const company = request.company === undefined ? undefined : await named(git, request.company)
  const from = request.from === undefined ? await startOf(git, company, to) : await named(git, request.from)
  const commits = company === undefined ? [] : await git.range([from.commit, to.commit, newest.commit], company.commit)
  const features = await listFeatures({
    git,
    from,
    to,
    newest,
    company: company === undefined || commits.length === 0 ? undefined : { ref: company.ref, commits },
    tagPattern,
    pathRules: PATH_RULES,
    report,
    signal,
  })
  return { features, unusedDecisions: applyDecisions(features.features, rows) }
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

async function startOf(git: Git, company: NamedCommit | undefined, to: NamedCommit): Promise<NamedCommit> {
  const bases: Oid[] = company === undefined ? [] : await git.mergeBases(company.commit, to.commit)
  if (bases.length === 1) {
    const tags = await git.firstTags([bases[0]!])
    const tag = tags.get(bases[0]!)
    const isTagged = tag !== undefined && (await git.resolve(tag)) === bases[0]
    return { ref: isTagged ? tag : bases[0]!.slice(0, 12), commit: bases[0]! }
  }
  throw new SparkopsError({
    code: 'SO_NO_BASE',
    message: `it is not clear where ${company?.ref ?? 'the fork'} left ${to.ref}`,
    why:
      bases.length === 0
        ? 'the two have no common ancestor'
        : `they have ${bases.length} equally good common ancestors`,
    hint: 'say it with --from',
    exit: 'data',
  })
}
