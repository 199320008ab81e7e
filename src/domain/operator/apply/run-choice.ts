/** Which runs may go on, and which way back there is from one. */
import type { RunStore, StoredRun } from '../../../ports/journal.ts'
import { SparkopsError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'
import { addUp } from '../../plan/run-record.ts'
import { requireCluster } from '../../plan/stale.ts'
import { sealPlan } from '../../plan/seal.ts'
import type { OnHeld } from '../plan/shadow.ts'
import { judgeWayBack } from '../revert/judge-way-back.ts'
import { planUndo } from '../revert/undo-plan.ts'
import { suspendedOnTheWayBack } from './left-behind.ts'
import { type OperatorSession, planOfRun, progressOfRun } from './session.ts'

type Choosing = Pick<OperatorSession, 'store' | 'cluster' | 'clock' | 'signal' | 'sleep'>

/** Throws unless the run can go on: on this cluster, not ended, not being taken back. */
export async function requireOpen(stored: StoredRun, session: Choosing): Promise<void> {
  const { outcome, closedBy } = progressOfRun(stored)
  requireCluster(planOfRun(stored), session.cluster.identity)
  if (outcome !== null) {
    const ended = outcome === 'done' ? 'it has ended' : `it was taken back by ${closedBy ?? 'another run'}`
    throw refused(
      stored.id,
      ended,
      outcome === 'done' ? `to go back: sparkops operator revert ${stored.id}` : undefined,
    )
  }
  await refuseWhileUndone(stored.id, session)
}

/**
 * The plan that takes a run back. Applications are judged with the API server where `onHeld` is given: it is told how to
 * remove the temporary definition that this takes, should the process end.
 */
export async function planWayBack(
  stored: StoredRun,
  session: Choosing,
  { lowerCrds, onHeld }: { lowerCrds: boolean; onHeld?: OnHeld | undefined },
): Promise<Plan> {
  const plan = planOfRun(stored)
  const progress = progressOfRun(stored)
  requireCluster(plan, session.cluster.identity)
  if (progress.outcome === 'superseded')
    throw refused(stored.id, `it was taken back by ${progress.closedBy ?? 'another run'}`)
  if (progress.takesOver !== null) throw begunInTheMiddle(stored.id, progress.takesOver)
  if (stored.openBy !== undefined) {
    throw refused(
      stored.id,
      `process ${stored.openBy.pid} on ${stored.openBy.host} is carrying it out`,
      'stop that first',
    )
  }
  await refuseWhileUndone(stored.id, session)
  const createdAt = new Date(session.clock.now()).toISOString()
  const undo = planUndo(plan, progress, { lowerCrds, tool: plan.tool, createdAt })
  const back = await judgeWayBack(undo, plan, { ...session, onHeld, kept: (step) => stored.kept(step) })
  const suspended = await suspendedOnTheWayBack(plan, session)
  return suspended.length === 0 ? back : sealPlan({ ...back, findings: [...suspended, ...back.findings] })
}

async function refuseWhileUndone(id: string, { store }: Choosing): Promise<void> {
  const other = await openWayBack(store, id)
  if (other === undefined) return
  throw refused(id, `run ${other.id} is taking it back`, `to go on with that: sparkops operator resume ${other.id}`)
}

/** The run that takes another back and has not ended, if there is one. */
export async function openWayBack(store: RunStore, run: string): Promise<StoredRun | undefined> {
  for (const id of await store.list()) {
    const other = await store.read(id).catch(() => undefined)
    const progress = other && addUp(other.records)
    if (progress?.undoes === run && progress.outcome === null) return other
  }
  return undefined
}

/** Its "before" is a state that nobody wants back: controllers stopped, a webhook half handed over. */
function begunInTheMiddle(id: string, lost: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_WAY_BACK',
    message: `run ${id} cannot be taken back`,
    why: `it began where ${lost} had stopped, whose journal is lost: what was before that, nobody knows`,
    hint: `end it (sparkops operator resume ${id}), then go back by a plan: sparkops operator plan --to THE-OLDER-VERSION`,
    exit: 'stale',
  })
}

function refused(id: string, why: string, hint?: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_RUN_NOT_OPEN',
    message: `run ${id} cannot go on`,
    why,
    hint: hint ?? 'see: sparkops runs list',
    exit: 'stale',
  })
}
