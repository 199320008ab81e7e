import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { dumpArgs, ledgerFlags, withLedger } from '../../cli/usage-flags.ts'
import { findDumps } from '../../cli/usage-wiring.ts'
import { compareUsage } from '../../domain/usage/compare/compare-usage.ts'
import { parseEpsilon } from '../../domain/usage/compare/epsilon.ts'
import { readingRemarks } from '../../domain/usage/compare/read-summaries.ts'
import { usageCompareView } from '../../ui/usage-compare-view.ts'

export default class UsageCompare extends BaseCommand {
  static override summary = 'Compare usage from events with what YuniKorn itself reported.'
  static override description =
    'For every application that YuniKorn reported on: equal, reconciled (allocations on a rounding edge are named), ' +
    'explained (a restart made YuniKorn forget a part: so many per cent), or different. Reports are the ' +
    'YK_APP_SUMMARY lines of its log, else the histories in REST snapshots of the dump. Ends with 3 if anything is ' +
    'not explained.'
  static override args = dumpArgs
  static override flags = {
    ...ledgerFlags,
    output: outputFlag('csv'),
    summary: Flags.string({
      summary: 'log of the scheduler, whole or its YK_APP_SUMMARY lines only (1.3 to 1.9); plain, gzip or zstd',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
    }),
    rest: Flags.boolean({ summary: 'also the histories of completing applications in REST snapshots of the dump' }),
    epsilon: Flags.string({
      summary: 'an allocation is on a rounding edge when it lasted whole seconds, give or take so much',
      default: '5ms',
      helpValue: 'TIME',
    }),
    wrap: Flags.boolean({ summary: 'let our sums overflow 64 bits, as those of YuniKorn do' }),
  }
  static override examples = [
    {
      description: 'The dump against the log of the scheduler',
      command: '<%= config.bin %> usage compare dump/ --summary scheduler.log',
    },
    {
      description: 'Against REST histories in the dump, for a program',
      command: '<%= config.bin %> usage compare dump/ --rest --json',
    },
  ]
  static override exitCodes = ['findings', 'data'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsageCompare)
    const { rest, wrap, lenient } = flags
    const epsilon = parseEpsilon(flags.epsilon)
    const summaries = await findDumps(flags.summary ?? [])
    const progress = this.progressReport(flags.progress)
    await withLedger(argv as string[], flags, { wantUsers: false, report: progress }, async (ledger) => {
      const comparison = await compareUsage(ledger, { summaries, rest, epsilon, wrap, lenient, progress })
      for (const remark of readingRemarks(ledger, comparison.summary.input)) this.warning(remark)
      const exit = comparison.summary.unexplained > 0 ? 'findings' : 'ok'
      await this.present(comparison, usageCompareView, { exit })
    })
  }
}
