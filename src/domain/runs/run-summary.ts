/** What a run looks like from outside: how far it is, and whether it can go on. */
import type { StoredRun } from '../../ports/journal.ts'
import { parseExact } from '../exact-json.ts'
import type { Plan } from '../plan/plan.ts'
import { addUp, type RunProgress } from '../plan/run-record.ts'

/**
 * `running`: a process has it open now. `open`: it has not ended and can be resumed. `done`, `superseded` (another run
 * took it back): it has ended. `empty`: the machine died before anything was done. `unreadable`: its files are damaged.
 */
export type RunState = 'running' | 'open' | 'done' | 'superseded' | 'empty' | 'unreadable'

export interface RunSummary {
  id: string
  state: RunState
  /** The command it belongs to: `operator apply`. */
  purpose: string | null
  /** What it changes, as people call it. */
  target: string | null
  openedAt: string | null
  lastAt: string | null
  steps: { done: number; total: number }
  /** The run that this one takes back. */
  undoes: string | null
  /** The run that took this one back. */
  undoneBy: string | null
  /** What it failed on last; null where it did not fail, or went on since. */
  failure: string | null
  openBy: { host: string; pid: number } | null
  directory: string
  bytes: number
}

/** Sums a run up. */
export function summarizeRun(stored: StoredRun): RunSummary {
  const plan = planOf(stored)
  const progress = addUp(stored.records)
  return {
    id: stored.id,
    state: stateOf(stored, plan, progress),
    purpose: progress?.purpose ?? null,
    target: plan?.target.name ?? null,
    openedAt: progress?.openedAt ?? null,
    lastAt: progress?.lastAt ?? null,
    steps: {
      done: plan?.steps.filter(({ id }) => progress?.steps.get(id)?.state === 'done').length ?? 0,
      total: plan?.steps.length ?? 0,
    },
    undoes: progress?.undoes ?? null,
    undoneBy: progress?.closedBy ?? null,
    failure: progress?.outcome === null ? failureOf(progress) : null,
    openBy: stored.openBy ?? null,
    directory: stored.directory,
    bytes: stored.bytes,
  }
}

/** A run whose files cannot be read: listed, so that nobody looks for it in vain. */
export function unreadableRun(id: string, why: string): RunSummary {
  return {
    id,
    state: 'unreadable',
    purpose: null,
    target: null,
    openedAt: null,
    lastAt: null,
    steps: { done: 0, total: 0 },
    undoes: null,
    undoneBy: null,
    failure: why,
    openBy: null,
    directory: '',
    bytes: 0,
  }
}

/** The plan in a run's directory; undefined where it is not whole. Runs hold what this program wrote. */
export function planOf(stored: Pick<StoredRun, 'plan'>): Plan | undefined {
  try {
    return parseExact(stored.plan) as Plan
  } catch {
    return undefined
  }
}

function stateOf(stored: StoredRun, plan: Plan | undefined, progress: RunProgress | undefined): RunState {
  if (stored.openBy !== undefined) return 'running'
  if (progress === undefined) return 'empty'
  if (progress.outcome !== null) return progress.outcome
  return plan === undefined ? 'unreadable' : 'open'
}

function failureOf(progress: RunProgress): string | null {
  const failed = [...progress.steps].findLast(([, { state }]) => state === 'failed')
  return failed ? `${failed[0]}: ${failed[1].error?.message ?? 'it failed'}` : null
}
