/**
 * What a move would meet, over the whole series and for several targets at once, without leaving anything behind. Goes
 * on past each conflict as if the company's side had been taken, so that all of them are known at the end.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../../ports/clock.ts'
import type { Git, Oid } from '../../../ports/git.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { advance, carryCommit, type CarryProgress, writeCarried } from '../carry/carry-commit.ts'
import type { CarryOutcome } from '../carry/carry-tree.ts'
import type { OpenConflict } from '../carry/open-conflict.ts'
import { authorOf } from '../commit/raw-commit.ts'
import type { ForkProfile } from '../profile/profile.ts'
import type { CarryContext, CarryFinding, CarryRules, Resolution } from '../resolve/resolver.ts'
import type { SeriesCommit } from '../series/collect-series.ts'
import { loosest, sidesOf, type StopConflict } from '../sync/run-report.ts'
import { type ForkQuestion, type ForkView, viewFork } from '../sync/start-sync.ts'
import { type Culprit, culpritFinder } from './find-culprit.ts'

export interface ForkPlan extends Document {
  kind: 'ForkPlan'
  createdAt: string
  start: Oid
  branch: string | null
  /** SHA-256 of the profile with its settings: with others the same commits may be carried otherwise. */
  profile: string
  /** Whether generators were run for it, or foretold. */
  generate: boolean
  targets: TargetPlan[]
}

export interface TargetPlan {
  onto: { oid: Oid; name: string }
  base: { oid: Oid; name: string; how: string }
  /** Commits of upstream between base and target. */
  upstreamCommits: number
  commits: PlannedCommit[]
  summary: {
    total: number
    clean: number
    auto: number
    dropped: number
    /** What is left for a person. */
    human: { commits: number; files: number }
  }
}

export type Verdict = 'clean' | 'auto' | 'needs-human' | 'drop'

export interface PlannedCommit {
  number: number
  oid: Oid
  subject: string
  author: string
  verdict: Verdict
  rule: string | null
  evidence: string | null
  resolutions: readonly Resolution[]
  conflicts: PlannedConflict[]
  /** Checks that would stop for a person, and notes. */
  findings: readonly CarryFinding[]
}

export interface PlannedConflict extends Omit<StopConflict, 'settled'> {
  /** The upstream commit that brought the conflict; null where none could be told. */
  culprit: Culprit | null
}

export interface PlanTools {
  git: Git
  rules: CarryRules
  clock: Clock
  signal: AbortSignal
  report: ReportProgress
}

/** Plans the move onto each of the targets. */
export async function planFork(
  tools: PlanTools,
  question: ForkQuestion,
  targets: readonly string[],
  generate: boolean,
): Promise<ForkPlan> {
  const plans: TargetPlan[] = []
  let view: ForkView | undefined
  for (const name of targets) {
    view = await viewFork(tools.git, question, name)
    plans.push(await planTarget(tools, question, view))
  }
  return {
    apiVersion: API_VERSION,
    kind: 'ForkPlan',
    createdAt: new Date(tools.clock.now()).toISOString(),
    start: view!.start,
    branch: view!.branch,
    profile: profileDigest(question.profile),
    generate,
    targets: plans,
  }
}

/** What tells two profiles apart, settings and all. */
export function profileDigest(profile: ForkProfile): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('hex')
}

/** Plans the move onto one target. Who brought a conflict takes long to find, and can be left out. */
export async function planTarget(
  tools: PlanTools,
  { profile }: Pick<ForkQuestion, 'profile'>,
  view: ForkView,
  isAttributed = true,
): Promise<TargetPlan> {
  const { git, rules, signal, report } = tools
  const { oid: oldBase, name, how } = view.base
  const { start, upstream } = view
  const context: CarryContext = { git, profile, oldBase, target: view.onto.oid, upstream, start, signal }
  const findCulprit = culpritFinder(context)
  let progress: CarryProgress = { carried: new Map(), tip: view.onto.oid }
  const commits: PlannedCommit[] = []
  for (const commit of view.series) {
    signal.throwIfAborted()
    report({ phase: `planning ${view.onto.name}`, count: commit.number, noun: 'commit' })
    const { outcome, parents } = await carryCommit(context, rules, progress, commit, { assume: true })
    const made =
      outcome.kind === 'carried'
        ? await writeCarried(context, commit, {
            tree: outcome.tree,
            parents,
            committer: 'plan <plan@localhost> 0 +0000',
          })
        : null
    const conflicts: PlannedConflict[] = []
    for (const open of outcome.kind === 'carried' ? outcome.assumed : []) {
      const culprit = isAttributed ? await findCulprit(commit, pathBefore(open.path, outcome)) : null
      conflicts.push({ ...describe(open), culprit })
    }
    commits.push(plannedCommit(commit, outcome, conflicts))
    progress = advance(progress, commit, { parents, made })
  }
  const base = { oid: oldBase, name, how }
  return { onto: view.onto, base, upstreamCommits: upstream.length, commits, summary: summarise(commits) }
}

/** Where the company has the file: who moved it away brought the conflict, not who touched the new one last. */
function pathBefore(path: string, outcome: CarryOutcome): string {
  const moved = outcome.kind === 'carried' ? outcome.resolutions.find(({ to }) => to === path) : undefined
  return moved?.path ?? path
}

function describe(open: OpenConflict): Omit<PlannedConflict, 'culprit'> {
  const { path, type, why, hints } = open
  return { path, type, sides: sidesOf(open), why, hints }
}

function plannedCommit(commit: SeriesCommit, outcome: CarryOutcome, conflicts: PlannedConflict[]): PlannedCommit {
  const resolutions = outcome.kind === 'dropped' ? [] : outcome.resolutions
  const findings = outcome.kind === 'dropped' ? [] : outcome.findings
  return {
    number: commit.number,
    oid: commit.oid,
    subject: commit.subject,
    author: authorOf(commit.raw).name,
    verdict: verdictOf(outcome, conflicts.length),
    rule: outcome.kind === 'dropped' ? outcome.rule : null,
    evidence: outcome.kind === 'dropped' ? outcome.evidence : null,
    resolutions,
    conflicts,
    findings,
  }
}

function verdictOf(outcome: CarryOutcome, conflicts: number): Verdict {
  if (outcome.kind === 'dropped') return 'drop'
  if (conflicts > 0 || outcome.findings.some(({ gate }) => gate === 'block')) return 'needs-human'
  return loosest(outcome.resolutions) === 'clean' ? 'clean' : 'auto'
}

function summarise(commits: readonly PlannedCommit[]): TargetPlan['summary'] {
  const count = (verdict: Verdict): number => commits.filter((commit) => commit.verdict === verdict).length
  const human = commits.filter(({ verdict }) => verdict === 'needs-human')
  const files = human.map(({ conflicts, findings }) => {
    const blocked = findings.filter(({ gate }) => gate === 'block').map(({ path }) => path)
    return new Set([...conflicts.map(({ path }) => path), ...blocked]).size
  })
  return {
    total: commits.length,
    clean: count('clean'),
    auto: count('auto'),
    dropped: count('drop'),
    human: { commits: human.length, files: files.reduce((sum, one) => sum + one, 0) },
  }
}
