/** What a life of a run does that begins it, or that takes another run back: work for `untilDeath` and `untilItEnds`. */
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { beginRun, goOn, type OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { withoutGrace } from './planned.ts'

export type Life = (session: OperatorSession) => Promise<unknown>

/** Begins a run of a plan and carries it out. */
export function begins(plan: Plan, purpose = 'operator apply', undoes: string | null = null): Life {
  return async (session) => await goOn(session, await beginRun(session, plan, { purpose, undoes }), plan)
}

/** Plans the way back of a run from where it is, and goes it. */
export function takesBack(run: string, purpose: string): Life {
  return async (session) => {
    const plan = await planWayBack((await session.store.read(run))!, session, { lowerCrds: true })
    return await begins(withoutGrace(plan), purpose, run)(session)
  }
}
