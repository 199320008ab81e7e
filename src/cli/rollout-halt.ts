/** Taking back the move of an environment, or going on with that where it was ended half-way. */
import { openWayBack, requireOpen } from '../domain/operator/apply/run-choice.ts'
import { planOfRun } from '../domain/operator/apply/session.ts'
import type { Plan } from '../domain/plan/plan.ts'
import { addUp } from '../domain/plan/run-record.ts'
import type { Environment } from '../domain/rollout/file/rollout.ts'
import { findRun } from '../domain/runs/show-run.ts'
import { operatorReceiptView } from '../ui/operator-run-view.ts'
import { RolloutCommand, type StartFlags } from './rollout-command.ts'

export interface WayBack {
  environment: Environment
  flags: StartFlags & { crds: 'keep' | 'restore' }
  /** The run that moved the operator. */
  run: string
}

export abstract class RolloutHaltCommand extends RolloutCommand {
  protected async goBack({ environment, flags, run }: WayBack): Promise<void> {
    const own = { ...this.runFlagsOf(flags, environment), 'dry-run': false }
    const session = await this.openSession(own)
    const stored = await findRun(session.store, run)
    // One that was gone to its end, here or by "operator revert", is only to be recorded.
    if (addUp(stored.records)?.outcome === 'superseded') return
    const begun = await openWayBack(session.store, run)
    if (begun !== undefined) {
      await requireOpen(begun, session)
      const question = `Go on with ${begun.id}, which takes ${environment.name} back`
      await this.consent({ question, severe: false, name: environment.context }, flags)
      const receipt = await this.carry(await session.store.open(begun.id), planOfRun(begun), session)
      await this.present(receipt, operatorReceiptView)
      return
    }
    const asks = ({ target, steps }: Plan): string => `Take back ${run} on ${target.name} in ${steps.length} steps`
    await this.takeBack(stored, session, own, { purpose: 'operator revert', asks })
  }
}
