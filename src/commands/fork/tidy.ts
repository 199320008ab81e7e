import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { forkFlags, forkQuestion, withFork } from '../../cli/fork-flags.ts'
import { viewCarried } from '../../domain/fork/sync/start-sync.ts'
import { tidyFork } from '../../domain/fork/tidy/tidy-report.ts'
import { tidyView } from '../../ui/fork/tidy-view.ts'

export default class ForkTidy extends BaseCommand {
  static override summary = 'Clean a fork’s series up where it stands, without changing its tree.'
  static override description =
    'Folds fixup! and squash! commits into what they fix, takes out a commit with its exact revert, and with ' +
    '--drop-empty what changes nothing. The tree at the end is the same, or nothing is done. The result is kept below ' +
    'refs/sparkops/tidy/; no branch moves. sparkops fork sync --tidy does the same on its way.'
  static override flags = {
    ...forkFlags,
    'drop-empty': Flags.boolean({ summary: 'also leave out commits that change nothing' }),
  }
  static override examples = [
    { description: 'See what would be folded', command: '<%= config.bin %> fork tidy' },
    {
      description: 'Another branch, and without empty commits',
      command: '<%= config.bin %> fork tidy --company release-3 --drop-empty',
    },
  ]
  static override exitCodes = ['findings', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkTidy)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const tidy = await withFork(flags, context, { keepObjects: true, lock: true }, async ({ git }) => {
      const view = await viewCarried(git, await forkQuestion(git, flags))
      return await tidyFork(git, view, { dropEmpty: flags['drop-empty'] })
    })
    await this.present(tidy, tidyView)
  }
}
