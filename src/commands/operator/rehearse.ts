import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag, progressFlag } from '../../cli/flags.ts'
import { planFlags, planQuestion } from '../../cli/operator-flags.ts'
import { openReader, openTargetPorts, openThrowaway } from '../../cli/wiring.ts'
import { readCrds } from '../../domain/operator/discover/crds.ts'
import { Sight } from '../../domain/operator/discover/sight.ts'
import { rehearsalExit, rehearse } from '../../domain/operator/rehearse/rehearse.ts'
import { operatorRehearsalView } from '../../ui/operator-rehearsal-view.ts'

const { offline: _offline, ...flagsOfPlan } = planFlags

export default class OperatorRehearse extends BaseCommand {
  static override summary = 'Rehearse a move, there and back, on a throwaway control plane.'
  static override description =
    'Starts kube-apiserver and etcd (from KUBEBUILDER_ASSETS, the PATH or the cache), loads a snapshot, makes the plan ' +
    'there, really changes the definitions, reads every object back, asks whether each could still be edited, and goes ' +
    'back. What becomes of Deployments, rights and webhooks is foretold from the snapshot, there and back. Your cluster is not touched. Nothing runs there: pods and controllers are not rehearsed. A snapshot ' +
    'holds no values of releases: give them with -f. Ends with 3 if objects were refused, read otherwise than foretold, ' +
    'or did not come back as they were.'
  static override flags = {
    snapshot: Flags.string({ summary: 'what to load (see operator snapshot)', required: true, helpValue: 'DIR' }),
    context: Flags.string({ summary: 'an empty cluster to rehearse on instead', helpValue: 'NAME' }),
    kubeconfig: Flags.string({ summary: 'kubeconfig file of that cluster', dependsOn: ['context'], helpValue: 'FILE' }),
    ...flagsOfPlan,
    output: outputFlag(),
    progress: progressFlag,
  }
  static override examples = [
    {
      description: 'The move of next week, on the objects of today',
      command: '<%= config.bin %> operator rehearse --snapshot mon/ --to 2.5.2.tgz -f v.yaml',
    },
    {
      description: 'With definitions lowered on the way back',
      command: '<%= config.bin %> operator rehearse --snapshot mon/ --to ./1.1.27 --crd lower',
    },
  ]
  static override exitCodes = ['findings', 'data', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(OperatorRehearse)
    const reader = await openReader({ snapshot: flags.snapshot })
    const cluster = await openThrowaway({ context: flags.context, kubeconfig: flags.kubeconfig })
    const question = await planQuestion({ ...flags, offline: false }, { reader, live: cluster })
    const report = this.progressReport(flags.progress)
    const plan = { ...question, ports: await openTargetPorts(), now: this.clock.now(), signal: this.signal, report }
    const sight = new Sight(reader, this.signal)
    const { group } = await readCrds(sight, flags.group)
    const rehearsal = await rehearse({ cluster, sight, group, plan })
    await this.present(rehearsal, operatorRehearsalView, { exit: rehearsalExit(rehearsal) })
  }
}
