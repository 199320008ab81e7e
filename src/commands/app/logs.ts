import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { writeStdout } from '../../cli/output.ts'
import { openCluster } from '../../cli/wiring.ts'
import { readLogs } from '../../domain/app/logs.ts'
import { parseDuration } from '../../domain/usage/duration.ts'
import { logLine } from '../../ui/app/events-view.ts'

export default class AppLogs extends BaseCommand {
  static override summary = "Show the driver's log, or executors', and follow it over restarts."
  static override description =
    'Knows which pod is the driver of this attempt, and which of its containers is Spark’s. With --follow it goes on ' +
    'with the next driver when the operator runs the application again, and ends when the application has ended.'
  static override args = { name: Args.string({ required: true, description: 'the application', ignoreStdin: true }) }
  static override flags = {
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
    executor: Flags.string({ summary: 'of an executor by its number, or of all', helpValue: 'N|all' }),
    follow: Flags.boolean({ char: 'f', summary: 'go on as it grows, until the application has ended' }),
    since: Flags.string({ summary: 'only what is newer, such as 10m', helpValue: 'TIME' }),
    tail: Flags.integer({ summary: 'only the last lines', helpValue: 'N', min: 0 }),
    prefix: Flags.boolean({
      summary: 'each line behind the name of its pod; by itself with --executor all',
      allowNo: true,
    }),
  }
  static override examples = [
    { description: 'Until it ends', command: '<%= config.bin %> app logs etl -n jobs --follow' },
    {
      description: 'The last lines of all executors',
      command: '<%= config.bin %> app logs etl -n jobs --executor all --tail 20',
    },
  ]
  static override exitCodes = ['auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppLogs)
    const cluster = await openCluster(flags)
    const since = flags.since === undefined ? undefined : Number(parseDuration('--since', flags.since) / 1_000_000n)
    const lines = readLogs(cluster, {
      ...{ namespace: flags.namespace ?? cluster.identity.namespace, name: args.name },
      ...{ executor: flags.executor, follow: flags.follow, tailLines: flags.tail, signal: this.signal },
      sinceTime: since === undefined ? undefined : new Date(this.clock.now() - since).toISOString(),
      note: (text) => this.note(text),
    })
    const hasPrefix = wantsPrefix(flags.prefix, flags.executor)
    for await (const line of lines) await writeStdout(logLine(line, hasPrefix))
  }
}

/** Without either of --prefix and --no-prefix, where several pods speak. */
function wantsPrefix(asked: boolean | undefined, executor: string | undefined): boolean {
  return asked ?? executor === 'all'
}
