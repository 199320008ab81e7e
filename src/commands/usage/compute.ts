import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { questionFlags, readingOf, readQuestion } from '../../cli/question-flags.ts'
import { dumpArgs, ledgerFlags, tellReading, withLedger } from '../../cli/usage-flags.ts'
import { answer } from '../../domain/usage/answer.ts'
import { writeParquet } from '../../domain/usage/export-parquet.ts'
import { usageView } from '../../ui/usage-view.ts'

export default class UsageCompute extends BaseCommand {
  static override summary = 'Compute who used what from dumps of YuniKorn events.'
  static override description =
    'Sums up resources x seconds of every allocation, to the integer, as YuniKorn counts. Where the end of an ' +
    'allocation was not seen, it gives a lower and an upper bound. Every row says exact, bounded or open.'
  static override args = dumpArgs
  static override flags = { ...questionFlags, ...ledgerFlags, output: outputFlag('csv', 'focus', 'parquet') }
  static override examples = [
    { description: 'Usage by application', command: '<%= config.bin %> usage compute examples/restart' },
    {
      description: 'By queue and hour, for a program',
      command: '<%= config.bin %> usage compute dump/ --by queue --window hour --json',
    },
    {
      description: 'What each user costs',
      command: '<%= config.bin %> usage compute dump/ --by user --prices prices.yaml',
    },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UsageCompute)
    const question = await readQuestion(flags)
    const within = readingOf(question, flags)
    const report = this.progressReport(flags.progress)
    const context = { wantUsers: question.by.includes('user'), report, ...(within && { within }) }
    const list = await withLedger(argv as string[], flags, context, async (ledger, { read, of }) => {
      if (read < of) this.note(`Read ${read} of ${of} inputs: the others lie apart from the time asked for.`)
      const found = await answer(ledger, question)
      if (flags.output === 'parquet') await writeParquet(ledger.store, found, flags.file)
      return found
    })
    for (const warning of tellReading(list.summary)) this.warning(warning)
    if (flags.output === 'parquet') this.note(`Wrote ${flags.file ?? ''}.`)
    else await this.present(list, usageView, { file: flags.file })
  }
}
