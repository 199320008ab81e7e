import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { execFlags, forkFlags, forkQuestion, withFork } from '../../cli/fork-flags.ts'
import { reportRun, runExit } from '../../domain/fork/sync/run-report.ts'
import { startSync, viewFork } from '../../domain/fork/sync/start-sync.ts'
import { runView } from '../../ui/fork/run-view.ts'

export default class ForkSync extends BaseCommand {
  static override summary = 'Carry the company’s commits onto another upstream commit.'
  static override description =
    'Computes each merge from git’s objects, resolves what the profile’s rules can prove or decide, and stops only where judgement is needed. The result is a ref below refs/sparkops/; checkout, index, HEAD, branches and configuration stay as they are. Run again, it goes on where it was.'
  static override flags = {
    ...forkFlags,
    ...execFlags,
    onto: Flags.string({ summary: 'the upstream tag, branch or commit to stand on', required: true, helpValue: 'REF' }),
    tidy: Flags.boolean({ summary: 'fold fixup! and squash!, and take out revert pairs, first' }),
    'drop-empty': Flags.boolean({ summary: 'with --tidy: leave out commits that change nothing', dependsOn: ['tidy'] }),
    takeover: Flags.boolean({ summary: 'take the lock of a machine that is gone' }),
  }
  static override examples = [
    { description: 'Onto a release', command: '<%= config.bin %> fork sync --onto v2.0.2' },
    {
      description: 'A fork elsewhere, whose base is known',
      command: '<%= config.bin %> fork sync -C ../fork --base v1.4.0 --onto v2.0.2',
    },
  ]
  static override exitCodes = ['stale', 'pending', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkSync)
    const context = { clock: this.clock, signal: this.signal, report: this.progressReport(flags.progress) }
    const run = await withFork(flags, context, { keepObjects: true, lock: true }, async ({ git, tools }) => {
      const question = await forkQuestion(git, flags)
      const view = await viewFork(git, question, flags.onto)
      const tidy = flags.tidy ? { dropEmpty: flags['drop-empty'] } : undefined
      return await reportRun(tools, await startSync(tools, { view, profile: question.profile, tidy }))
    })
    await this.present(run, runView, { exit: runExit(run) })
  }
}
