import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { refuseToReplace } from '../../cli/new-file.ts'
import { streamToStdout, writeFileWhole } from '../../cli/output.ts'
import { dumpArgs, ledgerFlags, withLedger } from '../../cli/usage-flags.ts'
import { findDumps } from '../../cli/usage-wiring.ts'
import { compareForReport } from '../../domain/usage/report/compare-for-report.ts'
import { collectReport } from '../../domain/usage/report/collect-report.ts'
import { describeReportFile } from '../../domain/usage/report/report-file.ts'
import { reportFileView } from '../../ui/report-file-view.ts'
import { renderReport } from '../../ui/report/page.ts'

export default class UsageReport extends BaseCommand {
  static override summary = 'Draw usage as one HTML page, for people who look rather than read.'
  static override description =
    'Usage by queue over time with the band between its bounds, outages marked, the largest applications, what ended ' +
    'unseen, use of capacity, how good the recording is, and ours beside YuniKorn’s own figures: from --summary, else ' +
    'from histories in REST snapshots of the dump. The page needs no network, prints, and has a table for each picture.'
  static override args = dumpArgs
  static override flags = {
    ...ledgerFlags,
    out: Flags.string({
      summary: 'where to write the page; - is standard output',
      default: 'usage-report.html',
      helpValue: 'FILE',
    }),
    force: Flags.boolean({ summary: 'replace the file if it exists' }),
    summary: Flags.string({
      summary: 'log of the scheduler with its YK_APP_SUMMARY lines: YuniKorn’s own figures beside ours',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
    }),
  }
  static override examples = [
    {
      description: 'A page for a recording with a restart, in usage-report.html',
      command: '<%= config.bin %> usage report examples/restart',
    },
    {
      description: 'With YuniKorn’s own figures, under another name',
      command: '<%= config.bin %> usage report dump/ --summary scheduler.log --out may.html',
    },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsageReport)
    const { out, lenient } = flags
    await refuseToReplace(out, flags.force)
    const summaries = await findDumps(flags.summary ?? [])
    const progress = this.progressReport(flags.progress)
    const createdAt = new Date(this.clock.now()).toISOString()
    const report = await withLedger(argv as string[], flags, { wantUsers: false, report: progress }, async (ledger) => {
      const comparison = await compareForReport(ledger, { summaries, lenient, progress })
      return await collectReport(ledger, { createdAt, comparison })
    })
    const page = renderReport(report)
    if (out === '-') {
      await streamToStdout([page], false)
      return
    }
    await writeFileWhole(out, [page])
    await this.present(describeReportFile(report, { path: out, bytes: Buffer.byteLength(page) }), reportFileView)
  }
}
