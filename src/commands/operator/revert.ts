import { Args, Flags } from '@oclif/core'
import { OperatorRunCommand, runFlags } from '../../cli/operator-run-command.ts'
import { planWayBack } from '../../domain/operator/apply/run-choice.ts'
import { findRun } from '../../domain/runs/show-run.ts'
import { operatorReceiptView, undoPlanView } from '../../ui/operator-run-view.ts'

export default class OperatorRevert extends OperatorRunCommand {
  static override summary = 'Take a run back: to the operator that was there before.'
  static override description =
    'Works from the end of a run and from any point of one that has not ended. Between before, after and now: what the ' +
    'run changed goes back, what somebody made or edited since is kept and told. CRDs keep the newer schema, which ' +
    'loses nothing, unless --crds restore.'
  static override args = {
    run: Args.string({ required: true, ignoreStdin: true, description: 'a run, or the beginning of its name' }),
  }
  static override flags = {
    ...runFlags,
    crds: Flags.option({
      summary: 'raised CRDs keep their schema, or get back the one before',
      options: ['keep', 'restore'] as const,
      default: 'keep' as const,
      helpValue: 'WHAT',
    })(),
    'dry-run': Flags.boolean({ summary: 'show the steps of the way back, and change nothing' }),
  }
  static override examples = [
    { description: 'What it would do', command: '<%= config.bin %> operator revert 20261123T0034 --dry-run' },
    { description: 'In a pipeline', command: '<%= config.bin %> operator revert 20261123T0034 --yes' },
  ]
  static override exitCodes = [
    'findings',
    'auth',
    'stale',
    'partial',
    'inconclusive',
    'pending',
    'data',
    'unreachable',
  ] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorRevert)
    const session = await this.openSession(flags)
    const stored = await findRun(session.store, args.run)
    const plan = await planWayBack(stored, session, { lowerCrds: flags.crds === 'restore' })
    if (flags['dry-run']) {
      await this.present(plan, undoPlanView)
      return
    }
    const question = `Take back ${stored.id} on ${plan.target.name} in ${plan.steps.length} steps`
    const receipt = await this.begin(plan, session, flags, { purpose: 'operator revert', undoes: stored.id, question })
    await this.present(receipt, operatorReceiptView)
  }
}
