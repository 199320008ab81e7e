/** A run as a document: what was carried and how, what was left out and why, and what waits for a person. */
import type { Oid } from '../../../ports/git.ts'
import { API_VERSION, type Document } from '../../document.ts'
import type { ExitName } from '../../errors.ts'
import { authorOf } from '../commit/raw-commit.ts'
import type { OpenConflict } from '../carry/open-conflict.ts'
import type { CarryFinding, Resolution, ResolutionClass } from '../resolve/resolver.ts'
import { type SyncTools, seriesCommit } from './advance.ts'
import type { RunState, StepEntry } from './ledger.ts'
import { type OpenRun, runRef } from './run-store.ts'

export interface ForkRun extends Document {
  kind: 'ForkRun'
  id: string
  status: RunState['status']
  branch: string | null
  start: Oid
  base: { oid: Oid; name: string; how: string }
  onto: { oid: Oid; name: string }
  tip: Oid
  /** The ref that holds the result. */
  ref: string
  steps: RunStep[]
  /** What tidying folded or left out before the run. */
  tidied: RunState['start']['tidied']
  stop: RunStop | null
  /** What the user's build said of the finished series, where it did not pass. */
  failedBuild: CarryFinding | null
  summary: {
    total: number
    carried: number
    dropped: number
    skipped: number
    left: number
    /** Carried commits by the loosest thing that was done to them. */
    clean: number
    byRule: number
    byHand: number
  }
}

export interface RunStep {
  number: number
  action: StepEntry['action']
  old: Oid
  new: Oid | null
  subject: string
  author: string
  /** `clean`, or the loosest class of what was done. */
  how: 'clean' | ResolutionClass
  rule: string | null
  evidence: string | null
  upstreamCommits: readonly Oid[]
  resolutions: readonly Resolution[]
  findings: readonly CarryFinding[]
}

export interface RunStop {
  number: number
  commit: Oid
  subject: string
  /** Where conflicts are edited. */
  directory: string
  conflicts: StopConflict[]
  findings: readonly CarryFinding[]
}

export interface StopConflict {
  path: string
  type: string
  sides: ('base' | 'upstream' | 'company')[]
  settled: string | null
  why: readonly string[]
  hints: readonly string[]
}

/** Looseness, from what proves itself to what a person wrote. */
const LOOSENESS: readonly ResolutionClass[] = ['rewritten', 'regenerated', 'auto', 'human']

/** The loosest class among resolutions. */
export function loosest(resolutions: readonly Resolution[]): RunStep['how'] {
  const at = Math.max(-1, ...resolutions.map((one) => LOOSENESS.indexOf(one.class)))
  return at === -1 ? 'clean' : LOOSENESS[at]!
}

/** The document of a run. */
export async function reportRun(tools: Pick<SyncTools, 'git' | 'workbench'>, { state }: OpenRun): Promise<ForkRun> {
  const { id, start, status } = state
  const steps: RunStep[] = []
  for (const entry of state.steps) steps.push(await reportStep(tools, state, entry))
  const carried = steps.filter(({ action }) => action === 'carried')
  const count = (action: StepEntry['action']): number => steps.filter((step) => step.action === action).length
  const byHand = carried.filter(({ how }) => how === 'human').length
  const clean = carried.filter(({ how }) => how === 'clean').length
  return {
    apiVersion: API_VERSION,
    kind: 'ForkRun',
    id,
    status,
    branch: start.branch,
    start: start.untidied ?? start.start,
    base: { oid: start.base.oid, name: start.base.name, how: start.base.how },
    onto: start.onto,
    tip: state.tip,
    ref: runRef(id, 'tip'),
    steps,
    tidied: start.tidied,
    stop: await reportStop(tools, state),
    failedBuild: state.failedBuild ?? null,
    summary: {
      total: start.series.length,
      carried: carried.length,
      dropped: count('dropped'),
      skipped: count('skipped'),
      left: start.series.length - steps.length,
      clean,
      byRule: carried.length - clean - byHand,
      byHand,
    },
  }
}

/** How a command that carried a run on ends: pending while a person is needed or steps are left. */
export function runExit({ status }: ForkRun): ExitName {
  return status === 'stopped' || status === 'running' ? 'pending' : 'ok'
}

async function reportStep({ git }: Pick<SyncTools, 'git'>, state: RunState, entry: StepEntry): Promise<RunStep> {
  const commit = await seriesCommit(git, state, entry.number)
  return {
    number: entry.number,
    action: entry.action,
    old: entry.old,
    new: entry.made,
    subject: commit.subject,
    author: authorOf(commit.raw).name,
    how: loosest(entry.resolutions),
    rule: entry.rule ?? null,
    evidence: entry.evidence ?? null,
    upstreamCommits: entry.commits ?? [],
    resolutions: entry.resolutions,
    findings: entry.findings,
  }
}

async function reportStop(
  { git, workbench }: Pick<SyncTools, 'git' | 'workbench'>,
  state: RunState,
): Promise<RunStop | null> {
  const { stopped } = state
  if (stopped === undefined) return null
  const { subject } = await seriesCommit(git, state, stopped.number)
  return {
    number: stopped.number,
    commit: stopped.old,
    subject,
    directory: workbench.directory(state.id),
    conflicts: stopped.open.map((conflict) => reportConflict(conflict, state)),
    findings: stopped.findings,
  }
}

function reportConflict(conflict: OpenConflict, state: RunState): StopConflict {
  const settled = state.settled.filter(({ path }) => path === conflict.path).at(-1)
  return {
    path: conflict.path,
    type: conflict.type,
    sides: sidesOf(conflict),
    settled: settled?.how ?? null,
    why: conflict.why,
    hints: conflict.hints,
  }
}

/** Which sides of a conflict have the file. */
export function sidesOf({ base, ours, theirs }: OpenConflict): StopConflict['sides'] {
  return [
    ...(base === undefined ? [] : (['base'] as const)),
    ...(ours === undefined ? [] : (['upstream'] as const)),
    ...(theirs === undefined ? [] : (['company'] as const)),
  ]
}
