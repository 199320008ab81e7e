/**
 * Runs that one command begins, carries to their end and goes on with after a kill; everything in them may pass. A move of
 * an operator, which has gates and a way back, is more than that: `operator/apply/session.ts`.
 */
import type { Cluster } from '../../ports/cluster.ts'
import type { OpenRun, RunStore, StoredRun } from '../../ports/journal.ts'
import { SparkopsError } from '../errors.ts'
import { stringifyExact } from '../exact-json.ts'
import { carryOut } from './carry-out.ts'
import type { Plan } from './plan.ts'
import { addUp, type RunProgress } from './run-record.ts'
import { requireCluster } from './stale.ts'
import type { RunNews, Verbs } from './verb.ts'

/** What such a run works with. */
export interface WholeRunSession {
  cluster: Cluster
  store: RunStore
  /** Rejects when the signal aborts. */
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal
  report: (news: RunNews) => void
  process: { host: string; pid: number }
}

/** Begins a run of a plan under this name. Throws (exit 5) where the plan is of another cluster. */
export async function beginWholeRun(
  { cluster, store }: Pick<WholeRunSession, 'cluster' | 'store'>,
  plan: Plan,
  { id, purpose }: { id: string; purpose: string },
): Promise<OpenRun> {
  requireCluster(plan, cluster.identity)
  const run = await store.create(id, stringifyExact(plan))
  await run.append({ event: 'opened', run: id, purpose, digest: plan.digest, undoes: null, tool: plan.tool.version })
  return run
}

/** Carries a run on to its end; it stays open, for whoever opened it. */
export async function carryWholeRun<C>(
  { signal, report, process }: Pick<WholeRunSession, 'signal' | 'report' | 'process'>,
  run: OpenRun,
  plan: Plan,
  { purpose, verbs, contextOf }: { purpose: string; verbs: Verbs<C>; contextOf: (tell: (detail: string) => void) => C },
): Promise<RunProgress> {
  await run.append({ event: 'started', ...process })
  return await carryOut({
    ...{ plan, run, signal, report, verbs },
    contextOf: (_step, tell) => contextOf(tell),
    mayPass: () => Promise.resolve(true),
    keepDrifted: false,
    howToGoOn: `sparkops ${purpose} --resume ${run.id}`,
    beforeEnd: () => Promise.resolve(),
  })
}

/** What a run's journal adds up to. Throws where it has not even begun; `again` says how to begin anew. */
export function progressOfRun(
  { id, records }: Pick<StoredRun, 'id' | 'records'>,
  again = 'begin it again',
): RunProgress {
  const progress = addUp(records)
  if (progress !== undefined) return progress
  throw new SparkopsError({
    code: 'SO_RUN_EMPTY',
    message: `run ${id} has done nothing`,
    why: 'the machine ended before its first step',
    hint: `${again}; "sparkops runs prune" removes this one`,
  })
}
