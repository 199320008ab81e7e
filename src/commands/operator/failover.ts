import { Flags } from '@oclif/core'
import { newRun } from '../../cli/app-flags.ts'
import { consentFlags } from '../../cli/consent.ts'
import { failoverFlags, failoverWish, fileOf } from '../../cli/failover-flags.ts'
import { outputFlag } from '../../cli/flags.ts'
import { kubeFlags } from '../../cli/kube-flags.ts'
import { FailoverCommand } from '../../cli/failover-command.ts'
import { exitOfPlan, requireForms } from '../../cli/trial-command.ts'
import { openCluster } from '../../cli/wiring.ts'
import { prepareFailover } from '../../domain/operator/failover/prepare.ts'
import { FAILOVER } from '../../domain/operator/failover/verbs.ts'
import { trialPlanView } from '../../ui/operator/trial-plan-view.ts'

export default class OperatorFailover extends FailoverCommand {
  static override summary = 'Take the leading operator away, and prove that no application is lost by it.'
  static override description =
    'Watches, removes the pod that holds the lock (or keeps it from renewing), measures how long it takes until the ' +
    'next one has the lock and until it works, and judges every application by its uid: lost, submitted twice, ' +
    'restarted, or fired other than once. --apps submits applications before, in between and after, and deletes them ' +
    'again. Refuses (3) where there is no lock or nobody stands by. Ends with 3 if an application was hurt, with 7 if ' +
    'something that would decide was not seen.'
  static override flags = {
    ...kubeFlags,
    ...consentFlags,
    ...failoverFlags,
    output: outputFlag('junit'),
    'dry-run': Flags.boolean({ summary: 'show what would be done, and do nothing' }),
  }
  static override examples = [
    {
      description: 'With ten test applications, as a pod is deleted',
      command: '<%= config.bin %> operator failover --apps 10 --file pi.yaml -n jobs',
    },
    {
      description: 'A leader that cannot renew, with a page for who asks',
      command: '<%= config.bin %> operator failover --by cut --yes --report failover.html',
    },
    { description: 'Only watch, during an upgrade of nodes', command: '<%= config.bin %> operator failover --observe' },
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(OperatorFailover)
    requireForms(flags.report ?? [])
    const wish = failoverWish(flags, newRun(this.clock))
    const file = await fileOf(flags)
    const session = await this.trialSession(await openCluster(flags))
    const question = { ...session, ...wish, operator: flags.operator, namespace: flags.namespace }
    if (flags.resume !== undefined) {
      await this.show(await this.goOnWith(session, FAILOVER, flags.resume), flags)
    } else if (flags.observe) await this.observe(session, question, flags)
    else {
      const plan = await prepareFailover({ ...question, apps: flags.apps, file })
      if (flags['dry-run']) await this.present(plan, trialPlanView, { exit: exitOfPlan(plan) })
      else await this.show(await this.tryOut(session, FAILOVER, plan, { ...flags, run: wish.run }), flags)
    }
  }
}
