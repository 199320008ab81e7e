/**
 * A run on the disk: its ledger and its refs, kept in step. Order of every step: objects, then `prepared` on the disk,
 * then all refs in one transaction that holds only if they are what they were, then `done`. Killed anywhere, the next
 * start finds either the old refs (and sets them) or the new ones (and notes it).
 */
import { Buffer } from 'node:buffer'
import type { ForkStateStore } from '../../../ports/fork-state.ts'
import type { Git, Oid, RefChange } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import {
  addEntry,
  formatEntry,
  type LedgerEntry,
  readRun,
  type RunState,
  type StartEntry,
  type StepEntry,
} from './ledger.ts'

export const RUN_REFS = 'refs/sparkops/fork/'

/** An open run: its state, and the only way to change it. */
export interface OpenRun {
  state: RunState
  lines: readonly string[]
}

/** The name of a run's ref. */
export function runRef(id: string, name: string): string {
  return `${RUN_REFS}${id}/${name}`
}

/** Begins a run: refs first of all, so that nothing it stands on can be collected. */
export async function createRun(git: Git, store: ForkStateStore, start: StartEntry): Promise<OpenRun> {
  const lines = [formatEntry(start)]
  await store.appendLedger(start.id, lines)
  await setStartRefs(git, start, lines)
  return { state: readRun(start.id, lines), lines }
}

async function setStartRefs(git: Git, start: StartEntry, lines: readonly string[]): Promise<void> {
  const ledger = await writeLedger(git, lines)
  const wanted: Record<string, Oid> = {
    start: start.start,
    base: start.base.oid,
    onto: start.onto.oid,
    tip: start.onto.oid,
    ledger,
    ...(start.untidied === undefined ? {} : { untidied: start.untidied }),
  }
  const present = new Set((await git.refs(runRef(start.id, ''))).map(({ name }) => name))
  const missing = Object.entries(wanted).filter(([name]) => !present.has(runRef(start.id, name)))
  const changes = missing.map(([name, after]): RefChange => ({ ref: runRef(start.id, name), before: null, after }))
  await git.updateRefs(changes, `fork sync ${start.id}: start`)
}

/** Opens a run and brings ledger and refs together. The caller holds the lock. Undefined where there is none. */
export async function openRun(git: Git, store: ForkStateStore, id: string): Promise<OpenRun | undefined> {
  const run = await peekRun(git, store, id)
  if (run === undefined) return undefined
  if ((await store.readLedger(id)) === undefined) await store.restoreLedger(id, run.lines)
  if (run.state.status === 'aborted') return run
  await setStartRefs(git, run.state.start, run.lines.slice(0, 1))
  return await recover(git, store, run)
}

/** Reads a run without bringing anything in order: for status and proofs. */
export async function peekRun(git: Git, store: ForkStateStore, id: string): Promise<OpenRun | undefined> {
  const lines = (await store.readLedger(id)) ?? (await ledgerFromRef(git, id))
  // A ledger without a whole line was cut before anything was done.
  if (lines === undefined || lines.length === 0) return undefined
  return { state: readRun(id, lines), lines }
}

async function recover(git: Git, store: ForkStateStore, run: OpenRun): Promise<OpenRun> {
  const { pending, undoing, id } = run.state
  if (pending !== undefined) {
    const tip = await refOid(git, runRef(id, 'tip'))
    const step = await refOid(git, stepRef(id, pending.number))
    const isSet =
      tip === pending.tipAfter && (pending.made === null ? await isLedgerPast(git, run) : step === pending.made)
    if (!isSet) await setStepRefs(git, run, pending)
    return await append(store, run, [{ kind: 'done', at: pending.at, number: pending.number }])
  }
  if (undoing !== undefined) {
    const tip = await refOid(git, runRef(id, 'tip'))
    if (tip === undoing.tipBefore && tip !== undoing.tipAfter) await setUndoRefs(git, run, undoing)
    return await append(store, run, [{ kind: 'done', at: undoing.at, number: undoing.to }])
  }
  await requireTip(git, run)
  return run
}

/** Whether the ledger's ref has the prepared line: the only trace of a step that moves no other ref. */
async function isLedgerPast(git: Git, run: OpenRun): Promise<boolean> {
  const kept = await ledgerFromRef(git, run.state.id)
  return kept !== undefined && kept.length >= run.lines.length
}

async function requireTip(git: Git, { state }: OpenRun): Promise<void> {
  const tip = await refOid(git, runRef(state.id, 'tip'))
  if (tip === state.tip) return
  throw new SparkopsError({
    code: 'SO_REF_MOVED',
    message: `${runRef(state.id, 'tip')} is ${tip ?? 'gone'}, and the ledger says ${state.tip}`,
    why: 'something other than sparkops moved it, or an old copy of the ledger was put back',
    hint: `set it back with git update-ref ${runRef(state.id, 'tip')} ${state.tip}, or sparkops fork abort`,
    exit: 'stale',
  })
}

/** Records a step: prepared, refs, done. */
export async function recordStep(git: Git, store: ForkStateStore, run: OpenRun, step: StepEntry): Promise<OpenRun> {
  const prepared = await append(store, run, [step])
  await setStepRefs(git, prepared, step)
  return await append(store, prepared, [{ kind: 'done', at: step.at, number: step.number }])
}

async function setStepRefs(git: Git, run: OpenRun, step: StepEntry): Promise<void> {
  const { id } = run.state
  const ref = stepRef(id, step.number)
  const changes: RefChange[] = [{ ref: runRef(id, 'tip'), before: step.tipBefore, after: step.tipAfter }]
  const old = await refOid(git, ref)
  if (step.made !== null) changes.push({ ref, before: old ?? null, after: step.made })
  else if (old !== undefined) changes.push({ ref, before: old, after: null })
  changes.push(...(await withoutStop(git, id)), await ledgerChange(git, run))
  await git.updateRefs(changes, `fork sync ${id}: step ${step.number}`)
}

/** Takes back steps after `to`. Their commits stay reachable below `archive/`. */
export async function recordUndo(
  git: Git,
  store: ForkStateStore,
  run: OpenRun,
  undo: Extract<LedgerEntry, { kind: 'undone' }>,
): Promise<OpenRun> {
  const undone = await append(store, run, [undo])
  await setUndoRefs(git, undone, undo)
  return await append(store, undone, [{ kind: 'done', at: undo.at, number: undo.to }])
}

async function setUndoRefs(git: Git, run: OpenRun, undo: Extract<LedgerEntry, { kind: 'undone' }>): Promise<void> {
  const { id } = run.state
  const stamp = stampOf(undo.at)
  const steps = (await git.refs(runRef(id, 'steps'))).filter(({ name }) => Number(name.split('/').at(-1)) > undo.to)
  const moved = steps.flatMap(({ name, oid }): RefChange[] => [
    { ref: name, before: oid, after: null },
    { ref: name.replace('/steps/', `/archive/${stamp}/steps/`), before: null, after: oid },
  ])
  const tip: RefChange[] = [{ ref: runRef(id, 'tip'), before: undo.tipBefore, after: undo.tipAfter }]
  const gone = await withoutStop(git, id)
  await git.updateRefs([...moved, ...tip, ...gone, await ledgerChange(git, run)], `fork sync ${id}: undo to ${undo.to}`)
}

/**
 * Keeps what a stop stands on from being collected: the merged tree, the trees that were merged, and what a person has
 * settled so far, none of which any commit has yet.
 */
export async function keepStop(git: Git, run: OpenRun, kept: Record<(typeof STOP_REFS)[number], Oid>): Promise<void> {
  const changes: RefChange[] = []
  for (const name of STOP_REFS) {
    const ref = runRef(run.state.id, name)
    const before = (await refOid(git, ref)) ?? null
    if (before !== kept[name]) changes.push({ ref, before, after: kept[name] })
  }
  await git.updateRefs(changes, `fork sync ${run.state.id}: stop`)
}

const STOP_REFS = ['stop/tree', 'stop/base', 'stop/theirs', 'stop/settled'] as const

async function withoutStop(git: Git, id: string): Promise<RefChange[]> {
  const refs = await git.refs(runRef(id, 'stop'))
  return refs.map(({ name, oid }) => ({ ref: name, before: oid, after: null }))
}

/** Adds lines that move no ref but that of the ledger's copy, which follows at the next step. */
export async function append(store: ForkStateStore, run: OpenRun, entries: readonly LedgerEntry[]): Promise<OpenRun> {
  const lines = entries.map(formatEntry)
  await store.appendLedger(run.state.id, lines)
  return { state: entries.reduce(addEntry, run.state), lines: [...run.lines, ...lines] }
}

/** Brings the ledger's copy in git up to the last line. */
export async function storeLedger(git: Git, run: OpenRun): Promise<void> {
  await git.updateRefs([await ledgerChange(git, run)], `fork sync ${run.state.id}: ledger`)
}

/** Moves all of a run aside: refs below `refs/sparkops/archive/`, files below `.archive/`. */
export async function archiveRun(git: Git, store: ForkStateStore, run: OpenRun, at: string): Promise<string> {
  const { id } = run.state
  const name = `${id}/${stampOf(at)}`
  const ended =
    run.state.status === 'finished' ? run : await append(store, run, [{ kind: 'aborted', at, archive: name }])
  await storeLedger(git, ended)
  const refs = await git.refs(runRef(id, ''))
  const moved = refs.flatMap(({ name: ref, oid }): RefChange[] => [
    { ref, before: oid, after: null },
    { ref: ref.replace(runRef(id, ''), `refs/sparkops/archive/${name}/`), before: null, after: oid },
  ])
  await git.updateRefs(moved, `fork abort ${id}`)
  await store.archive(id, stampOf(at))
  return name
}

async function ledgerChange(git: Git, run: OpenRun): Promise<RefChange> {
  const ref = runRef(run.state.id, 'ledger')
  return { ref, before: (await refOid(git, ref)) ?? null, after: await writeLedger(git, run.lines) }
}

async function writeLedger(git: Git, lines: readonly string[]): Promise<Oid> {
  return await git.writeBlob(Buffer.from(lines.map((line) => `${line}\n`).join('')))
}

async function ledgerFromRef(git: Git, id: string): Promise<string[] | undefined> {
  const oid = await refOid(git, runRef(id, 'ledger'))
  if (oid === undefined) return undefined
  return Buffer.from(await git.readBlob(oid))
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
}

/** What a ref of ours points to. */
export async function refOid(git: Git, ref: string): Promise<Oid | undefined> {
  return (await git.refs(ref)).find(({ name }) => name === ref)?.oid
}

function stepRef(id: string, number: number): string {
  return runRef(id, `steps/${String(number).padStart(3, '0')}`)
}

function stampOf(at: string): string {
  return at.replace(/[-:]|\.\d+/g, '')
}
