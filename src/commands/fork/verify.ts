import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { forkFlags, forkQuestion, withFork } from '../../cli/fork-flags.ts'
import { questionOfRanges, questionOfRun } from '../../domain/fork/proof/proof-of-run.ts'
import { verifyFork } from '../../domain/fork/proof/verify-fork.ts'
import { chooseRun } from '../../domain/fork/sync/start-sync.ts'
import { proofView } from '../../ui/fork/proof-view.ts'

export default class ForkVerify extends BaseCommand {
  static override summary = 'Prove that a move kept every commit, or say what is missing.'
  static override description =
    'Recomputes from refs and objects: each old commit is kept, folded or dropped with evidence, exactly once; each new ' +
    'one maps back; author, date, message and files are compared, and what is not identical is shown. The ledger is ' +
    'asked only for what a person decided. Ends with 3 if anything is unaccounted for.'
  static override flags = {
    ...forkFlags,
    id: Flags.string({ summary: 'which run, where there are several', helpValue: 'ID' }),
    old: Flags.string({
      summary: 'the old series, where no run made the new one',
      helpValue: 'BASE..TIP',
      dependsOn: ['new'],
    }),
    new: Flags.string({ summary: 'the new series', helpValue: 'BASE..TIP', dependsOn: ['old'] }),
    accept: Flags.string({
      summary: 'a finding to live with, as rule or rule:path',
      multiple: true,
      helpValue: 'FINDING',
    }),
  }
  static override examples = [
    { description: 'The last run', command: '<%= config.bin %> fork verify' },
    {
      description: 'A rebase that somebody did by hand',
      command: '<%= config.bin %> fork verify --old v1.4.0..main --new v2.0.2..ported',
    },
  ]
  static override exitCodes = ['findings', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkVerify)
    const { signal } = this
    const context = { clock: this.clock, signal, report: this.progressReport(flags.progress) }
    const proof = await withFork(
      flags,
      context,
      { keepObjects: false, lock: false },
      async ({ git, rulesOf, tools }) => {
        if (flags.old !== undefined && flags.new !== undefined) {
          const { profile } = await forkQuestion(git, flags)
          const around = { git, signal, accept: flags.accept ?? [], rules: rulesOf(profile) }
          return await verifyFork(await questionOfRanges(around, profile, { old: flags.old, made: flags.new }))
        }
        const { state } = await chooseRun(git, tools, flags.id)
        const around = { git, signal, accept: flags.accept ?? [], rules: rulesOf(state.start.profile) }
        return await verifyFork(await questionOfRun(around, state))
      },
    )
    await this.present(proof, proofView, { exit: proof.verdict === 'proven' ? 'ok' : 'findings' })
  }
}
