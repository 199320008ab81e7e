import { BaseCommand } from '../cli/base-command.ts'
import { openMachine } from '../cli/wiring.ts'
import { diagnoseMachine, hasFindings } from '../domain/doctor/diagnose.ts'
import { doctorView } from '../ui/doctor-view.ts'

export default class Doctor extends BaseCommand {
  static override summary = 'Show what this machine allows, for each group of commands.'
  static override description =
    'Looks at Node, the memory that this process may use, the embedded query engine, and the programs that some ' +
    'commands call. Changes nothing. Ends with 3 if a group of commands cannot work here.'
  static override examples = [
    { description: 'What works on this machine', command: '<%= config.bin %> doctor' },
    { description: 'The same for a program', command: '<%= config.bin %> doctor -o json' },
  ]
  static override exitCodes = ['findings'] as const

  async run(): Promise<void> {
    await this.parse(Doctor)
    const report = await diagnoseMachine(await openMachine())
    await this.present(report, doctorView, { exit: hasFindings(report) ? 'findings' : 'ok' })
  }
}
