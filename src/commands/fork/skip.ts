import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { carryFlags, runFlags, withRun } from '../../cli/fork-flags.ts'
import { reportRun, runExit } from '../../domain/fork/sync/run-report.ts'
import { runView } from '../../ui/fork/run-view.ts'
import { skipCommit } from '../../domain/fork/sync/resume.ts'

export default class ForkSkip extends BaseCommand {
  static override summary = 'Leave the commit at a stop out, for a reason.'
  static override description =
    'The reason goes into the ledger and into the proof; the old commit stays reachable. Then the move goes on.'
  static override flags = {
    ...runFlags,
    ...carryFlags,
    reason: Flags.string({ summary: 'why it is left out', required: true, helpValue: 'TEXT' }),
  }
  static override examples = [
    {
      description: 'Leave it out',
      command: '<%= config.bin %> fork skip --reason "replaced by webhook.volumes of 2.0"',
    },
    { description: 'In a fork elsewhere', command: '<%= config.bin %> fork skip -C ../fork --reason "obsolete"' },
  ]
  static override exitCodes = ['stale', 'pending', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkSkip)
    const context = {
      clock: this.clock,
      signal: this.signal,
      report: this.progressReport(flags.ci ? false : flags.progress),
    }
    const run = await withRun(flags, context, async (tools, open) => {
      return await reportRun(tools, await skipCommit(tools, open, flags.reason))
    })
    await this.present(run, runView, { exit: runExit(run) })
  }
}
