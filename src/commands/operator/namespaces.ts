import { newRun } from '../../cli/app-flags.ts'
import { consentFlags } from '../../cli/consent.ts'
import { kubeFlags, snapshotFlag } from '../../cli/kube-flags.ts'
import { VERSION } from '../../cli/manifest.ts'
import { namespacesFlags, probeTimeout } from '../../cli/namespaces-flags.ts'
import { exitOfPlan, TrialCommand } from '../../cli/trial-command.ts'
import { openCluster, openReader } from '../../cli/wiring.ts'
import type { NamespaceMatrix } from '../../domain/operator/namespaces/document.ts'
import { lookAtNamespaces } from '../../domain/operator/namespaces/look.ts'
import { judgedMatrix } from '../../domain/operator/namespaces/matrix.ts'
import { planProbe, requireProbeRights } from '../../domain/operator/namespaces/plan-probe.ts'
import { NAMESPACE_PROBE } from '../../domain/operator/namespaces/probe.ts'
import { namespaceMatrixView } from '../../ui/operator/namespaces-view.ts'
import { trialPlanView } from '../../ui/operator/trial-plan-view.ts'

export default class OperatorNamespaces extends TrialCommand {
  static override summary = 'Show where an operator acts: meant, declared, permitted, covered, observed.'
  static override description =
    'Holds what the values mean, what the arguments say, what roles permit and what the webhook covers against each ' +
    'other, namespace by namespace. --probe also makes an application that cannot run in each, and in one that should ' +
    'not be watched, sees which are taken up, and deletes them again. Ends with 3 where the columns do not agree.'
  static override flags = {
    ...kubeFlags,
    ...consentFlags,
    snapshot: snapshotFlag,
    ...namespacesFlags,
  }
  static override examples = [
    { description: 'Reading only', command: '<%= config.bin %> operator namespaces' },
    {
      description: 'With probes, in a pipeline',
      command: '<%= config.bin %> operator namespaces --probe --yes --json',
    },
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(OperatorNamespaces)
    const { operator, meant, namespace: also = [], ...place } = flags
    if (flags.resume !== undefined) {
      const session = await this.trialSession(await openCluster(place))
      await this.show(await this.goOnWith(session, NAMESPACE_PROBE, flags.resume))
      return
    }
    const question = { operator, meant, also, now: this.clock.now(), signal: this.signal }
    if (!flags.probe) {
      const { matrix } = await lookAtNamespaces(await openReader(place), question)
      await this.show(judgedMatrix(matrix))
      return
    }
    const cluster = await openCluster(place)
    const { discovery, installed, matrix } = await lookAtNamespaces(cluster, question)
    const run = newRun(this.clock)
    const wish = { run, outside: flags.outside, timeoutMs: probeTimeout(flags.timeout) }
    const plan = planProbe(cluster, discovery, installed, matrix, { ...wish, toolVersion: VERSION, now: question.now })
    await requireProbeRights(cluster, plan)
    if (flags['dry-run']) await this.present(plan, trialPlanView, { exit: exitOfPlan(plan) })
    else await this.show(await this.tryOut(await this.trialSession(cluster), NAMESPACE_PROBE, plan, { ...flags, run }))
  }

  private async show(found: unknown): Promise<void> {
    const matrix = found as NamespaceMatrix
    await this.present(matrix, namespaceMatrixView, { exit: matrix.exit })
  }
}
