import { Args, Flags } from '@oclif/core'
import { OperatorRunCommand, runFlags } from '../../cli/operator-run-command.ts'
import { planWayBack, requireOpen } from '../../domain/operator/apply/run-choice.ts'
import { findRun } from '../../domain/runs/show-run.ts'
import { operatorReceiptView, undoPlanView } from '../../ui/operator-run-view.ts'

export default class OperatorAbort extends OperatorRunCommand {
  static override summary = 'Give up a run that has not ended, and take back what it did.'
  static override description =
    'The same as revert, for runs that are open: from whatever step it stands at, back to the operator before. CRDs keep ' +
    'the newer schema, which loses nothing, unless --crds restore.'
  static override args = {
    run: Args.string({
      description: 'a run, the beginning of its name, or "last"',
      default: 'last',
      ignoreStdin: true,
    }),
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
    { description: 'The newest run', command: '<%= config.bin %> operator abort' },
    { description: 'In a pipeline', command: '<%= config.bin %> operator abort last --yes' },
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
    const { args, flags } = await this.parse(OperatorAbort)
    const session = await this.openSession(flags)
    const stored = await findRun(session.store, args.run)
    await requireOpen(stored, session)
    const plan = await planWayBack(stored, session, { lowerCrds: flags.crds === 'restore' })
    if (flags['dry-run']) {
      await this.present(plan, undoPlanView)
      return
    }
    const question = `Give up ${stored.id} on ${plan.target.name}, and go back in ${plan.steps.length} steps`
    const receipt = await this.begin(plan, session, flags, { purpose: 'operator abort', undoes: stored.id, question })
    await this.present(receipt, operatorReceiptView)
  }
}
