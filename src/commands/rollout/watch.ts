import { Args, Flags } from '@oclif/core'
import { outputFlag } from '../../cli/flags.ts'
import { pauseUntil } from '../../cli/operator-run-command.ts'
import { RolloutCommand, rolloutFlags } from '../../cli/rollout-command.ts'
import { usageDumpFlags } from '../../cli/rollout-usage.ts'
import { reportExit } from '../../domain/rollout/report.ts'
import { findEnvironment, halt, requireSoaking, whyHalted } from '../../domain/rollout/stages.ts'
import { watchGates } from '../../domain/rollout/watch.ts'
import { parseDuration } from '../../domain/usage/duration.ts'
import { rolloutReportView } from '../../ui/rollout/rollout-view.ts'

const millisecondsOf = (flag: string, text: string): number => Number(parseDuration(flag, text) / 1_000_000n)

export default class RolloutWatch extends RolloutCommand {
  static override summary = 'Watch an environment until its gates decide.'
  static override description =
    'Looks every now and then, keeps what it sees in the record, and tells each gate that changes. Ends with 0 when every ' +
    'gate holds, with 3 when one does not, with 7 when only what cannot be seen is left, and with 8 when the time is over. ' +
    'With --halt, a gate that is not to be waited for stops the rollout at once. May be ended and begun again at any time.'
  static override args = {
    environment: Args.string({ required: true, description: 'an environment of the file', ignoreStdin: true }),
  }
  static override flags = {
    ...rolloutFlags,
    ...usageDumpFlags,
    every: Flags.string({ summary: 'time between two looks', default: '60s', helpValue: 'TIME', helpGroup: 'ROLLOUT' }),
    timeout: Flags.string({ summary: 'how long at most', default: '1h', helpValue: 'TIME', helpGroup: 'ROLLOUT' }),
    halt: Flags.boolean({ summary: 'stop the rollout where a gate says so', helpGroup: 'ROLLOUT' }),
    output: outputFlag(),
  }
  static override examples = [
    {
      description: 'Until it is decided, and stop where it is not to be waited for',
      command: '<%= config.bin %> rollout watch dev --timeout 30d --halt',
    },
    {
      description: 'In a pipeline that runs every hour',
      command: '<%= config.bin %> rollout watch dev --timeout 0s --halt',
    },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RolloutWatch)
    const open = await this.openRollout(flags)
    const environment = findEnvironment(open.rollout, args.environment)
    let seen = await open.store.read()
    requireSoaking(environment, seen.entries)
    const everyMs = Math.max(1000, millisecondsOf('--every', flags.every))
    const until = this.clock.now() + millisecondsOf('--timeout', flags.timeout)
    const report = await watchGates({
      look: async () => {
        const found = await this.look(open, environment, flags)
        seen = found.seen
        return found.report
      },
      now: () => this.clock.now(),
      sleep: pauseUntil(this.signal),
      ...{ everyMs, until },
      onChange: (gate, state, reason) => this.note(`${gate} ${state}: ${reason}`),
      onTrouble: (error) => this.note(`cannot look now: ${(error as Error).message}`),
    })
    if (flags.halt && report.stage === 'soaking' && report.verdict === 'halt') {
      await halt(report, { store: open.store, seen, by: open.by, why: whyHalted(report) })
      this.warning(`${environment.name} is stopped; to go back: sparkops rollout halt ${environment.name} --revert`)
    }
    await this.present(report, rolloutReportView, { exit: reportExit(report) })
  }
}
