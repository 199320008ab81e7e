import { Args } from '@oclif/core'
import { outputFlag } from '../../cli/flags.ts'
import { RolloutCommand, rolloutFlags } from '../../cli/rollout-command.ts'
import { usageDumpFlags } from '../../cli/rollout-usage.ts'
import { reportExit } from '../../domain/rollout/report.ts'
import { currentEnvironment, findEnvironment } from '../../domain/rollout/stages.ts'
import { statusOf } from '../../domain/rollout/status.ts'
import { rolloutStatusView } from '../../ui/rollout/rollout-view.ts'

export default class RolloutStatus extends RolloutCommand {
  static override summary = 'Show where each environment of a rollout stands, and what the gates say.'
  static override description =
    'Looks at one environment: the one that is named, or the first that is not promoted. What it sees of applications ' +
    'is kept in the record beside the rollout file, since clusters forget it; before a start this makes the baseline. ' +
    'Changes nothing in the cluster. Ends with 3 where a gate does not hold, 8 where time or applications are wanting, ' +
    '7 where something could not be looked at, and 0 where every gate holds or nothing is under way.'
  static override args = {
    environment: Args.string({ description: 'an environment of the file', ignoreStdin: true }),
  }
  static override flags = { ...rolloutFlags, ...usageDumpFlags, output: outputFlag() }
  static override examples = [
    { description: 'Where it stands', command: '<%= config.bin %> rollout status' },
    {
      description: 'One environment, with its report as files',
      command: '<%= config.bin %> rollout status dev --report reports',
    },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RolloutStatus)
    const open = await this.openRollout(flags)
    const { entries } = await open.store.read()
    const environment =
      args.environment === undefined
        ? currentEnvironment(open.rollout, entries)
        : findEnvironment(open.rollout, args.environment)
    const report = environment === undefined ? null : (await this.look(open, environment, flags)).report
    const status = statusOf(open.rollout, open.store.place, entries, report)
    await this.present(status, rolloutStatusView, { exit: report === null ? 'ok' : reportExit(report) })
  }
}
