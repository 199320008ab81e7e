import { Args, Flags } from '@oclif/core'
import { consentFlags } from '../../cli/consent.ts'
import { outputFlag } from '../../cli/flags.ts'
import { RolloutCommand, rolloutFlags } from '../../cli/rollout-command.ts'
import { usageDumpFlags } from '../../cli/rollout-usage.ts'
import type { GateName } from '../../domain/rollout/gates/gate.ts'
import { findEnvironment, promote, requireOpen, requireSoaking } from '../../domain/rollout/stages.ts'
import { statusOf } from '../../domain/rollout/status.ts'
import { rolloutStatusView } from '../../ui/rollout/rollout-view.ts'

export default class RolloutPromote extends RolloutCommand {
  static override summary = 'Declare an environment good, so that the next may be started.'
  static override description =
    'Evaluates every gate once more, and refuses unless each holds or was accepted by its name. Records who, when, and ' +
    'what each gate said. Of two who promote at once one wins, and the other is told (5). Changes nothing in the cluster ' +
    'but the state, where that is kept in one.'
  static override args = {
    environment: Args.string({ required: true, description: 'an environment of the file', ignoreStdin: true }),
  }
  static override flags = {
    ...rolloutFlags,
    ...usageDumpFlags,
    yes: consentFlags.yes,
    accept: Flags.string({
      summary: 'a gate to take as it is, by its name; may be repeated, and is recorded',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'GATE',
      helpGroup: 'CONSENT',
    }),
    output: outputFlag(),
  }
  static override examples = [
    { description: 'By hand', command: '<%= config.bin %> rollout promote dev' },
    {
      description: 'In a pipeline, without a dump of usage',
      command: '<%= config.bin %> rollout promote dev --yes --accept usage',
    },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RolloutPromote)
    const open = await this.openRollout(flags)
    const environment = findEnvironment(open.rollout, args.environment)
    await open.store.settle()
    requireSoaking(environment, (await open.store.read()).entries)
    const accepted = (flags.accept ?? []) as GateName[]
    const { report, seen } = await this.look(open, environment, flags, accepted)
    requireSoaking(environment, seen.entries)
    requireOpen(report, accepted)
    await this.consent({ question: `Promote ${environment.name}`, severe: false, name: environment.context }, flags)
    const { entries } = await promote(report, { store: open.store, seen, by: open.by, accepted })
    await this.present(statusOf(open.rollout, open.store.place, entries, null), rolloutStatusView)
  }
}
