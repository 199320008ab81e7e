import { Args, Flags } from '@oclif/core'
import { scopeOf } from '../../cli/app-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { kubeFlags, namespaceFlags, snapshotFlag } from '../../cli/kube-flags.ts'
import { openCluster, openReader } from '../../cli/wiring.ts'
import { followStatus } from '../../domain/app/follow.ts'
import { applicationStatus, seenExit } from '../../domain/app/list.ts'
import { Sight } from '../../domain/operator/discover/sight.ts'
import { applicationStatusView } from '../../ui/app/list-view.ts'
import { liveStatusView } from '../../ui/app/live-view.ts'

export default class AppStatus extends BaseCommand {
  static override summary = 'Show an application with driver, executors, queue, attempts and failures.'
  static override description =
    'The reason is found by rules, with whose side it is on (operator, cluster or job), and what it was read from. ' +
    'Where nothing that is left tells, it says so.'
  static override args = { name: Args.string({ required: true, description: 'the application', ignoreStdin: true }) }
  static override flags = {
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
    snapshot: snapshotFlag,
    watch: Flags.boolean({ char: 'w', summary: 'go on as it changes, until it ends', exclusive: ['snapshot'] }),
  }
  static override examples = [
    { description: 'Why it does not run', command: '<%= config.bin %> app status etl -n jobs' },
    { description: 'Until it ends', command: '<%= config.bin %> app status etl -n jobs --watch' },
  ]
  static override exitCodes = ['inconclusive', 'auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppStatus)
    if (flags.watch) {
      const cluster = await openCluster(flags)
      const scope = { namespace: flags.namespace ?? cluster.identity.namespace, name: args.name }
      const now = (): number => this.clock.now()
      const options = { signal: this.signal, now, onTrouble: (trouble: string) => this.note(trouble) }
      await this.presentLive(followStatus(cluster, scope, options), liveStatusView)
      return
    }
    const reader = await openReader(flags)
    const scope = { ...scopeOf(reader, flags), name: args.name }
    const status = await applicationStatus(new Sight(reader, this.signal), scope, this.clock.now())
    await this.present(status, applicationStatusView, { exit: seenExit(status) })
  }
}
