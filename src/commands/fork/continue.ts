import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { carryFlags, runFlags, withRun } from '../../cli/fork-flags.ts'
import { reportRun, runExit } from '../../domain/fork/sync/run-report.ts'
import { runView } from '../../ui/fork/run-view.ts'
import { continueRun } from '../../domain/fork/sync/resume.ts'

export default class ForkContinue extends BaseCommand {
  static override summary = 'Go on with a move after its conflicts were resolved, or after it was killed.'
  static override description =
    'Takes what the index of the run’s own directory holds, refuses what is still in conflict or has markers, checks the tree, and carries on with the next commit.'
  static override flags = {
    ...runFlags,
    ...carryFlags,
    accept: Flags.string({
      summary: 'a finding to live with, as rule or rule:path',
      multiple: true,
      helpValue: 'FINDING',
    }),
  }
  static override examples = [
    { description: 'After the conflicts are resolved', command: '<%= config.bin %> fork continue' },
    {
      description: 'Living with a finding',
      command: '<%= config.bin %> fork continue --accept own-imports:cmd/main.go',
    },
  ]
  static override exitCodes = ['stale', 'pending', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkContinue)
    const context = {
      clock: this.clock,
      signal: this.signal,
      report: this.progressReport(flags.ci ? false : flags.progress),
    }
    const run = await withRun(flags, context, async (tools, open) => {
      return await reportRun(tools, await continueRun(tools, open, flags.accept ?? []))
    })
    await this.present(run, runView, { exit: runExit(run) })
  }
}
