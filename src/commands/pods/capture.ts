import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { captureFlags, captureRequest } from '../../cli/capture-flags.ts'
import { progressFlag } from '../../cli/flags.ts'
import { kubeFlags, namespaceFlags, snapshotFlag } from '../../cli/kube-flags.ts'
import { finishByOneself } from '../../cli/shutdown.ts'
import { openCluster, openReader } from '../../cli/wiring.ts'
import { captureOnce, capturePods } from '../../domain/pods/capture/capture-pods.ts'
import { podCaptureView } from '../../ui/pod-capture-view.ts'

export default class PodsCapture extends BaseCommand {
  static override summary = 'Record driver and executor pods as they are made, for diff and verify.'
  static override description =
    'Begin it before the application is submitted: it watches the driver, each executor as it is made, the ' +
    'SparkApplication, and the ConfigMaps, Services and events that belong to them, and writes a directory that the ' +
    'other commands read. Values that are called secret are masked, and Secrets are never read. Ends with 0 when all ' +
    'was seen that it waited for, with 7 when something was not, with 8 when --timeout came first; the directory can ' +
    'be read in all cases.'
  static override strict = false
  static override args = {
    app: Args.string({
      description: 'applications, also before they are there; all of the namespace unless given',
      multiple: true,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    ...captureFlags,
    ...namespaceFlags,
    ...kubeFlags,
    snapshot: snapshotFlag,
    progress: progressFlag,
  }
  static override examples = [
    {
      description: 'Before etl is submitted, until its executors are there',
      command: '<%= config.bin %> pods capture etl -n jobs --out with-webhook',
    },
    {
      description: 'A whole run, with how it ended',
      command: '<%= config.bin %> pods capture etl -n jobs --until ended --out run',
    },
    { description: 'What runs now', command: '<%= config.bin %> pods capture -A --once --out now' },
  ]
  static override exitCodes = ['auth', 'inconclusive', 'pending', 'unreachable'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(PodsCapture)
    const isOnce = flags.once || flags.snapshot !== undefined
    const reader = isOnce ? await openReader(flags) : undefined
    const cluster = reader === undefined ? await openCluster(flags) : undefined
    const { namespace } = (reader ?? cluster)!.identity
    const asked = await captureRequest(flags, argv as string[], namespace)
    const finished = finishByOneself()
    const request = {
      ...asked,
      clock: this.clock,
      signal: this.signal,
      report: this.progressReport(flags.progress),
      onReady: () => this.note(`watching ${asked.namespace ?? 'all namespaces'}: submit now`),
    }
    const capture = cluster === undefined ? await captureOnce(reader!, request) : await capturePods(cluster, request)
    finished()
    if (flags['include-secrets']) this.warning(`${flags.out} may hold secrets: keep it as you keep them`)
    await this.present(capture, podCaptureView, { exit: capture.exit })
  }
}
