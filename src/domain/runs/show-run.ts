/** One run: its steps with what became of them, and its journal. */
import type { RunStore, StoredRun } from '../../ports/journal.ts'
import { API_VERSION, type Document } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import { isRunId } from '../plan/run-id.ts'
import { addUp, progressOf, type RunRecord, type StepProgress } from '../plan/run-record.ts'
import { planOf, type RunSummary, summarizeRun } from './run-summary.ts'

export interface RunReport extends Document {
  kind: 'Run'
  run: RunSummary
  steps: (StepProgress & { id: string; verb: string; object: string; title: string })[]
  journal: RunRecord[]
  /** The last line was cut off, as when a machine dies; it counts as not written. */
  torn: boolean
}

/** Tells one run. */
export async function showRun(store: RunStore, name: string): Promise<RunReport> {
  const stored = await findRun(store, name)
  const progress = addUp(stored.records) ?? { steps: new Map() }
  return {
    apiVersion: API_VERSION,
    kind: 'Run',
    run: summarizeRun(stored),
    steps: (planOf(stored)?.steps ?? []).map(({ id, verb, object, title }) => ({
      id,
      verb,
      object,
      title,
      ...progressOf(progress, id),
    })),
    journal: stored.records,
    torn: stored.torn,
  }
}

/** The run of that name, or of a name that begins so, or `last`. Throws (exit 64) where it is none or several. */
export async function findRun(store: RunStore, name: string): Promise<StoredRun> {
  const ids = await store.list()
  const matching = name === 'last' ? ids.slice(-1) : ids.filter((id) => id.startsWith(name))
  const [id, another] = matching
  if (id === undefined) throw noSuchRun(name, ids.length === 0 ? 'there are no runs yet' : 'no run begins so')
  if (another !== undefined && !isRunId(name)) throw noSuchRun(name, `${matching.length} runs begin so`)
  const stored = await store.read(id)
  return stored ?? Promise.reject(noSuchRun(name, 'it was removed'))
}

const MOVES = new Set(['operator apply', 'operator revert', 'operator abort'])
/** A rollout adds to the purpose whose move it is: `operator apply (rollout to-25, dev)`. */
const WHOSE = / \(.*\)$/s

/** The same among moves of an operator: `last` passes over what else was run since. What cannot be told counts as one. */
export async function findMove(store: RunStore, name: string): Promise<StoredRun> {
  if (name !== 'last') return await findRun(store, name)
  for (const id of (await store.list()).toReversed()) {
    const stored = await store.read(id)
    const purpose = stored && addUp(stored.records)?.purpose
    if (stored !== undefined && (purpose === undefined || MOVES.has(purpose.replace(WHOSE, '')))) return stored
  }
  throw noSuchRun(name, 'no move of an operator is in the journal')
}

function noSuchRun(name: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_SUCH_RUN',
    message: `there is no run ${name}`,
    why,
    hint: 'list them with: sparkops runs list',
    exit: 'usage',
  })
}
