import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag, progressFlag } from '../../cli/flags.ts'
import { kubeFlags, namespaceFlags, snapshotFlag } from '../../cli/kube-flags.ts'
import { groupFlag } from '../../cli/operator-flags.ts'
import { openReader } from '../../cli/wiring.ts'
import { discover } from '../../domain/operator/discover/discover.ts'
import { knownReleases } from '../../domain/operator/releases/find-release.ts'
import { operatorStatus, statusExit } from '../../domain/operator/status/status.ts'
import { operatorStatusView } from '../../ui/operator-status-view.ts'

export default class OperatorStatus extends BaseCommand {
  static override summary = 'Show every Spark Operator of a cluster, what it does, and what is wrong.'
  static override description =
    'Finds operators by what they run, not by how they are called; what they are told to watch, their definitions, ' +
    'webhooks, rights, certificates and locks; applications with their drivers, and what is half done or left over. ' +
    'Looks into all namespaces unless one is named. Changes nothing. Ends with 3 if something is broken, and with 7 ' +
    'if something could not be seen.'
  static override flags = {
    ...kubeFlags,
    ...namespaceFlags,
    snapshot: snapshotFlag,
    group: groupFlag,
    output: outputFlag(),
    progress: progressFlag,
  }
  static override examples = [
    { description: 'What is there, and what is wrong', command: '<%= config.bin %> operator status' },
    {
      description: 'The applications of one namespace, for a program',
      command: '<%= config.bin %> operator status -n spark-jobs -o json',
    },
  ]
  static override exitCodes = ['findings', 'inconclusive', 'auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(OperatorStatus)
    const reader = await openReader(flags)
    const now = this.clock.now()
    const namespace = flags['all-namespaces'] ? undefined : flags.namespace
    const report = this.progressReport(flags.progress)
    const discovery = await discover(reader, { group: flags.group, namespace, now, signal: this.signal, report })
    const status = operatorStatus(discovery, now, knownReleases)
    await this.present(status, operatorStatusView, { exit: statusExit(status) })
  }
}
