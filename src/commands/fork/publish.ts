import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { runFlags, withRun } from '../../cli/fork-flags.ts'
import { questionOfRun } from '../../domain/fork/proof/proof-of-run.ts'
import { verifyFork } from '../../domain/fork/proof/verify-fork.ts'
import { publishFork } from '../../domain/fork/publish/publish-fork.ts'
import { publicationView } from '../../ui/fork/publication-view.ts'

export default class ForkPublish extends BaseCommand {
  static override summary = 'Push a proven move to the company’s repository.'
  static override description =
    'By default to a new branch. With --mode ff onto the branch, behind a marker commit that keeps it ' +
    'fast-forwardable; with --mode lease in place of the branch, which is tagged first. Proves the move again before, ' +
    'refuses upstream in every spelling, and pushes only with --yes; without, it says what it would do and ends with 8.'
  static override flags = {
    ...runFlags,
    mode: Flags.option({ summary: 'how', options: ['branch', 'ff', 'lease'] as const, helpValue: 'MODE' })(),
    remote: Flags.string({ summary: 'a remote or a URL (from the profile, else origin)', helpValue: 'REMOTE' }),
    branch: Flags.string({ summary: 'the branch to push to', helpValue: 'NAME' }),
    accept: Flags.string({
      summary: 'a finding to live with, as rule or rule:path',
      multiple: true,
      helpValue: 'FINDING',
    }),
    yes: Flags.boolean({ char: 'y', summary: 'push' }),
  }
  static override examples = [
    { description: 'What would be pushed where', command: '<%= config.bin %> fork publish' },
    { description: 'Onto the branch, fast-forwardable', command: '<%= config.bin %> fork publish --mode ff --yes' },
  ]
  static override exitCodes = ['findings', 'auth', 'stale', 'pending', 'data', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkPublish)
    const { signal } = this
    const context = { clock: this.clock, signal, report: this.progressReport(flags.progress) }
    const publication = await withRun(flags, context, async (tools, { state }, rulesOf) => {
      const { git } = tools
      const around = { git, signal, accept: flags.accept ?? [], rules: rulesOf(state.start.profile) }
      const proof = await verifyFork(await questionOfRun(around, state))
      const { remote, branch, yes: consent } = flags
      const mode = flags.mode ?? state.start.profile.publish.mode
      return await publishFork(tools, state, proof, { mode, remote, branch, consent })
    })
    await this.present(publication, publicationView, { exit: publication.status === 'planned' ? 'pending' : 'ok' })
  }
}
