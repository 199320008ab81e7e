import { Args, Flags } from '@oclif/core'
import { newRun, scopeOf, selectorFlag } from '../../cli/app-flags.ts'
import { AppRunCommand } from '../../cli/app-run-command.ts'
import { consentFlags } from '../../cli/consent.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { VERSION } from '../../cli/manifest.ts'
import { openCluster } from '../../cli/wiring.ts'
import { pickNamed, planDeletion } from '../../domain/app/delete.ts'
import { MADE_BY } from '../../domain/app/labels.ts'
import { applicationType } from '../../domain/app/read.ts'
import { beginAppRun } from '../../domain/app/run/session.ts'
import { SparkopsError } from '../../domain/errors.ts'
import { isSevere } from '../../domain/plan/gates.ts'
import { appPlanView, appReceiptView } from '../../ui/app/run-view.ts'

export default class AppDelete extends AppRunCommand {
  static override summary = 'Delete applications by name, by label, or all that sparkops made.'
  static override description =
    'Shows first what goes, and asks. Running jobs that sparkops did not make need --confirm=CONTEXT, too. Each is ' +
    'deleted only while it is the one that was shown. --ours sweeps what submit and replicate left.'
  static override args = {
    name: Args.string({ multiple: true, description: 'applications of the namespace', ignoreStdin: true }),
  }
  static override flags = {
    ...kubeFlags,
    ...namespaceFlags,
    ...consentFlags,
    selector: selectorFlag,
    ours: Flags.boolean({ summary: 'only what sparkops made' }),
    'dry-run': Flags.boolean({ summary: 'show what would go, and delete nothing' }),
    resume: Flags.string({
      summary: 'go on with a run: its name, or last',
      helpValue: 'RUN',
      exclusive: ['ours', 'dry-run'],
    }),
  }
  static override examples = [
    { description: 'One', command: '<%= config.bin %> app delete etl-try1 -n jobs' },
    { description: 'All that we made, everywhere', command: '<%= config.bin %> app delete --ours -A --yes' },
  ]

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppDelete)
    const cluster = await openCluster(flags)
    const session = await this.session(cluster)
    if (flags.resume !== undefined) {
      await this.resume(session, flags.resume, 'app delete')
      return
    }
    const names = args.name ?? []
    if (names.length === 0 && flags.selector === undefined && !flags.ours) throw nothingNamed()
    const scope = scopeOf(cluster, flags)
    const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
    const labelSelector = [flags.selector, flags.ours ? MADE_BY : undefined].filter(Boolean).join(',') || undefined
    const { items } = await cluster.list(type, { namespace: scope.namespace, labelSelector, signal: this.signal })
    const applications = names.length === 0 ? items : pickNamed(items, names, scope.namespace ?? '')
    const { identity } = cluster
    const plan = planDeletion({ applications, identity, toolVersion: VERSION, now: this.clock.now() })
    if (flags['dry-run'] || plan.steps.length === 0) {
      await this.present(plan, appPlanView)
      return
    }
    for (const { title } of plan.steps) this.note(title)
    const question = `Delete ${plan.steps.length} applications on ${plan.target.name}`
    await this.consent({ question, severe: isSevere(plan), name: plan.target.name }, flags)
    const begin = { id: newRun(this.clock), purpose: 'app delete' }
    const receipt = await this.carry(session, plan.steps.length, (open) => beginAppRun(open, plan, begin))
    await this.present(receipt, appReceiptView)
  }
}

function nothingNamed(): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message: 'nothing is named that should go',
    why: 'there is no name, no -l SELECTOR and no --ours',
    hint: 'sparkops app list shows what is there; --ours takes all that sparkops made',
    exit: 'usage',
  })
}
