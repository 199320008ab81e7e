import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { writeStdout } from '../../cli/output.ts'
import { openCluster } from '../../cli/wiring.ts'
import { followEvents, readEvents } from '../../domain/app/events.ts'
import { eventLine, eventsView } from '../../ui/app/events-view.ts'

export default class AppEvents extends BaseCommand {
  static override summary = 'Show the events of an application, drivers and executors in one line of time.'
  static override description =
    'A cluster forgets events, by default after an hour. Those of pods that are gone are found by the names that the ' +
    'operator and Spark give them.'
  static override args = { name: Args.string({ required: true, description: 'the application', ignoreStdin: true }) }
  static override flags = {
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
    follow: Flags.boolean({ char: 'f', summary: 'go on as they come, until Ctrl-C' }),
  }
  static override examples = [
    { description: 'What happened', command: '<%= config.bin %> app events etl -n jobs' },
    { description: 'As it happens', command: '<%= config.bin %> app events etl -n jobs --follow' },
  ]
  static override exitCodes = ['auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppEvents)
    const cluster = await openCluster(flags)
    const scope = { namespace: flags.namespace ?? cluster.identity.namespace, name: args.name }
    if (!flags.follow) {
      await this.present(await readEvents(cluster, scope, this.signal), eventsView)
      return
    }
    for await (const event of followEvents(cluster, scope, this.signal)) await writeStdout(eventLine(event))
  }
}
