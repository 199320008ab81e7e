import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { collectFlags, collectorLog, settingsOf, sinkAccessOf } from '../../cli/collect-flags.ts'
import { runCollector } from '../../cli/collect-command.ts'
import { kubeFlags } from '../../cli/kube-flags.ts'
import { openSink } from '../../cli/usage-wiring.ts'
import { parseSink } from '../../domain/usage/collect/targets.ts'
import { collectionView } from '../../ui/collection-view.ts'

export default class UsageCollect extends BaseCommand {
  static override summary = 'Take every event of a scheduler, beside it, and keep them.'
  static override description =
    'A sidecar of YuniKorn 1.4 and newer. Polls its events by number, writes each with its number to a spool on the ' +
    'local disk, and hands them on; what a sink has not kept stays in the spool. What is missing is marked. Stops at ' +
    'SIGTERM or Ctrl-C, after handing on what it has; ends with 6 when something is left, which the next start hands on.'
  static override flags = {
    ...collectFlags,
    pods: Flags.boolean({ summary: 'list pods of the cluster too, after restarts and gaps: tighter bounds' }),
    ...kubeFlags,
  }
  static override examples = [
    {
      description: 'Beside the scheduler, to files',
      command: '<%= config.bin %> usage collect --cluster prod --spool /sp --to files:/events',
    },
    {
      description: 'To a topic',
      command: '<%= config.bin %> usage collect --cluster c --spool /s --to kafka://k:9092/yk',
    },
    {
      description: 'What there is now, and no more',
      command: '<%= config.bin %> usage collect --cluster c --spool /s --to files:/yk --once',
    },
  ]
  static override exitCodes = ['partial', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(UsageCollect)
    const settings = await settingsOf(flags)
    const targets = flags.to.map(parseSink)
    const access = await sinkAccessOf(flags)
    const sinks = await Promise.all(targets.map(async (target) => await openSink(target, flags.cluster, access)))
    const report = await runCollector(
      { ...settings, sinks, pods: flags.pods ? flags : undefined },
      {
        clock: this.clock,
        signal: this.signal,
        log: collectorLog(flags['log-format'], (line) => this.note(line)),
      },
    )
    const isLeft = report.sinks.some(({ left }) => left > 0)
    await this.present(report, collectionView, { exit: isLeft ? 'partial' : 'ok' })
  }
}
