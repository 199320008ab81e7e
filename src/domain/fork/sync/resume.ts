/** What a person does at a stop: go on, leave the commit out, take steps back, give up. Paths are settled in ./settle.ts. */
import type { EditedFile, WorkbenchState } from '../../../ports/fork-state.ts'
import type { FileVersion, Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import { finishTree } from '../carry/carry-tree.ts'
import { EXEC, withBuild } from '../checks/user-build.ts'
import { remember } from '../resolve/remembered.ts'
import type { CarryFinding, MergedSituation, Resolution } from '../resolve/resolver.ts'
import {
  advanceRun,
  contextOf,
  isoNow,
  layOutStop,
  progressOf,
  seriesCommit,
  type SyncTools,
  writeSigned,
} from './advance.ts'
import { requireAlike } from './alike.ts'
import type { StepEntry, StoppedEntry } from './ledger.ts'
import { leftMarkers, markersLeft } from './left-markers.ts'
import { archiveRun, type OpenRun, recordStep, recordUndo } from './run-store.ts'
import { requireStop } from './settle.ts'

/** Takes what a person has resolved, and carries on. `accept` names findings (`rule` or `rule:path`) to live with. */
export async function continueRun(tools: SyncTools, run: OpenRun, accept: readonly string[]): Promise<OpenRun> {
  const { stopped, status } = run.state
  if (status === 'finished') return run
  requireAlike(run.state.start, tools)
  if (stopped === undefined) return await advanceRun(tools, run, accept.includes(EXEC))
  const bench = await tools.workbench.look(run.state.id)
  if (bench?.tree !== stopped.tree) return await layOutAgain(tools, run, stopped)
  await requireResolved(tools.git, stopped, bench)
  const { tree, paths } = await treeOfBench(tools.git, stopped, bench)
  const step = await finishByHand(tools, run, { stopped, tree, paths, accept })
  // Before the step is recorded: killed between, the same is remembered again, and nothing is lost.
  const from = { run: run.state.id, step: stopped.number, at: stopped.at }
  await remember(tools.git, from, { conflicts: stopped.open, tree })
  return await advanceRun(tools, await recordStep(tools.git, tools.store, run, step))
}

/** Leaves the commit at the stop out, for a reason that the ledger keeps. */
export async function skipCommit(tools: SyncTools, run: OpenRun, reason: string): Promise<OpenRun> {
  requireAlike(run.state.start, tools)
  const stopped = requireStop(run)
  const step = leftOut(tools, run, stopped, { action: 'skipped', rule: 'skipped-by-hand', evidence: reason })
  return await advanceRun(tools, await recordStep(tools.git, tools.store, run, step))
}

/** Takes the last steps back, and with them the stop at hand. Nothing is carried on. */
export async function undoSteps(tools: SyncTools, run: OpenRun, count: number): Promise<OpenRun> {
  const { steps, tip } = run.state
  if (count > steps.length) {
    throw new SparkopsError({
      code: 'SO_NOTHING_TO_UNDO',
      message: `${run.state.id} has ${steps.length} steps, not ${count}`,
      hint: 'sparkops fork show lists them',
      exit: 'usage',
    })
  }
  const kept = steps.slice(0, steps.length - count)
  const tipAfter = progressOf({ ...run.state, steps: kept }).tip
  const undo = { kind: 'undone' as const, at: isoNow(tools.clock), to: kept.length, tipBefore: tip, tipAfter }
  return await recordUndo(tools.git, tools.store, run, undo)
}

/** Gives a run up and moves all of it aside. */
export async function abortRun({ git, store, clock }: SyncTools, run: OpenRun): Promise<OpenRun> {
  await archiveRun(git, store, run, isoNow(clock))
  return { ...run, state: { ...run.state, status: 'aborted', stopped: undefined } }
}

async function layOutAgain(tools: SyncTools, run: OpenRun, stopped: StoppedEntry): Promise<OpenRun> {
  const commit = await seriesCommit(tools.git, run.state, stopped.number)
  await layOutStop(tools, run.state, stopped, commit.subject)
  throw new SparkopsError({
    code: 'SO_WORKBENCH_GONE',
    message: 'the directory with the conflicts was gone, and has been laid out again',
    why: 'what was edited there is lost; what was settled with sparkops fork resolve must be settled again',
    hint: `resolve the conflicts in ${tools.workbench.directory(run.state.id)}, then sparkops fork continue`,
    exit: 'pending',
  })
}

async function requireResolved(git: Git, stopped: StoppedEntry, bench: WorkbenchState): Promise<void> {
  const open = [...bench.unmerged]
  if (open.length > 0) {
    throw new SparkopsError({
      code: 'SO_UNRESOLVED',
      message: `still in conflict: ${open.join(', ')}`,
      why: `they are unmerged in ${bench.directory}`,
      hint: 'edit each and run sparkops fork resolve PATH, or sparkops fork resolve PATH --take upstream|company|deleted',
      exit: 'pending',
    })
  }
  if (bench.unstaged.length > 0) {
    throw new SparkopsError({
      code: 'SO_EDITED_AFTER_ADD',
      message: `edited and not added: ${bench.unstaged.join(', ')}`,
      why: 'what is in the index is taken, and would lose these edits',
      hint: `git -C ${bench.directory} add -- PATH, or git checkout -- PATH to give them up`,
      exit: 'pending',
    })
  }
  const marked: string[] = []
  for (const [path, edit] of bench.edits) {
    if (edit === null || !('bytes' in edit)) continue
    const conflict = stopped.open.find((one) => one.path === path)
    const lines = await leftMarkers(git, conflict, edit.bytes)
    marked.push(...lines.map((line) => `${path}:${line}`))
  }
  if (marked.length > 0) throw markersLeft(marked)
}

async function treeOfBench(
  git: Git,
  stopped: StoppedEntry,
  bench: WorkbenchState,
): Promise<{ tree: Oid; paths: Set<string> }> {
  const edits = new Map<string, FileVersion | null>()
  for (const [path, edit] of bench.edits) {
    edits.set(path, edit !== null && 'bytes' in edit ? await storedFile(git, edit) : edit)
  }
  const paths = new Set([...edits.keys(), ...stopped.open.map(({ path }) => path)])
  return { tree: await git.editTree(stopped.tree, edits), paths }
}

async function storedFile(git: Git, { mode, bytes }: EditedFile): Promise<FileVersion> {
  return { mode, oid: await git.writeBlob(bytes) }
}

async function finishByHand(
  tools: SyncTools,
  run: OpenRun,
  made: { stopped: StoppedEntry; tree: Oid; paths: ReadonlySet<string>; accept: readonly string[] },
): Promise<StepEntry> {
  const { stopped, tree, paths, accept } = made
  const { state } = run
  const commit = await seriesCommit(tools.git, state, stopped.number)
  const context = contextOf(tools, state)
  const { onto, baseTree, theirsTree, open } = stopped
  const situation: MergedSituation = { ...context, commit, onto, baseTree, theirsTree, conflicts: open }
  const byHand = [...paths].map((path): Resolution => resolvedByHand(run, path))
  const finished = await finishTree(
    situation,
    withBuild(tools.rules(state), tools.build),
    tree,
    [...stopped.resolutions, ...byHand],
    new Set(),
  )
  const findings = finished.findings.map((finding) => acceptFinding(finding, accept))
  const blocking = findings.filter(({ gate }) => gate === 'block')
  if (blocking.length > 0) throw blocked(blocking)
  if (finished.tree === onto && stopped.parents.length === 1) {
    const evidence = 'as it was resolved, nothing of its change is left'
    return { ...leftOut(tools, run, stopped, { action: 'dropped', rule: 'resolved-to-nothing', evidence }), findings }
  }
  const { parents } = stopped
  const { made: oid, notes } = await writeSigned(tools, state, commit, { tree: finished.tree, parents })
  return {
    ...leftOut(tools, run, stopped, { action: 'carried' }),
    made: oid,
    tipAfter: oid,
    tree: finished.tree,
    resolutions: finished.resolutions,
    findings: [...findings, ...notes],
  }
}

function resolvedByHand({ state }: OpenRun, path: string): Resolution {
  const settled = state.settled.filter((one) => one.path === path).at(-1)
  const how = settled === undefined || settled.how === 'edited' ? 'edited' : `taken: ${settled.how}`
  return { path, class: 'human', rule: 'by-hand', ruleVersion: 1, confidence: 'assisted', evidence: how }
}

function acceptFinding(finding: CarryFinding, accept: readonly string[]): CarryFinding {
  const isAccepted = accept.includes(finding.rule) || accept.includes(`${finding.rule}:${finding.path}`)
  return isAccepted ? { ...finding, gate: 'note', message: `${finding.message} (accepted by hand)` } : finding
}

function blocked(findings: readonly CarryFinding[]): SparkopsError {
  return new SparkopsError({
    code: 'SO_CHECK_FAILED',
    message: findings.map(({ rule, path, message }) => `${rule}:${path}: ${message}`).join('; '),
    why: 'the tree as resolved does not pass its checks',
    hint: `correct it, or go on with --accept ${findings[0]!.rule}:${findings[0]!.path}`,
    exit: 'pending',
  })
}

function leftOut(
  tools: SyncTools,
  { state }: OpenRun,
  stopped: StoppedEntry,
  how: { action: StepEntry['action']; rule?: string; evidence?: string },
): StepEntry {
  return {
    kind: 'prepared',
    at: isoNow(tools.clock),
    number: stopped.number,
    old: stopped.old,
    made: null,
    parents: stopped.parents,
    tipBefore: state.tip,
    tipAfter: stopped.parents[0]!,
    treeBefore: stopped.onto,
    tree: stopped.onto,
    resolutions: [],
    findings: [],
    ...how,
  }
}
