import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { runFlags, withRun } from '../../cli/fork-flags.ts'
import { reportRun } from '../../domain/fork/sync/run-report.ts'
import { runView } from '../../ui/fork/run-view.ts'
import { undoSteps } from '../../domain/fork/sync/resume.ts'

export default class ForkUndo extends BaseCommand {
  static override summary = 'Take the last steps of a move back.'
  static override description =
    'The commits of these steps stay reachable below archive/. A stop at hand is given up with them; sparkops fork continue carries on from there.'
  static override args = { count: Args.integer({ description: 'how many steps', default: 1, min: 1 }) }
  static override flags = runFlags
  static override examples = [
    { description: 'The last step', command: '<%= config.bin %> fork undo' },
    { description: 'The last three', command: '<%= config.bin %> fork undo 3' },
  ]
  static override exitCodes = ['stale', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ForkUndo)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const run = await withRun(flags, context, async (tools, open) => {
      return await reportRun(tools, await undoSteps(tools, open, args.count))
    })
    await this.present(run, runView)
  }
}
