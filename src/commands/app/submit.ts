import { Args, Flags } from '@oclif/core'
import { changeText, newRun, rateOf, sleeper, tellingWhatGoesOn, timeoutFlag, timeoutOf } from '../../cli/app-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { consentFlags } from '../../cli/consent.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { findObjectFiles, openCluster } from '../../cli/wiring.ts'
import { applicationType } from '../../domain/app/read.ts'
import { prepareApplications, readApplication } from '../../domain/app/submit/prepare.ts'
import { dryRunOf, submitApplications } from '../../domain/app/submit/submit.ts'
import { validateApplication } from '../../domain/app/submit/validate.ts'
import type { WaitRow } from '../../domain/app/wait.ts'
import { submissionView } from '../../ui/app/wait-view.ts'

const many = { multiple: true, multipleNonGreedy: true } as const

export default class AppSubmit extends BaseCommand {
  static override summary = 'Submit a SparkApplication from a file, and follow it to its end.'
  static override description =
    'The API server looks at it first in strict mode: a field it does not know is refused by name, and nothing is ' +
    'created. --wait follows it and ends as the job does: 0 completed, 1 failed, with the reason, 8 still running. ' +
    '--count and --rate submit a burst and tell percentiles of how long submissions took, as this machine saw them.'
  static override args = {
    file: Args.string({ required: true, ignoreStdin: true, description: 'a SparkApplication; - for standard input' }),
  }
  static override flags = {
    ...kubeFlags,
    ...consentFlags,
    namespace: namespaceFlags.namespace,
    set: Flags.string({ summary: 'change a field; null removes it', helpValue: 'PATH=VALUE', ...many }),
    image: Flags.string({ summary: 'the image of driver and executors', helpValue: 'IMAGE' }),
    'name-suffix': Flags.string({ summary: 'added to the name', helpValue: 'TEXT' }),
    'dry-run': Flags.boolean({ summary: 'let the API server look at it, and create nothing' }),
    wait: Flags.boolean({ summary: 'follow it until it has completed or failed' }),
    timeout: timeoutFlag,
    count: Flags.integer({ summary: 'how many, with -1, -2, … behind the name', default: 1, min: 1, max: 2000 }),
    rate: Flags.string({ summary: 'how many in a second', helpValue: 'N', dependsOn: ['count'] }),
  }
  static override examples = [
    {
      description: 'Run a job with another image, and end as it does',
      command: '<%= config.bin %> app submit job.yaml --name-suffix -t1 --wait',
    },
    {
      description: 'What fifty submissions cost',
      command: '<%= config.bin %> app submit pi.yaml --count 50 --rate 5 --yes',
    },
  ]
  static override exitCodes = ['pending', 'partial', 'data', 'auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppSubmit)
    const read = await readApplication(await findObjectFiles(args.file), args.file)
    const cluster = await openCluster(flags)
    const run = newRun(this.clock)
    const overrides = { set: flags.set ?? [], image: flags.image, nameSuffix: flags['name-suffix'] }
    const place = { namespace: flags.namespace, defaultNamespace: cluster.identity.namespace }
    const objects = prepareApplications(read, { ...overrides, ...place, count: flags.count, run })
    const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
    const checked = { from: read.from, signal: this.signal }
    for (const warning of await validateApplication(cluster, type, objects[0]!, checked)) this.warning(warning)
    if (flags['dry-run']) {
      await this.present(dryRunOf(objects, run), submissionView)
      return
    }
    if (flags.count > 1) {
      const question = `Submit ${flags.count} applications to ${objects[0]!.metadata.namespace ?? ''}`
      await this.consent({ question, severe: false, name: '' }, flags)
    }
    const options = {
      ...{ cluster, type, objects, run, signal: this.signal, sleep: sleeper(this.signal), now: () => this.clock.now() },
      ...{ rate: rateOf(flags.rate), timeoutMs: timeoutOf(flags.timeout) },
      condition: flags.wait ? ('completed' as const) : flags.count > 1 ? ('running' as const) : undefined,
      onChange: (row: WaitRow) => this.note(changeText(row)),
      onTrouble: (trouble: string) => this.note(trouble),
    }
    const hint = `follow it: sparkops app wait -n ${objects[0]!.metadata.namespace ?? ''} -l sparkops.dev/run=${run}`
    const submission = await tellingWhatGoesOn(this.signal, () => submitApplications(options), hint)
    await this.present(submission, submissionView, { exit: submission.exit })
  }
}
