import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { featureFlags, featuresOf, readText } from '../../cli/fork-feature-flags.ts'
import { refuseToReplace } from '../../cli/new-file.ts'
import { streamToStdout, writeFileWhole } from '../../cli/output.ts'
import { describeForkReport } from '../../domain/fork/features/report-file.ts'
import { parseProof } from '../../domain/fork/features/read-proof.ts'
import { renderForkReport } from '../../ui/fork/report.ts'
import { forkReportFileView } from '../../ui/fork/report-file-view.ts'

export default class ForkReport extends BaseCommand {
  static override summary = 'Write one page on a move: the fork’s patches, and what upstream brings.'
  static override description =
    'Upstream’s features as `fork features` lists them, with your decisions, and above them how each of the fork’s ' +
    'commits came through: from --proof, what `fork verify -o json` wrote. One HTML file that needs no network, ' +
    'Markdown, or JSON.'
  static override flags = {
    ...featureFlags,
    proof: Flags.string({ summary: 'what `fork verify -o json` wrote', helpValue: 'FILE' }),
    format: Flags.option({
      summary: 'what to write',
      options: ['html', 'markdown', 'json'] as const,
      default: 'html' as const,
      helpValue: 'FORMAT',
    })(),
    out: Flags.string({
      summary: 'where to write it; - is standard output',
      default: 'fork-report.html',
      helpValue: 'FILE',
    }),
    force: Flags.boolean({ summary: 'replace the file if it exists' }),
  }
  static override examples = [
    {
      description: 'A page for who decides',
      command: '<%= config.bin %> fork report --to v2.0.2 --decisions d.yaml',
    },
    {
      description: 'With the proof of a finished move, as Markdown',
      command: '<%= config.bin %> fork report --to v2.0.2 --proof proof.json --out r.html',
    },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkReport)
    await refuseToReplace(flags.out, flags.force)
    const proof = flags.proof === undefined ? undefined : parseProof(flags.proof, await readText(flags.proof))
    const features = await featuresOf(flags, {
      clock: this.clock,
      report: this.progressReport(flags.progress),
      signal: this.signal,
      note: (text) => this.note(text),
    })
    const page = renderForkReport(flags.format, features, proof)
    if (flags.out === '-') {
      await streamToStdout([page], false)
      return
    }
    await writeFileWhole(flags.out, [page])
    const file = { path: flags.out, bytes: Buffer.byteLength(page), format: flags.format }
    await this.present(describeForkReport(features, proof, file), forkReportFileView)
  }
}
