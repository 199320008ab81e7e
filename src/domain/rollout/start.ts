/** What a start finds where a former one was ended half-way: the operator's run, by its purpose, and how far it is. */
import type { RunStore, StoredRun } from '../../ports/journal.ts'
import { addUp } from '../plan/run-record.ts'
import type { Plan } from '../plan/plan.ts'

/** How the run of an environment is called in the journal; `operator …`, since it is a move of the operator. */
export function purposeOf(rollout: string, environment: string): string {
  return `operator apply (rollout ${rollout}, ${environment})`
}

/**
 * The newest run of that purpose that was begun since the environment was starting, and was not taken back; its outcome tells
 * whether it ended.
 */
export async function runOfStart(
  store: RunStore,
  { purpose, since }: { purpose: string; since: string },
): Promise<{ run: StoredRun; isDone: boolean } | undefined> {
  for (const id of (await store.list()).toReversed()) {
    const run = await store.read(id).catch(() => undefined)
    const progress = run && addUp(run.records)
    if (run === undefined || progress?.purpose !== purpose || progress.outcome === 'superseded') continue
    return Date.parse(progress.openedAt) >= Date.parse(since) ? { run, isDone: progress.outcome === 'done' } : undefined
  }
  return undefined
}

/** From which version to which a plan moves, as far as it knows. */
export function versionsOf({ summary }: Pick<Plan, 'summary'>): { from: string | null; to: string | null } {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return { from: text(summary['from']), to: text(summary['to']) }
}
