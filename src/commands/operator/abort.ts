import { OperatorRunCommand, runArgument, wayBackFlags } from '../../cli/operator-run-command.ts'
import { requireOpen } from '../../domain/operator/apply/run-choice.ts'
import { findMove } from '../../domain/runs/show-run.ts'

export default class OperatorAbort extends OperatorRunCommand {
  static override summary = 'Give up a run that has not ended, and take back what it did.'
  static override description =
    'The same as revert, for runs that are open: from whatever step it stands at, back to the operator before. CRDs keep ' +
    'the newer schema, which loses nothing, unless --crds restore.'
  static override args = { run: runArgument }
  static override flags = wayBackFlags
  static override examples = [
    { description: 'The newest run', command: '<%= config.bin %> operator abort' },
    { description: 'In a pipeline', command: '<%= config.bin %> operator abort last --yes' },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorAbort)
    const session = await this.openSession(flags)
    const stored = await findMove(session.store, args.run)
    await requireOpen(stored, session)
    await this.takeBack(stored, session, flags, {
      purpose: 'operator abort',
      asks: ({ target, steps }) => `Give up ${stored.id} on ${target.name}, and go back in ${steps.length} steps`,
    })
  }
}
