/** Runs on applications from their beginning to their end: journalled, and able to go on after a kill. */
import type { Cluster } from '../../../ports/cluster.ts'
import type { OpenRun, RunStore, StoredRun } from '../../../ports/journal.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { stringifyExact } from '../../exact-json.ts'
import { carryOut } from '../../plan/carry-out.ts'
import type { Json, Plan } from '../../plan/plan.ts'
import { readPlan } from '../../plan/read-plan.ts'
import { addUp, progressOf, type RunProgress } from '../../plan/run-record.ts'
import { requireTarget } from '../../plan/stale.ts'
import type { RunNews } from '../../plan/verb.ts'
import { APP_VERBS } from './verbs.ts'

export interface AppSession {
  cluster: Cluster
  store: RunStore
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal
  report: (news: RunNews) => void
  process: { host: string; pid: number }
}

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
  requireHere(plan, cluster)
  return plan
}

/** Begins a run of a plan under this name, and carries it to its end. */
export async function beginAppRun(
  session: AppSession,
  plan: Plan,
  { id, purpose }: { id: string; purpose: string },
): Promise<ApplicationReceipt> {
  requireHere(plan, session.cluster)
  const run = await session.store.create(id, stringifyExact(plan))
  await run.append({ event: 'opened', run: id, purpose, digest: plan.digest, undoes: null, tool: plan.tool.version })
  return await carryOn(session, run, plan)
}

/** Goes on with a run that was interrupted, killed or failed. */
export async function resumeAppRun(session: AppSession, stored: StoredRun): Promise<ApplicationReceipt> {
  const plan = readAppPlan(stored.plan, `${stored.directory}/plan.json`, session)
  const progress = progressOfRun(stored)
  if (progress.outcome !== null) return receiptOf(plan, progress)
  return await carryOn(session, await session.store.open(stored.id), plan)
}

async function carryOn(session: AppSession, run: OpenRun, plan: Plan): Promise<ApplicationReceipt> {
  const { cluster, sleep, signal, report } = session
  const { purpose } = progressOfRun(run)
  try {
    await run.append({ event: 'started', ...session.process })
    const end = await carryOut({
      ...{ plan, run, signal, report, verbs: APP_VERBS },
      contextOf: (_step, tell) => ({ cluster, sleep, signal, tell }),
      mayPass: () => Promise.resolve(true),
      keepDrifted: false,
      howToGoOn: `sparkops ${purpose} --resume ${run.id}`,
      beforeEnd: () => Promise.resolve(),
    })
    return receiptOf(plan, end)
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

function progressOfRun({ id, records }: Pick<StoredRun, 'id' | 'records'>): RunProgress {
  const progress = addUp(records)
  if (progress !== undefined) return progress
  throw new SparkopsError({
    code: 'SO_RUN_EMPTY',
    message: `run ${id} has done nothing`,
    why: 'the machine ended before its first step',
    hint: 'begin it again; "sparkops runs prune" removes this one',
  })
}

function requireHere(plan: Plan, { identity }: Cluster): void {
  requireTarget(plan.target, { id: identity.uid, name: identity.context ?? identity.server })
}
