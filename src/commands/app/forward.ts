import { Args, Flags } from '@oclif/core'
import { sleeper } from '../../cli/app-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { openCluster, openLocalPorts } from '../../cli/wiring.ts'
import { forwardPorts } from '../../domain/app/forward/forward.ts'
import { readPorts } from '../../domain/app/forward/ports.ts'
import { forwardView } from '../../ui/app/forward-view.ts'

export default class AppForward extends BaseCommand {
  static override summary = 'Forward local ports to the driver, by default to its Spark UI.'
  static override description =
    'Knows which pod is the driver and which port its UI has, and says the address once the UI answers. Connections ' +
    'go to the driver that runs when they are made: the ports stay when the operator runs the application again. Ends ' +
    'when the application has ended. With -o json the first line is the document.'
  static override args = {
    name: Args.string({ required: true, description: 'the application', ignoreStdin: true }),
    port: Args.string({
      multiple: true,
      description: 'PORT, LOCAL:REMOTE or :REMOTE; the UI unless given, on its own number or any that is free',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
    address: Flags.string({
      summary: 'address of this machine to listen on; others than its own let everybody in who reaches it',
      default: '127.0.0.1',
      helpValue: 'ADDRESS',
    }),
    wait: Flags.boolean({ summary: 'wait for a driver where none runs' }),
  }
  static override examples = [
    { description: 'Its UI', command: '<%= config.bin %> app forward etl -n jobs' },
    { description: 'A debugger, and the UI on 8080', command: '<%= config.bin %> app forward etl 5005 8080:spark-ui' },
  ]
  static override exitCodes = ['auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppForward)
    const wanted = readPorts(args.port ?? [])
    const cluster = await openCluster(flags)
    if (!/^(127\.|localhost$|::1$)/.test(flags.address))
      this.warning(`whoever reaches ${flags.address} can use what is forwarded, without a login`)
    await forwardPorts({
      ...{ cluster, localPorts: await openLocalPorts(), name: args.name, wanted, address: flags.address },
      namespace: flags.namespace ?? cluster.identity.namespace,
      isPatient: flags.wait,
      signal: this.signal,
      now: () => this.clock.now(),
      sleep: sleeper(this.signal),
      onOpen: async (forward) => await this.present(forward, forwardView, { isLine: true }),
      note: (text) => this.note(text),
    })
  }
}
