import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag, progressFlag } from '../../cli/flags.ts'
import { kubeFlags, snapshotFlag } from '../../cli/kube-flags.ts'
import { planFlags, planQuestion } from '../../cli/operator-flags.ts'
import { writeFileWhole } from '../../cli/output.ts'
import { openCluster, openReader, openTargetPorts } from '../../cli/wiring.ts'
import type { OperatorPlan as OperatorPlanDocument } from '../../domain/operator/plan/operator-plan.ts'
import { planExit } from '../../domain/operator/plan/plan-move.ts'
import { planOperator } from '../../domain/operator/plan/plan-operator.ts'
import { operatorPlanView } from '../../ui/operator-plan-view.ts'

export default class OperatorPlan extends BaseCommand {
  static override summary = 'Plan a move of the Spark Operator to another version, forward or back.'
  static override description =
    'Says what would change, what could be hurt and which jobs by name, what is done about it, how long new ' +
    'submissions stand still, where there is no way back, and how to go back. Every live object is judged under the ' +
    'definitions to come by the API server itself, through a temporary definition that is deleted again; --offline ' +
    'does without. Changes nothing else. Ends with 3 if something stops the move, and with 7 if not everything could ' +
    'be seen. A saved plan holds the values of the release: treat it as you treat those.'
  static override flags = {
    ...kubeFlags,
    snapshot: snapshotFlag,
    ...planFlags,
    out: Flags.string({ summary: 'also save the plan, for operator apply', helpValue: 'FILE', helpGroup: 'PLAN' }),
    'detailed-exitcode': Flags.boolean({ summary: 'end with 2 when the plan is not empty', helpGroup: 'PLAN' }),
    output: outputFlag(),
    progress: progressFlag,
  }
  static override examples = [
    {
      description: 'To a chart, with the values of the release and a file over them',
      command: '<%= config.bin %> operator plan --to spark/spark-operator@2.5.2 -f v2.yaml',
    },
    {
      description: 'Back, and saved for operator apply',
      command: '<%= config.bin %> operator plan --to ./chart-1.1.27.tgz --out back.json',
    },
  ]
  static override exitCodes = ['changes', 'findings', 'inconclusive', 'auth', 'data', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(OperatorPlan)
    const live = flags.snapshot === undefined ? await openCluster(flags) : undefined
    const reader = live ?? (await openReader(flags))
    const question = await planQuestion(flags, { reader, live })
    const ports = await openTargetPorts()
    const report = this.progressReport(flags.progress)
    const plan = await planOperator({ ...question, ports, now: this.clock.now(), signal: this.signal, report })
    if (flags.out !== undefined)
      await writeFileWhole(flags.out, [`${JSON.stringify(plan, null, 2)}\n`], { mode: 0o600 })
    await this.present(plan as OperatorPlanDocument, operatorPlanView, {
      exit: planExit(plan, { isDetailed: flags['detailed-exitcode'] }),
    })
  }
}
