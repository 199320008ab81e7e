import { Args, Flags } from '@oclif/core'
import { changeText, scopeOf, selectorFlag, timeoutFlag, timeoutOf } from '../../cli/app-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { openCluster } from '../../cli/wiring.ts'
import { SparkopsError } from '../../domain/errors.ts'
import { keyOf } from '../../domain/app/read.ts'
import { CONDITIONS, waitFor } from '../../domain/app/wait.ts'
import { waitView } from '../../ui/app/wait-view.ts'

export default class AppWait extends BaseCommand {
  static override summary = 'Wait until applications run, complete, end or are gone.'
  static override description =
    'Ends with 0 when all are there, with 1 as soon as none is open and one never can be (it failed, or was deleted), ' +
    'and with 8 when the time is over. On the way it tells each change on standard error.'
  static override args = {
    name: Args.string({
      multiple: true,
      description: 'applications; all of the selector unless given',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
    selector: selectorFlag,
    for: Flags.option({
      summary: 'what to wait for; running: its driver has begun; ended: completed or failed',
      options: CONDITIONS,
      default: 'completed' as const,
      helpValue: 'WHAT',
    })(),
    timeout: timeoutFlag,
  }
  static override examples = [
    { description: 'In a pipeline', command: '<%= config.bin %> app wait etl -n jobs --for ended --timeout 30m' },
    {
      description: 'All of one burst',
      command: '<%= config.bin %> app wait -l sparkops.dev/run=20261123T003412Z-3fa9c1',
    },
  ]
  static override exitCodes = ['pending', 'auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppWait)
    const names = args.name ?? []
    if (names.length === 0 && flags.selector === undefined) throw nothingNamed()
    const cluster = await openCluster(flags)
    const scope = scopeOf(cluster, flags)
    const wait = await waitFor({
      cluster,
      scope: names.length === 1 ? { ...scope, name: names[0] } : scope,
      keys: names.length === 0 ? undefined : names.map((name) => keyOf(scope.namespace, name)),
      condition: flags.for,
      timeoutMs: timeoutOf(flags.timeout),
      signal: this.signal,
      now: () => this.clock.now(),
      onChange: (row) => this.note(changeText(row)),
      onTrouble: (trouble) => this.note(trouble),
    })
    await this.present(wait, waitView, { exit: wait.exit })
  }
}

function nothingNamed(): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message: 'no application is named',
    why: 'neither a name nor -l SELECTOR says which are meant',
    hint: 'sparkops app list shows those of a namespace',
    exit: 'usage',
  })
}
