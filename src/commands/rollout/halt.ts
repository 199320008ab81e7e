import { Args, Flags } from '@oclif/core'
import { runFlags, wayBackFlags } from '../../cli/operator-run-command.ts'
import { rolloutFlags } from '../../cli/rollout-command.ts'
import { RolloutHaltCommand } from '../../cli/rollout-halt.ts'
import { usageDumpFlags } from '../../cli/rollout-usage.ts'
import { SparkopsError } from '../../domain/errors.ts'
import { findEnvironment, halt, requireSoaking } from '../../domain/rollout/stages.ts'
import { stateOf } from '../../domain/rollout/state/entries.ts'
import { rolloutReportView } from '../../ui/rollout/rollout-view.ts'

export default class RolloutHalt extends RolloutHaltCommand {
  static override summary = 'Stop a rollout, and take the operator back where that is wanted.'
  static override description =
    'Records that the environment is stopped, by whom and why, so that neither people nor CI go on. With --revert the run ' +
    'that moved the operator is taken back at once, as "operator revert" does; without it, the command for that is told. ' +
    'If it is ended half-way, the same command goes on.'
  static override args = {
    environment: Args.string({ required: true, description: 'an environment of the file', ignoreStdin: true }),
  }
  static override flags = {
    ...rolloutFlags,
    ...usageDumpFlags,
    yes: runFlags.yes,
    confirm: runFlags.confirm,
    accept: runFlags.accept,
    crds: wayBackFlags.crds,
    why: Flags.string({ summary: 'why, for those who read it later', helpValue: 'TEXT', helpGroup: 'ROLLOUT' }),
    revert: Flags.boolean({ summary: 'take the operator back at once', helpGroup: 'ROLLOUT' }),
  }
  static override examples = [
    { description: 'Stop', command: '<%= config.bin %> rollout halt dev --why "jobs stay pending"' },
    { description: 'Stop and go back', command: '<%= config.bin %> rollout halt dev --revert --yes --confirm=dev' },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RolloutHalt)
    const open = await this.openRollout(flags)
    const environment = findEnvironment(open.rollout, args.environment)
    await open.store.settle()
    const before = stateOf((await open.store.read()).entries, environment.name)
    const run = before.started?.run ?? null
    // Stopping what is stopped already is no fault where it is to go back now.
    if (!(before.stage === 'halted' && flags.revert)) {
      requireSoaking(environment, (await open.store.read()).entries)
      const { report, seen } = await this.look(open, environment, flags)
      await this.consent({ question: `Stop ${environment.name}`, severe: false, name: environment.context }, flags)
      const { entries } = await halt(report, { store: open.store, seen, by: open.by, why: flags.why ?? 'by hand' })
      const { stage } = stateOf(entries, environment.name)
      const next = run === null ? 'nothing was moved' : `sparkops operator revert ${run}`
      if (!flags.revert) await this.present({ ...report, stage, next }, rolloutReportView)
    }
    if (!flags.revert) return
    if (run === null) throw nothingMoved(environment.name)
    await this.goBack({ environment, flags, run })
    const at = new Date(this.clock.now()).toISOString()
    await open.store.append(
      { event: 'reverted', environment: environment.name, at, by: open.by, run },
      await open.store.read(),
    )
  }
}

function nothingMoved(environment: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOTHING_MOVED',
    message: `${environment}: there is nothing to take back`,
    why: 'the operator was at that version already when this rollout began',
    hint: 'sparkops runs list shows what was changed, and by what',
  })
}
