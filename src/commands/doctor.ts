import { BaseCommand } from '../cli/base-command.ts'
import { noAnswerWithin } from '../cli/time-limit.ts'
import { findCluster, openMachine } from '../cli/wiring.ts'
import { diagnoseMachine, hasFindings } from '../domain/doctor/diagnose.ts'
import { diagnoseCluster } from '../domain/doctor/diagnose-cluster.ts'
import { doctorView } from '../ui/doctor-view.ts'

/** For one request to a cluster, and for all of them with the login before. */
const REQUEST_MS = 2_000
const CLUSTER_MS = 4_000

export default class Doctor extends BaseCommand {
  static override summary = 'Show what this machine allows, for each group of commands.'
  static override description =
    'Looks at Node, the memory that this process may use, the embedded query engine, and the programs that some ' +
    'commands call; and asks the cluster that the kubeconfig names, where it names one, for its version and for what ' +
    'this login may do. Changes nothing. Ends with 3 if a group of commands cannot work here.'
  static override examples = [
    { description: 'What works on this machine', command: '<%= config.bin %> doctor' },
    { description: 'The same for a program', command: '<%= config.bin %> doctor -o json' },
  ]
  static override exitCodes = ['findings'] as const

  async run(): Promise<void> {
    await this.parse(Doctor)
    const cluster = diagnoseCluster(() => findCluster(REQUEST_MS), noAnswerWithin(CLUSTER_MS))
    const report = await diagnoseMachine(await openMachine(), cluster)
    await this.present(report, doctorView, { exit: hasFindings(report) ? 'findings' : 'ok' })
  }
}
