import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { repositoryFlags, runFlags, withFork } from '../../cli/fork-flags.ts'
import { reportRun } from '../../domain/fork/sync/run-report.ts'
import { showStep } from '../../domain/fork/sync/show-step.ts'
import { chooseRun } from '../../domain/fork/sync/start-sync.ts'
import { runView } from '../../ui/fork/run-view.ts'
import { stepView } from '../../ui/fork/step-view.ts'

export default class ForkShow extends BaseCommand {
  static override summary = 'Show a move, or one of its steps in full.'
  static override description =
    'Without a number: all steps, and what waits for you. With one: what was decided in it, by which rule and on what ' +
    'evidence, and how the change differs from what it was.'
  static override args = { step: Args.integer({ description: 'the number of a step that is done', min: 1 }) }
  static override flags = { ...repositoryFlags, id: runFlags.id }
  static override examples = [
    { description: 'The move under way', command: '<%= config.bin %> fork show' },
    { description: 'Its third step', command: '<%= config.bin %> fork show 3' },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ForkShow)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const shown = await withFork(flags, context, { keepObjects: false, lock: false }, async ({ git, tools }) => {
      const run = await chooseRun(git, tools, flags.id)
      if (args.step !== undefined) return await showStep(tools, run, args.step)
      return await reportRun(tools, run)
    })
    if (shown.kind === 'ForkStep') await this.present(shown, stepView)
    else await this.present(shown, runView)
  }
}
