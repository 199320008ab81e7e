import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { forkFlags, forkQuestion, withFork } from '../../cli/fork-flags.ts'
import { planFork } from '../../domain/fork/plan/plan-fork.ts'
import { withMemory } from '../../domain/fork/resolve/remembered.ts'
import { planView } from '../../ui/fork/plan-view.ts'

export default class ForkPlan extends BaseCommand {
  static override summary = 'Tell every conflict that a move would meet, and who brought it.'
  static override description =
    'Carries the whole series in memory onto each target and goes on past conflicts as if the company’s side had been ' +
    'taken. For each conflict it finds the upstream commit that brought it. Leaves nothing in the repository.'
  static override flags = {
    ...forkFlags,
    onto: Flags.string({
      summary: 'the upstream tag, branch or commit to stand on; several are compared',
      required: true,
      multiple: true,
      helpValue: 'REF',
    }),
    generate: Flags.boolean({
      summary: 'run generators and go mod tidy too, instead of foretelling them: exact, and slower',
      default: false,
    }),
    'detailed-exitcode': Flags.boolean({ summary: 'end with 2 when something is left for a person' }),
  }
  static override examples = [
    { description: 'Onto a release', command: '<%= config.bin %> fork plan --onto v2.0.2' },
    {
      description: 'Two releases compared',
      command: '<%= config.bin %> fork plan --onto v1beta2-1.6.2-3.5.0 --onto v2.0.2',
    },
  ]
  static override exitCodes = ['changes', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkPlan)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const plan = await withFork(flags, context, { keepObjects: false, lock: false }, async ({ git, rulesOf }) => {
      const question = await forkQuestion(git, flags)
      return await planFork(
        { ...context, git, rules: withMemory(rulesOf(question.profile, !flags.generate), git) },
        question,
        flags.onto,
        flags.generate,
      )
    })
    const isLeft = plan.targets.some(({ summary }) => summary.human.commits > 0)
    await this.present(plan, planView, { exit: flags['detailed-exitcode'] && isLeft ? 'changes' : 'ok' })
  }
}
