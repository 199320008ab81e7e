import { Args, Flags } from '@oclif/core'
import { newRun, sleeper } from '../../cli/app-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { s3Flags } from '../../cli/s3-flags.ts'
import { ledgerFlags } from '../../cli/usage-flags.ts'
import { applyUsageJob, usageJobOf, writeUsageJob } from '../../cli/usage-job.ts'
import { usageJobView } from '../../ui/usage-job-view.ts'

export default class UsageSubmit extends BaseCommand {
  static override summary = 'Take dumps into a usage store with Spark, on a cluster.'
  static override description =
    'Writes a SparkApplication and its program, which pack dumps in a bucket as usage compact does on one machine, ' +
    'with the same rules; usage compute on the store then gives the same answer. --apply puts the program into the ' +
    'store and submits the application.'
  static override args = {
    dump: Args.string({
      required: true,
      multiple: true,
      ignoreStdin: true,
      description: 'prefixes of dumps: s3://BUCKET/PREFIX; plain or gzip',
    }),
  }
  static override flags = {
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
    store: Flags.string({ summary: 'where the store is to be', required: true, helpValue: 's3://BUCKET/PREFIX' }),
    base: Flags.string({ summary: 'a SparkApplication to start from', helpValue: 'FILE' }),
    image: Flags.string({ summary: 'image with Spark, Python 3 and the S3A connector', helpValue: 'IMAGE' }),
    'service-account': Flags.string({ summary: 'account of the driver', helpValue: 'NAME' }),
    queue: Flags.string({ summary: 'queue of YuniKorn', helpValue: 'QUEUE' }),
    name: Flags.string({ summary: 'name of the application', helpValue: 'NAME' }),
    'spark-version': Flags.string({ summary: 'version of Spark in the image', helpValue: 'VERSION' }),
    executors: Flags.integer({ summary: 'number of executors', min: 1 }),
    script: Flags.string({
      summary: 'where the program lies already, such as local:///opt/usage.py',
      helpValue: 'URI',
    }),
    cluster: ledgerFlags.cluster,
    lenient: ledgerFlags.lenient,
    ...s3Flags('READING'),
    out: Flags.string({ summary: 'a directory for application and program', helpValue: 'DIR' }),
    apply: Flags.boolean({ summary: 'put the program into the store, and submit' }),
    output: outputFlag(),
  }
  static override examples = [
    {
      description: 'Look at what would be submitted',
      command: '<%= config.bin %> usage submit s3://y/e --store s3://y/u --base a.yml',
    },
    {
      description: 'Submit it, and compute when it is done',
      command: '<%= config.bin %> usage submit s3://y/e --store s3://y/u --base a.yml --apply',
    },
  ]
  static override exitCodes = ['data', 'stale', 'auth', 'unreachable'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsageSubmit)
    const job = await usageJobOf(argv as string[], flags)
    if (flags.out !== undefined) await writeUsageJob(job, flags.out)
    if (flags.apply) {
      const run = newRun(this.clock)
      const context = { run, signal: this.signal, sleep: sleeper(this.signal), now: () => this.clock.now() }
      const { warnings, next } = await applyUsageJob(job, flags, context)
      for (const warning of warnings) this.warning(warning)
      this.note(next)
    }
    await this.present(job.document, usageJobView)
  }
}
