import { Args } from '@oclif/core'
import { newRun, scopeOf, selectorFlag } from '../../cli/app-flags.ts'
import { AppRunCommand } from '../../cli/app-run-command.ts'
import { consentFlags } from '../../cli/consent.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { VERSION } from '../../cli/manifest.ts'
import { mapsOf, replicateFlags, wishesOf } from '../../cli/replicate-flags.ts'
import { openCluster } from '../../cli/wiring.ts'
import { chooseOriginals } from '../../domain/app/replicate/choose.ts'
import { requireFreshOriginals } from '../../domain/app/replicate/fresh.ts'
import { planReplication } from '../../domain/app/replicate/plan.ts'
import { beginAppRun, readAppPlan } from '../../domain/app/run/session.ts'
import { Sight } from '../../domain/operator/discover/sight.ts'
import { isSevere, refuseBlocked } from '../../domain/plan/gates.ts'
import { appPlanView, appReceiptView } from '../../ui/app/run-view.ts'

export default class AppReplicate extends AppRunCommand {
  static override summary = 'Run copies of real jobs with another image, operator or namespace.'
  static override description =
    'A copy has a name, labels and ids of its own, never restarts, and goes by itself. Where it would write where the ' +
    'original writes, or might, it is refused until that is mapped or allowed. What it needs is looked for first. The ' +
    'plan can be saved (--dry-run -o json) and carried out later (--plan); a run that was killed goes on with --resume.'
  static override args = {
    name: Args.string({ multiple: true, description: 'applications of the namespace', ignoreStdin: true }),
  }
  static override flags = {
    ...kubeFlags,
    ...namespaceFlags,
    ...consentFlags,
    ...replicateFlags,
    selector: selectorFlag,
  }
  static override examples = [
    {
      description: 'One job on another image, its output elsewhere',
      command: '<%= config.bin %> app replicate etl --image spark:4 --map s3a://a=s3a://b',
    },
    {
      description: 'Read the plan first',
      command: '<%= config.bin %> app replicate -l tier=nightly --image spark:4.0.1 --dry-run',
    },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppReplicate)
    const cluster = await openCluster(flags)
    const session = await this.session(cluster)
    if (flags.resume !== undefined) {
      await this.resume(session, flags.resume, 'app replicate')
      return
    }
    const run = newRun(this.clock)
    const plan =
      flags.plan === undefined
        ? await planReplication(cluster, new Sight(cluster, this.signal), {
            ...wishesOf(flags, run),
            originals: await chooseOriginals(cluster, {
              ...{ scope: scopeOf(cluster, flags), names: args.name ?? [], schedules: flags.schedule ?? [] },
              ...{ most: flags.most, signal: this.signal },
            }),
            ...{ maps: mapsOf(flags.map), allowed: flags['allow-write'] ?? [], atOnce: flags['at-once'] },
            ...{ toolVersion: VERSION, now: this.clock.now() },
          })
        : readAppPlan(await this.readText(flags.plan), flags.plan, session)
    const isBlocked = plan.findings.some(({ gate }) => gate === 'block')
    if (flags['dry-run'] || isBlocked) await this.present(plan, appPlanView, { exit: isBlocked ? 'findings' : 'ok' })
    refuseBlocked(plan)
    if (flags['dry-run']) return
    await requireFreshOriginals(plan, cluster, this.signal)
    this.note(plan.steps.map(({ title }) => title).join('\n'))
    const { name } = plan.target
    await this.consent({ question: `Run ${plan.steps.length} copies on ${name}`, severe: isSevere(plan), name }, flags)
    await this.present(
      await this.carry(session, plan.steps.length, (open) =>
        beginAppRun(open, plan, { id: run, purpose: 'app replicate' }),
      ),
      appReceiptView,
    )
  }
}
