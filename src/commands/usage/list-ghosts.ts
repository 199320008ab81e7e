import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { dumpArgs, ledgerFlags, tellReading, withLedger } from '../../cli/usage-flags.ts'
import { listGhosts } from '../../domain/usage/ghosts.ts'
import { inputSummary } from '../../domain/usage/summary.ts'
import { ghostsView } from '../../ui/ghosts-view.ts'

export default class UsageListGhosts extends BaseCommand {
  static override summary = 'List allocations whose end nobody saw, with their bounds.'
  static override description =
    'An allocation that was open when the scheduler died, and that the next one never heard of, ended in between. ' +
    'Each is listed with how long it lasted at least and at most, the rule that says so, and the evidence.'
  static override args = dumpArgs
  static override flags = {
    ...ledgerFlags,
    output: outputFlag('csv'),
    'with-open': Flags.boolean({ summary: 'also what was still open at the end of the dump' }),
  }
  static override examples = [
    { description: 'The ghosts of a restart', command: '<%= config.bin %> usage list-ghosts examples/restart' },
    {
      description: 'Tightened by a pod listing taken after the restart',
      command: '<%= config.bin %> usage list-ghosts dump/ --pods pods.json',
    },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsageListGhosts)
    const context = { wantUsers: false, report: this.progressReport(flags.progress) }
    const { ghosts, input } = await withLedger(argv as string[], flags, context, async (ledger) => ({
      ghosts: await listGhosts(ledger, { withOpen: flags['with-open'] }),
      input: inputSummary(ledger),
    }))
    for (const warning of tellReading({ input })) this.warning(warning)
    await this.present(ghosts, ghostsView)
  }
}
