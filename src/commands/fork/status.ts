import { BaseCommand } from '../../cli/base-command.ts'
import { forkFlags, forkQuestion, withFork } from '../../cli/fork-flags.ts'
import { forkStatus } from '../../domain/fork/status/fork-status.ts'
import { statusView } from '../../ui/fork/status-view.ts'

export default class ForkStatus extends BaseCommand {
  static override summary = 'Show how a fork stands to its upstream, and what is under way.'
  static override description =
    'Where the fork left upstream and how that was found, what it carries, which releases are newer, and moves that ' +
    'were begun. Reads only, and fetches nothing: git fetch --tags upstream first.'
  static override flags = forkFlags
  static override examples = [
    { description: 'The fork you are in', command: '<%= config.bin %> fork status' },
    { description: 'A fork elsewhere, for a program', command: '<%= config.bin %> fork status -C ../fork -o json' },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkStatus)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const status = await withFork(flags, context, { keepObjects: false, lock: false }, async ({ git, tools }) => {
      return await forkStatus(tools, await forkQuestion(git, flags))
    })
    await this.present(status, statusView)
  }
}
