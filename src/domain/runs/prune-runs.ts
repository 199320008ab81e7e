/**
 * Removes runs that have ended. An open one is never removed: it is the only way on and the only way back. Nor is one
 * that an open run takes back.
 */
import type { Clock } from '../../ports/clock.ts'
import type { RunStore } from '../../ports/journal.ts'
import { API_VERSION, type Document } from '../document.ts'
import { listRuns } from './list-runs.ts'
import type { RunSummary } from './run-summary.ts'

export interface PruneRule {
  /** Ended longer ago than this. */
  olderThanMs: number
  /** The newest so many that ended are kept whatever their age. */
  keep: number
}

export interface RunPruning extends Document {
  kind: 'RunPruning'
  /** What is, or would be, removed. */
  items: RunSummary[]
  summary: { removed: number; kept: number; bytes: number; dryRun: boolean }
}

/** What the rule would remove. */
export async function planPruning(store: RunStore, rule: PruneRule, clock: Clock): Promise<RunPruning> {
  const { items } = await listRuns(store)
  const needed = new Set(items.filter(isOpen).flatMap(({ undoes }) => undoes ?? []))
  const ended = items.filter((run) => !isOpen(run) && run.state !== 'unreadable' && !needed.has(run.id))
  const removable = ended.slice(rule.keep).filter(({ lastAt }) => ageOf(lastAt, clock) > rule.olderThanMs)
  return {
    apiVersion: API_VERSION,
    kind: 'RunPruning',
    items: removable,
    summary: {
      removed: removable.length,
      kept: items.length - removable.length,
      bytes: removable.reduce((sum, { bytes }) => sum + bytes, 0),
      dryRun: true,
    },
  }
}

/** Removes them. */
export async function pruneRuns(store: RunStore, pruning: RunPruning): Promise<RunPruning> {
  for (const { id } of pruning.items) await store.remove(id)
  return { ...pruning, summary: { ...pruning.summary, dryRun: false } }
}

function isOpen({ state }: RunSummary): boolean {
  return state === 'open' || state === 'running'
}

/** An empty run has no time: nothing was done in it, so it is as old as can be. */
function ageOf(lastAt: string | null, clock: Clock): number {
  return lastAt === null ? Infinity : clock.now() - Date.parse(lastAt)
}
