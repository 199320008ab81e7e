import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { carryFlags, forkFlags, forkQuestion, readGivenFile, withFork } from '../../cli/fork-flags.ts'
import { readForkPlan, startPlanned } from '../../domain/fork/plan/follow-plan.ts'
import { withMemory } from '../../domain/fork/resolve/remembered.ts'
import { reportRun, runExit } from '../../domain/fork/sync/run-report.ts'
import { startSync, viewFork } from '../../domain/fork/sync/start-sync.ts'
import { runView } from '../../ui/fork/run-view.ts'

export default class ForkSync extends BaseCommand {
  static override summary = 'Carry the company’s commits onto another upstream commit.'
  static override description =
    'Computes each merge from git’s objects, resolves what the profile’s rules can prove or decide, and stops only where judgement is needed. The result is a ref below refs/sparkops/; checkout, index, HEAD, branches and configuration stay as they are. Run again, it goes on where it was.'
  static override flags = {
    ...forkFlags,
    ...carryFlags,
    onto: Flags.string({
      summary: 'the upstream tag, branch or commit to stand on; with --plan, which of its targets',
      atLeastOne: ['onto', 'plan'],
      helpValue: 'REF',
    }),
    plan: Flags.string({
      summary: 'carry out exactly this plan (of fork plan -o json), or nothing',
      exclusive: ['company', 'base', 'tidy'],
      helpValue: 'FILE',
    }),
    tidy: Flags.boolean({ summary: 'fold fixup! and squash!, and take out revert pairs, first' }),
    'drop-empty': Flags.boolean({ summary: 'with --tidy: leave out commits that change nothing', dependsOn: ['tidy'] }),
    takeover: Flags.boolean({ summary: 'take the lock of a machine that is gone' }),
  }
  static override examples = [
    { description: 'Onto a release', command: '<%= config.bin %> fork sync --onto v2.0.2' },
    { description: 'What was planned and looked at', command: '<%= config.bin %> fork sync --plan plan.json' },
    {
      description: 'A fork elsewhere, whose base is known',
      command: '<%= config.bin %> fork sync -C ../fork --base v1.4.0 --onto v2.0.2',
    },
  ]
  static override exitCodes = ['stale', 'pending', 'data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkSync)
    const context = {
      clock: this.clock,
      signal: this.signal,
      report: this.progressReport(flags.ci ? false : flags.progress),
    }
    const run = await withFork(flags, context, { keepObjects: true, lock: true }, async ({ git, rulesOf, tools }) => {
      const question = await forkQuestion(git, flags)
      if (flags.plan !== undefined) {
        const plan = readForkPlan(flags.plan, await readGivenFile(flags.plan), flags.onto)
        const rules = withMemory(rulesOf(question.profile, !plan.generate), git)
        return await reportRun(tools, await startPlanned(tools, { plan, question, rules }))
      }
      const view = await viewFork(git, question, flags.onto!)
      const tidy = flags.tidy ? { dropEmpty: flags['drop-empty'] } : undefined
      return await reportRun(tools, await startSync(tools, { view, profile: question.profile, tidy }))
    })
    await this.present(run, runView, { exit: runExit(run) })
  }
}
