import { Args } from '@oclif/core'
import { OperatorRunCommand, wayBackFlags } from '../../cli/operator-run-command.ts'
import { findMove } from '../../domain/runs/show-run.ts'

export default class OperatorRevert extends OperatorRunCommand {
  static override summary = 'Take a run back: to the operator that was there before.'
  static override description =
    'Works from the end of a run and from any point of one that has not ended. Between before, after and now: what the ' +
    'run changed goes back, what somebody made or edited since is kept and told. CRDs keep the newer schema, which ' +
    'loses nothing, unless --crds restore.'
  static override args = {
    run: Args.string({ required: true, ignoreStdin: true, description: 'a run, or the beginning of its name' }),
  }
  static override flags = wayBackFlags
  static override examples = [
    { description: 'What it would do', command: '<%= config.bin %> operator revert 20261123T0034 --dry-run' },
    { description: 'In a pipeline', command: '<%= config.bin %> operator revert 20261123T0034 --yes' },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorRevert)
    const session = await this.openSession(flags)
    const stored = await findMove(session.store, args.run)
    await this.takeBack(stored, session, flags, {
      purpose: 'operator revert',
      asks: ({ target, steps }) => `Take back ${stored.id} on ${target.name} in ${steps.length} steps`,
    })
  }
}
