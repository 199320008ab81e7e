import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { openRunStore } from '../../cli/wiring.ts'
import { showRun } from '../../domain/runs/show-run.ts'
import { runView } from '../../ui/runs-view.ts'

export default class RunsShow extends BaseCommand {
  static override summary = 'Show what a run did, step by step.'
  static override description =
    'For each step: whether it was done, found to be so already, kept as somebody made it, or failed, and on what. ' +
    'With -o json also every line of the journal.'
  static override args = {
    run: Args.string({
      description: 'a run, the beginning of its name, or "last"',
      default: 'last',
      ignoreStdin: true,
    }),
  }
  static override examples = [
    { description: 'The newest run', command: '<%= config.bin %> runs show' },
    { description: 'With objects and tries', command: '<%= config.bin %> runs show 20261123T0034 -o wide' },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { args } = await this.parse(RunsShow)
    await this.present(await showRun(await openRunStore(), args.run), runView)
  }
}
