/** Runs on applications from their beginning to their end: journalled, and able to go on after a kill. */
import type { OpenRun, StoredRun } from '../../../ports/journal.ts'
import { API_VERSION, type Document } from '../../document.ts'
import type { Json, Plan } from '../../plan/plan.ts'
import { readPlan } from '../../plan/read-plan.ts'
import { progressOf, type RunProgress } from '../../plan/run-record.ts'
import { requireCluster } from '../../plan/stale.ts'
import { beginWholeRun, carryWholeRun, progressOfRun, type WholeRunSession } from '../../plan/whole-run.ts'
import { APP_VERBS } from './verbs.ts'

export type AppSession = WholeRunSession

export interface ApplicationReceipt extends Document {
  kind: 'ApplicationReceipt'
  run: string
  /** `app delete`, `app replicate` */
  purpose: string
  target: { id: string; name: string }
  outcome: 'done' | 'open'
  steps: { id: string; title: string; state: string; observed: boolean; facts: Json }[]
}

const VERBS = new Set(APP_VERBS.keys())

/** A saved plan of applications, checked, for this cluster. */
export function readAppPlan(text: string, file: string, { cluster }: Pick<AppSession, 'cluster'>): Plan {
  const plan = readPlan(text, file, VERBS)
  requireCluster(plan, cluster.identity)
  return plan
}

/** Begins a run of a plan under this name, and carries it to its end. */
export async function beginAppRun(
  session: AppSession,
  plan: Plan,
  called: { id: string; purpose: string },
): Promise<ApplicationReceipt> {
  return await carryOn(session, await beginWholeRun(session, plan, called), plan)
}

/** Goes on with a run that was interrupted, killed or failed. */
export async function resumeAppRun(session: AppSession, stored: StoredRun): Promise<ApplicationReceipt> {
  const plan = readAppPlan(stored.plan, `${stored.directory}/plan.json`, session)
  const progress = progressOfRun(stored)
  if (progress.outcome !== null) return receiptOf(plan, progress)
  return await carryOn(session, await session.store.open(stored.id), plan)
}

async function carryOn(session: AppSession, run: OpenRun, plan: Plan): Promise<ApplicationReceipt> {
  const { cluster, sleep, signal } = session
  const { purpose } = progressOfRun(run)
  try {
    const contextOf = (tell: (detail: string) => void) => ({ cluster, sleep, signal, tell })
    return receiptOf(plan, await carryWholeRun(session, run, plan, { purpose, verbs: APP_VERBS, contextOf }))
  } finally {
    await run.close()
  }
}

function receiptOf(plan: Plan, progress: RunProgress): ApplicationReceipt {
  return {
    apiVersion: API_VERSION,
    kind: 'ApplicationReceipt',
    run: progress.run,
    purpose: progress.purpose,
    target: { id: plan.target.id, name: plan.target.name },
    outcome: progress.outcome === null ? 'open' : 'done',
    steps: plan.steps.map(({ id, title }) => {
      const { state, observed, facts } = progressOf(progress, id)
      return { id, title, state, observed, facts }
    }),
  }
}
