import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { kafkaFlags } from '../../cli/kafka-flags.ts'
import { s3Flags } from '../../cli/s3-flags.ts'
import { compactInto } from '../../cli/compact-command.ts'
import { dumpArgs, ledgerFlags } from '../../cli/usage-flags.ts'
import { compactionView } from '../../ui/compaction-view.ts'

export default class UsageCompact extends BaseCommand {
  static override summary = 'Take dumps into a small store that usage is computed from.'
  static override description =
    'Packs what dumps say of usage into Parquet files by day. The next run reads only what is new; a run that was ' +
    'killed is made good by the next. Every usage command takes the store in place of the dumps, and gives the same ' +
    'answer. Where bounds change, the store keeps what was stated before, and rows that correct it.'
  static override args = dumpArgs
  static override flags = {
    store: Flags.string({
      summary: 'the store: a directory, or s3://BUCKET/PREFIX',
      required: true,
      helpValue: 'PLACE',
    }),
    'batch-size': Flags.string({
      summary: 'dumps taken in by one step, as stored; a killed run loses no more than a step',
      default: '1GiB',
      helpValue: 'SIZE',
    }),
    cluster: ledgerFlags.cluster,
    lenient: ledgerFlags.lenient,
    ...s3Flags('READING'),
    ...kafkaFlags('READING'),
    memory: ledgerFlags.memory,
    progress: ledgerFlags.progress,
    output: outputFlag(),
  }
  static override examples = [
    { description: 'What came since the last time', command: '<%= config.bin %> usage compact dumps/ --store usage/' },
    {
      description: 'From a bucket to a bucket',
      command: '<%= config.bin %> usage compact s3://yk/events/ --store s3://yk/usage/',
    },
    { description: 'Then compute', command: '<%= config.bin %> usage compute usage/ --by queue --window month' },
  ]
  static override exitCodes = ['data', 'stale', 'unreachable'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsageCompact)
    const done = await compactInto(argv as string[], flags, this.clock, this.progressReport(flags.progress))
    for (const name of done.objects.changed)
      this.warning(`${name} was written anew since it was read: what it says now was added, nothing was taken away.`)
    for (const { file, line, why } of done.broken.slice(0, 10)) this.warning(`${file}:${line}: left out: ${why}`)
    await this.present(done, compactionView)
  }
}
