/** How a fork stands: where it left upstream, what it carries, how far upstream is, and what is under way. Reads only. */
import type { Git, Oid } from '../../../ports/git.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { upstreamTags } from '../series/find-base.ts'
import type { RunState } from '../sync/ledger.ts'
import { peekRun } from '../sync/run-store.ts'
import type { SyncTools } from '../sync/advance.ts'
import { type ForkQuestion, listRuns, upstreamBranches, viewCarried } from '../sync/start-sync.ts'

export interface ForkStatus extends Document {
  kind: 'ForkStatus'
  profile: string
  branch: string | null
  tip: Oid
  base: { oid: Oid; name: string; how: string; isUnrelated: boolean }
  carried: { commits: number; merges: number; authors: number }
  upstream: {
    /** Commits of upstream's branch beyond the base; null where its branch is not in the repository. */
    ahead: number | null
    /** Release tags newer than the base, the newest of each line first. */
    newer: NewerTag[]
  }
  runs: StandingRun[]
  /** What makes answers less sure. */
  warnings: string[]
}

export interface NewerTag {
  tag: string
  oid: Oid
  /** Releases that go on from each other: `v1beta2`, `2.0`. */
  line: string
  /** Commits that the fork does not have. */
  commits: number
}

export interface StandingRun {
  id: string
  status: RunState['status']
  onto: string
  done: number
  total: number
  startedAt: string
  /** The branch has moved since the run began. */
  isOutdated: boolean
}

/** Looks at a fork. */
export async function forkStatus(tools: Pick<SyncTools, 'git' | 'store'>, question: ForkQuestion): Promise<ForkStatus> {
  const { git } = tools
  const view = await viewCarried(git, question)
  const branches = await upstreamBranches(git, question.profile)
  const { base, series, start } = view
  const authors = new Set(series.map(({ raw }) => raw.author.toString('latin1').replace(/>.*$/s, '')))
  return {
    apiVersion: API_VERSION,
    kind: 'ForkStatus',
    profile: question.profile.name,
    branch: view.branch,
    tip: start,
    base: { oid: base.oid, name: base.name, how: base.how, isUnrelated: base.isUnrelated },
    carried: {
      commits: series.length,
      merges: series.filter(({ parents }) => parents.length > 1).length,
      authors: authors.size,
    },
    upstream: {
      ahead: branches.length === 0 ? null : await farthest(git, base.oid, branches),
      newer: await newerTags(git, question, base.oid, start),
    },
    runs: await standingRuns(tools, start),
    warnings: warningsOf(git, view.base, branches.length > 0),
  }
}

async function farthest(git: Git, base: Oid, branches: readonly Oid[]): Promise<number> {
  const counts = await Promise.all(branches.map(async (tip) => (await git.range(base, tip)).length))
  return Math.max(...counts)
}

async function newerTags(git: Git, { profile }: ForkQuestion, base: Oid, start: Oid): Promise<NewerTag[]> {
  const newest = new Map<string, { tag: string; oid: Oid }>()
  for (const { name, peeled } of await upstreamTags(git, profile)) {
    const tag = name.slice('refs/tags/'.length)
    // Upstream's tags come oldest first, so the last of each line is its newest.
    if (!/rc/i.test(tag) && peeled !== base) newest.set(lineOf(tag), { tag, oid: peeled })
  }
  const found: NewerTag[] = []
  for (const [line, { tag, oid }] of newest) {
    if (await git.isAncestor(oid, start)) continue
    const commits = (await git.range(start, oid)).length
    if (commits > 0 && !(await git.isAncestor(oid, base))) found.push({ tag, oid, line, commits })
  }
  return found.reverse()
}

/** The part of a tag that stays the same within a line of releases. */
function lineOf(tag: string): string {
  return /^(v1beta\d+)-/.exec(tag)?.[1] ?? /(\d+\.\d+)/.exec(tag)?.[1] ?? tag
}

async function standingRuns(tools: Pick<SyncTools, 'git' | 'store'>, start: Oid): Promise<StandingRun[]> {
  const runs: StandingRun[] = []
  for (const id of await listRuns(tools.git, tools)) {
    const run = await peekRun(tools.git, tools.store, id)
    if (run === undefined || run.state.status === 'aborted') continue
    const { state } = run
    runs.push({
      id,
      status: state.status,
      onto: state.start.onto.name,
      done: state.steps.length,
      total: state.start.series.length,
      startedAt: state.start.at,
      isOutdated: (state.start.untidied ?? state.start.start) !== start,
    })
  }
  return runs
}

function warningsOf({ facts }: Git, base: { how: string; isUnrelated: boolean }, knowsBranch: boolean): string[] {
  return [
    ...(facts.isShallow ? ['the clone is shallow: an older base would not be found; git fetch --unshallow'] : []),
    ...(facts.isPartial ? ['the clone is partial: what is missing is not fetched; git fetch --refetch --tags'] : []),
    ...(base.isUnrelated
      ? ['the fork has no common history with its base: its first commit counts as a change of it']
      : []),
    ...(base.how === 'merge-base'
      ? ['no upstream tag is contained: the base is the common ancestor with upstream']
      : []),
    ...(knowsBranch ? [] : ['upstream’s branch is not known here: name it in .sparkops/fork.yaml (upstream.branch)']),
  ]
}
