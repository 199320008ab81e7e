import { BaseCommand } from '../../cli/base-command.ts'
import { runFlags, withRun } from '../../cli/fork-flags.ts'
import { reportRun } from '../../domain/fork/sync/run-report.ts'
import { runView } from '../../ui/fork/run-view.ts'
import { abortRun } from '../../domain/fork/sync/resume.ts'

export default class ForkAbort extends BaseCommand {
  static override summary = 'Give a move up, and keep all of it.'
  static override description =
    'Moves its refs below refs/sparkops/archive/ and its files aside. Nothing is deleted, and no branch was ever touched.'
  static override flags = runFlags
  static override examples = [
    { description: 'The one under way', command: '<%= config.bin %> fork abort' },
    { description: 'One by name', command: '<%= config.bin %> fork abort --id v2.0.2-1a2b3c4d' },
  ]
  static override exitCodes = ['stale', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkAbort)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const run = await withRun(flags, context, async (tools, open) => {
      return await reportRun(tools, await abortRun(tools, open))
    })
    await this.present(run, runView)
  }
}
