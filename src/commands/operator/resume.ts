import { OperatorRunCommand, runArgument, runFlags } from '../../cli/operator-run-command.ts'
import { requireRestForeseen } from '../../domain/operator/apply/rest-foreseen.ts'
import { requireOpen } from '../../domain/operator/apply/run-choice.ts'
import { planOfRun, progressOfRun } from '../../domain/operator/apply/session.ts'
import { findMove } from '../../domain/runs/show-run.ts'
import { operatorReceiptView } from '../../ui/operator-run-view.ts'

export default class OperatorResume extends OperatorRunCommand {
  static override summary = 'Go on with a run that was interrupted, killed or failed.'
  static override description =
    'Looks at the cluster before it believes the journal: what was done and is undone since is done again, what is ' +
    'done already is not written twice. Refuses (5) where what is left to do would hurt an application that was made or ' +
    'edited since and that the plan does not name.'
  static override args = { run: runArgument }
  static override flags = runFlags
  static override examples = [
    { description: 'The newest run', command: '<%= config.bin %> operator resume' },
    { description: 'In a pipeline', command: '<%= config.bin %> operator resume 20261123T003412Z-3fa9c1 --yes' },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorResume)
    const session = await this.openSession(flags)
    const stored = await findMove(session.store, args.run)
    await requireOpen(stored, session)
    const plan = planOfRun(stored)
    await requireRestForeseen(plan, progressOfRun(stored), session)
    const name = session.cluster.identity.context ?? session.cluster.identity.server
    await this.consent({ question: `Go on with ${stored.id} on ${name}`, severe: false, name }, flags)
    await this.present(await this.carry(await session.store.open(stored.id), plan, session), operatorReceiptView)
  }
}
