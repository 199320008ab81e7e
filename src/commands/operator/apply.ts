import { Args, Flags } from '@oclif/core'
import { OperatorRunCommand, runFlags } from '../../cli/operator-run-command.ts'
import { operatorReceiptView, undoPlanView } from '../../ui/operator-run-view.ts'

export default class OperatorApply extends OperatorRunCommand {
  static override summary = 'Carry out a plan of an operator move, step by step.'
  static override description =
    'Does exactly what the plan says, and refuses (5) when what it was made from no longer holds. Each step is written ' +
    'to a journal before and after it is done: a run that was killed, interrupted or failed goes on with "resume", and ' +
    'goes back with "abort". Where its journal is lost for good, plan again to where it led: --take-over ends the move; ' +
    'back goes another plan. Without a terminal it needs --yes, and --confirm=CONTEXT where something cannot be taken back.'
  static override args = {
    plan: Args.string({ required: true, ignoreStdin: true, description: 'a plan saved by "operator plan -o json"' }),
  }
  static override flags = {
    ...runFlags,
    'take-over': Flags.string({
      summary: 'take over the lock of a run whose journal is lost for good, and go on from what is found',
      helpValue: 'RUN',
    }),
    'dry-run': Flags.boolean({ summary: 'check the plan against the cluster, show its steps, and change nothing' }),
  }
  static override examples = [
    { description: 'After reading the plan', command: '<%= config.bin %> operator apply plan.json' },
    {
      description: 'In a pipeline',
      command: '<%= config.bin %> operator apply plan.json --yes --confirm=prod',
    },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorApply)
    const session = await this.openSession(flags)
    const plan = await this.readFreshPlan(args.plan, session)
    if (flags['dry-run']) {
      await this.present(plan, undoPlanView)
      return
    }
    const takesOver = flags['take-over']
    const lost = takesOver === undefined ? '' : `, in place of ${takesOver}, whose journal is lost`
    const question = `Carry out ${plan.steps.length} steps on ${plan.target.name}${lost}`
    const purpose = { purpose: 'operator apply', undoes: null, takesOver }
    const receipt = await this.begin(plan, session, flags, { ...purpose, question })
    await this.present(receipt, operatorReceiptView)
  }
}
