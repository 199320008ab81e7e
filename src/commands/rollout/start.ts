import { Args, Flags } from '@oclif/core'
import { outputFlag, progressFlag } from '../../cli/flags.ts'
import { runFlags } from '../../cli/operator-run-command.ts'
import { rolloutFlags } from '../../cli/rollout-command.ts'
import { RolloutStartCommand } from '../../cli/rollout-start.ts'
import { findEnvironment, requireStartable } from '../../domain/rollout/stages.ts'
import { statusOf } from '../../domain/rollout/status.ts'
import { operatorPlanView } from '../../ui/operator-plan-view.ts'
import { rolloutStatusView } from '../../ui/rollout/rollout-view.ts'
import type { OperatorPlan } from '../../domain/operator/plan/operator-plan.ts'

export default class RolloutStart extends RolloutStartCommand {
  static override summary = 'Move the operator of an environment, and begin to watch it.'
  static override description =
    'Keeps what the applications did so far, plans the move as "operator plan" does, asks, carries it out as "operator ' +
    'apply" does, and records the start. Refused (5) while an environment before it is not promoted. If it is ended ' +
    'half-way, the same command goes on.'
  static override args = {
    environment: Args.string({ required: true, description: 'an environment of the file', ignoreStdin: true }),
  }
  static override flags = {
    ...rolloutFlags,
    yes: runFlags.yes,
    confirm: runFlags.confirm,
    accept: runFlags.accept,
    plan: Flags.string({ summary: 'carry out this plan of operator plan', helpValue: 'FILE', helpGroup: 'ROLLOUT' }),
    'dry-run': Flags.boolean({ summary: 'show the plan, and change nothing', helpGroup: 'ROLLOUT' }),
    output: outputFlag(),
    progress: progressFlag,
  }
  static override examples = [
    { description: 'What it would do', command: '<%= config.bin %> rollout start dev --dry-run' },
    { description: 'In a pipeline', command: '<%= config.bin %> rollout start dev --yes --confirm=kind-dev' },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RolloutStart)
    const open = await this.openRollout(flags)
    const environment = findEnvironment(open.rollout, args.environment)
    const question = { open, environment, flags, report: this.progressReport(flags.progress) }
    if (flags['dry-run']) {
      requireStartable(open.rollout, environment, (await open.store.read()).entries)
      const session = await this.openSession(this.runFlagsOf(flags, environment))
      await this.present((await this.planOfStart(question, session)) as OperatorPlan, operatorPlanView)
      return
    }
    await this.start(question)
    const { entries } = await open.store.read()
    await this.present(statusOf(open.rollout, open.store.place, entries, null), rolloutStatusView)
  }
}
