/**
 * Trials: runs that try a live operator out and leave it as it was. Journalled like every run; what they found is kept
 * in the run under `report`, so that a run that was killed, and one that is long over, can be asked for it again.
 */
import type { Clock } from '../../../ports/clock.ts'
import type { OpenRun, StoredRun } from '../../../ports/journal.ts'
import { SparkopsError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'
import { readPlan } from '../../plan/read-plan.ts'
import { requireCluster } from '../../plan/stale.ts'
import type { Verbs } from '../../plan/verb.ts'
import { beginWholeRun, carryWholeRun, progressOfRun, type WholeRunSession } from '../../plan/whole-run.ts'

export interface TrialSession extends WholeRunSession {
  clock: Clock
}

/** What every step of a trial works with. */
export interface TrialContext extends Pick<TrialSession, 'cluster' | 'clock' | 'sleep' | 'signal'> {
  run: OpenRun
  tell: (detail: string) => void
}

/** One kind of trial: its command, and what carries its steps out. */
export interface TrialKind<C extends TrialContext> {
  purpose: 'operator failover' | 'operator namespaces'
  verbs: Verbs<C>
  /** Called once for each process that works on a run. */
  open: (context: Omit<TrialContext, 'tell'>) => { contextOf: (base: TrialContext) => C; close: () => Promise<void> }
}

/** Name under which a trial keeps what it found. */
const REPORT = 'report'

/** Begins a run of a plan and carries it to its end; gives what it found. */
export async function beginTrial<C extends TrialContext>(
  session: TrialSession,
  kind: TrialKind<C>,
  plan: Plan,
  id: string,
): Promise<unknown> {
  const run = await beginWholeRun(session, plan, { id, purpose: kind.purpose })
  return await carryOn(session, kind, run, plan)
}

/** Goes on with a run that was interrupted or killed; of one that has ended, gives what it found. */
export async function resumeTrial<C extends TrialContext>(
  session: TrialSession,
  kind: TrialKind<C>,
  stored: StoredRun,
): Promise<unknown> {
  if (progressOfRun(stored).outcome !== null) return await reportOf(stored)
  const plan = readPlan(stored.plan, `${stored.directory}/plan.json`, new Set(kind.verbs.keys()))
  requireCluster(plan, session.cluster.identity)
  return await carryOn(session, kind, await session.store.open(stored.id), plan)
}

async function carryOn<C extends TrialContext>(
  session: TrialSession,
  kind: TrialKind<C>,
  run: OpenRun,
  plan: Plan,
): Promise<unknown> {
  const { cluster, clock, sleep, signal } = session
  const opened = kind.open({ cluster, clock, sleep, signal, run })
  try {
    const contextOf = (tell: TrialContext['tell']): C => opened.contextOf({ cluster, clock, sleep, signal, run, tell })
    await carryWholeRun(session, run, plan, { purpose: kind.purpose, verbs: kind.verbs, contextOf })
    return await reportOf(run)
  } finally {
    await opened.close()
    await run.close()
  }
}

/** Keeps what a trial found; a later one replaces it. */
export async function keepReport({ run }: Pick<TrialContext, 'run'>, report: unknown): Promise<void> {
  await run.keep(REPORT, report)
}

async function reportOf(run: StoredRun): Promise<unknown> {
  const kept = await run.kept(REPORT)
  if (kept.length > 0) return kept.at(-1)
  throw new SparkopsError({
    code: 'SO_NO_REPORT',
    message: `run ${run.id} kept no report`,
    why: 'its files are not whole',
    hint: 'begin it again',
  })
}
