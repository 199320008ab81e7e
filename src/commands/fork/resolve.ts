import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { runFlags, settlementOf, withRun } from '../../cli/fork-flags.ts'
import { reportRun } from '../../domain/fork/sync/run-report.ts'
import { runView } from '../../ui/fork/run-view.ts'
import { settlePath } from '../../domain/fork/sync/settle.ts'

export default class ForkResolve extends BaseCommand {
  static override summary = 'Settle a path that is in conflict.'
  static override description =
    'With --take, one side; with --file, a file’s content; with neither, the file as it was edited in the run’s own directory. Refuses what still has markers.'
  static override args = { path: Args.string({ required: true, description: 'the path, as fork show tells it' }) }
  static override flags = {
    ...runFlags,
    take: Flags.option({
      summary: 'which side',
      options: ['upstream', 'company', 'base', 'deleted'] as const,
      helpValue: 'SIDE',
      exclusive: ['file'],
    })(),
    file: Flags.string({ summary: 'a file with the content', helpValue: 'FILE', exclusive: ['take'] }),
  }
  static override examples = [
    { description: 'As edited', command: '<%= config.bin %> fork resolve Dockerfile' },
    {
      description: 'Upstream deleted it, and that is right',
      command: '<%= config.bin %> fork resolve hack/gencerts.sh --take deleted',
    },
  ]
  static override exitCodes = ['stale', 'pending', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ForkResolve)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const settlement = await settlementOf(flags)
    const run = await withRun(flags, context, async (tools, open) => {
      return await reportRun(tools, await settlePath(tools, open, args.path, settlement))
    })
    await this.present(run, runView)
  }
}
