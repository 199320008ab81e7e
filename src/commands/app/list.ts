import { Flags } from '@oclif/core'
import { scopeOf, selectorFlag } from '../../cli/app-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { kubeFlags, namespaceFlags, snapshotFlag } from '../../cli/kube-flags.ts'
import { openCluster, openReader } from '../../cli/wiring.ts'
import { followList } from '../../domain/app/follow.ts'
import { listApplications, seenExit } from '../../domain/app/list.ts'
import { Sight } from '../../domain/operator/discover/sight.ts'
import { applicationListView } from '../../ui/app/list-view.ts'
import { liveListView } from '../../ui/app/live-view.ts'

export default class AppList extends BaseCommand {
  static override summary = 'List applications with driver, executors, queue, attempts and troubles.'
  static override description =
    'What kubectl shows in five lists, joined: the SparkApplication, its driver of this attempt, its executors, the ' +
    'queue that YuniKorn takes it to be in, and one line for a failure. --watch draws it anew on a terminal, and gives ' +
    'a line for each change elsewhere.'
  static override flags = {
    ...kubeFlags,
    ...namespaceFlags,
    selector: selectorFlag,
    snapshot: snapshotFlag,
    watch: Flags.boolean({ char: 'w', summary: 'go on as they change, until Ctrl-C', exclusive: ['snapshot'] }),
  }
  static override examples = [
    { description: 'Those of a namespace', command: '<%= config.bin %> app list -n jobs' },
    { description: 'All, as they change', command: '<%= config.bin %> app list -A --watch' },
  ]
  static override exitCodes = ['inconclusive', 'auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(AppList)
    if (flags.watch) {
      const cluster = await openCluster(flags)
      const now = (): number => this.clock.now()
      const options = { signal: this.signal, now, onTrouble: (trouble: string) => this.note(trouble) }
      await this.presentLive(followList(cluster, scopeOf(cluster, flags), options), liveListView)
      return
    }
    const reader = await openReader(flags)
    const list = await listApplications(new Sight(reader, this.signal), scopeOf(reader, flags), this.clock.now())
    await this.present(list, applicationListView, { exit: seenExit(list) })
  }
}
