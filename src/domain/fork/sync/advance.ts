/** Carries the rest of a series, step by step, until it is done or a person must decide. */
import type { ForkStateStore, Workbench, WorkbenchConflict } from '../../../ports/fork-state.ts'
import type { FileVersion, Git, Oid } from '../../../ports/git.ts'
import type { CommitSigner } from '../../../ports/commit-signer.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { UserBuild } from '../../../ports/user-build.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { advance, carryCommit, type CarryProgress, type CarryStep, writeCarried } from '../carry/carry-commit.ts'
import type { OpenConflict } from '../carry/open-conflict.ts'
import { buildTree, withBuild } from '../checks/user-build.ts'
import type { CarryContext, CarryFinding, CarryRules } from '../resolve/resolver.ts'
import { readSeriesCommit, type SeriesCommit } from '../series/collect-series.ts'
import { short } from '../series/find-base.ts'
import type { RunState, StepEntry, StoppedEntry } from './ledger.ts'
import { append, keepStop, type OpenRun, recordStep, storeLedger } from './run-store.ts'

/** All that a run works with. */
export interface SyncTools {
  git: Git
  store: ForkStateStore
  workbench: Workbench
  rules: (state: RunState) => CarryRules
  /** The user's own, where one was given. */
  build?: UserBuild | undefined
  /** Where new commits are to be signed. */
  signer?: CommitSigner | undefined
  clock: Clock
  signal: AbortSignal
  report: ReportProgress
}

/** The run carried on, to its end or to the next stop. `accepted` lives with a build that fails at the end. */
export async function advanceRun(tools: SyncTools, run: OpenRun, accepted = false): Promise<OpenRun> {
  const { git, store, clock, signal, report } = tools
  let at = run
  const context = contextOf(tools, at.state)
  const rules = withBuild(tools.rules(at.state), tools.build)
  let progress = progressOf(at.state)
  const { series } = at.state.start
  for (let number = at.state.steps.length + 1; number <= series.length; number += 1) {
    signal.throwIfAborted()
    report({ phase: 'carrying', count: number, noun: 'commit' })
    const commit = await seriesCommit(git, at.state, number)
    const step = await carryCommit(context, rules, progress, commit, { assume: false })
    if (step.outcome.kind === 'stopped') return await stop(tools, at, commit, step)
    const entry = await stepEntry(tools, at.state, progress, commit, step)
    at = await recordStep(git, store, at, entry)
    progress = advance(progress, commit, { parents: entry.parents, made: entry.made })
  }
  const finding = await lastBuild(tools, progress.tip, accepted)
  if (finding !== undefined)
    at = await append(store, at, [{ kind: 'checked', at: isoNow(clock), tip: progress.tip, finding }])
  if (finding?.gate === 'block') {
    await storeLedger(git, at)
    return at
  }
  at = await append(store, at, [{ kind: 'finished', at: isoNow(clock), tip: progress.tip }])
  await storeLedger(git, at)
  return at
}

async function lastBuild({ git, build }: SyncTools, tip: Oid, accepted: boolean): Promise<CarryFinding | undefined> {
  if (build?.when !== 'last') return undefined
  const finding = await buildTree(build, await git.treeOf(tip))
  return accepted ? { ...finding, gate: 'note' } : finding
}

/** A commit of the run's series, by its number from 1. */
export async function seriesCommit(git: Git, { start }: RunState, number: number): Promise<SeriesCommit> {
  const { oid, sources } = start.series[number - 1]!
  return { ...(await readSeriesCommit(git, oid, number, start.base)), sources }
}

/** What rules may know of a run. */
export function contextOf({ git, signal }: Pick<SyncTools, 'git' | 'signal'>, { start }: RunState): CarryContext {
  return {
    git,
    profile: start.profile,
    oldBase: start.base.oid,
    target: start.onto.oid,
    upstream: start.upstream,
    start: start.start,
    signal,
  }
}

/** How far a run has come. */
export function progressOf({ start, steps }: RunState): CarryProgress {
  const carried = new Map<Oid, Oid>()
  let tip = start.onto.oid
  for (const { old, made, parents } of steps) {
    tip = made ?? parents[0]!
    carried.set(old, tip)
  }
  return { carried, tip }
}

async function stepEntry(
  tools: SyncTools,
  state: RunState,
  progress: CarryProgress,
  commit: SeriesCommit,
  { outcome, parents, onto }: CarryStep,
): Promise<StepEntry> {
  const common = {
    kind: 'prepared' as const,
    at: isoNow(tools.clock),
    number: commit.number,
    old: commit.oid,
    parents,
    tipBefore: progress.tip,
    treeBefore: onto,
  }
  if (outcome.kind === 'dropped') {
    const { rule, evidence, commits } = outcome
    const left = { made: null, tipAfter: parents[0]!, tree: onto, resolutions: [], findings: [] }
    return { ...common, ...left, action: 'dropped', rule, evidence, commits }
  }
  if (outcome.kind === 'stopped') throw new Error('a stopped step is not recorded as a step')
  const { tree, resolutions, findings } = outcome
  const { made, notes } = await writeSigned(tools, state, commit, { tree, parents })
  return { ...common, action: 'carried', made, tipAfter: made, tree, resolutions, findings: [...findings, ...notes] }
}

/** Writes a run's commit, signed where that was asked for; says so where git cannot sign the very bytes. */
export async function writeSigned(
  tools: Pick<SyncTools, 'git' | 'signal' | 'signer'>,
  state: RunState,
  commit: SeriesCommit,
  made: { tree: Oid; parents: readonly Oid[] },
): Promise<{ made: Oid; notes: readonly CarryFinding[] }> {
  const { git, signer } = tools
  const oid = await writeCarried(contextOf(tools, state), commit, { ...made, committer: state.start.committer })
  if (signer === undefined) return { made: oid, notes: [] }
  const signed = await signer.sign(await git.readCommit(oid))
  if (signed !== undefined) return { made: await git.writeCommit(signed), notes: [] }
  const message = 'not signed: git would write other bytes for its author, date, message or headers than it has'
  return { made: oid, notes: [{ rule: 'unsigned', path: '', gate: 'note', message }] }
}

async function stop(tools: SyncTools, run: OpenRun, commit: SeriesCommit, step: CarryStep): Promise<OpenRun> {
  const { outcome, parents, onto } = step
  if (outcome.kind !== 'stopped') return run
  const { open, resolutions, findings, tree, baseTree, theirsTree } = outcome
  const entry: StoppedEntry = {
    kind: 'stopped',
    at: isoNow(tools.clock),
    number: commit.number,
    old: commit.oid,
    parents,
    onto,
    tree,
    baseTree,
    theirsTree,
    open,
    resolutions,
    findings,
  }
  const kept = { 'stop/tree': tree, 'stop/base': baseTree, 'stop/theirs': theirsTree, 'stop/settled': tree }
  await keepStop(tools.git, run, kept)
  await layOutStop(tools, run.state, entry, commit.subject)
  const stopped = await append(tools.store, run, [entry])
  await storeLedger(tools.git, stopped)
  return stopped
}

/** Lays a stop out for a person, with markers that name both sides. */
export async function layOutStop(
  { git, workbench }: Pick<SyncTools, 'git' | 'workbench'>,
  state: RunState,
  entry: StoppedEntry,
  subject: string,
): Promise<void> {
  const labels = {
    ours: `upstream (${state.start.onto.name})`,
    base: `base (${state.start.base.name})`,
    theirs: `company (${short(entry.old)} ${subject.slice(0, 60)})`,
  }
  const conflicts: WorkbenchConflict[] = []
  for (const conflict of entry.open) {
    const { path, base, ours, theirs } = conflict
    conflicts.push({ path, base, ours, theirs, shown: await shownFor(git, conflict, labels) })
  }
  await workbench.layOut(state.id, { commit: entry.parents[0]!, tree: entry.tree, conflicts })
}

/** What stands in a conflicted file: markers where all sides are text, else the company's side, else upstream's. */
async function shownFor(
  git: Git,
  { base, ours, theirs }: OpenConflict,
  labels: { base: string; ours: string; theirs: string },
): Promise<FileVersion | undefined> {
  const isFile = (version: FileVersion | undefined): boolean => version === undefined || version.mode.startsWith('100')
  if (ours === undefined || theirs === undefined) return theirs ?? ours
  if (![base, ours, theirs].every(isFile)) return theirs
  const read = async (version: FileVersion | undefined) =>
    version === undefined ? new Uint8Array() : await git.readBlob(version.oid)
  const sides = { base: await read(base), ours: await read(ours), theirs: await read(theirs) }
  const text = await git.mergeText({ ...sides, labels })
  if (text === undefined) return theirs
  return { mode: ours.mode, oid: await git.writeBlob(text.bytes) }
}

/** The clock as ledgers write it. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString()
}
