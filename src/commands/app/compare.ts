import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { acceptFlag, readAcceptList, readDocuments, readPods } from '../../cli/pods-flags.ts'
import { findObjectFiles } from '../../cli/wiring.ts'
import { compareOutcomes } from '../../domain/app/compare/compare.ts'
import { readDrift } from '../../domain/app/compare/drift.ts'
import { type Outcome, readOutcome } from '../../domain/app/compare/outcome.ts'
import { comparePodSets, IMAGE_ACCEPTED } from '../../domain/app/compare/pods.ts'
import { comparisonView } from '../../ui/app/comparison-view.ts'

export default class AppCompare extends BaseCommand {
  static override summary = 'Compare a job on a new image with a control and with the real run.'
  static override description =
    'Pods by the rules of pods diff, outcome, runs, exit code, signature of a failure, how long the driver ran, ' +
    'executors lost. What differs between control and record is of the surroundings, and is told apart. Ends with 0 if ' +
    'the candidate is as the control or better, with 3 if it differs in what was not declared, with 7 if a side was not seen.'
  static override args = {
    control: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'the run on the old image: a capture directory',
    }),
    candidate: Args.string({ required: true, ignoreStdin: true, description: 'the run on the new image' }),
  }
  static override flags = {
    record: Flags.string({ summary: 'the real run', helpValue: 'DIR' }),
    drift: Flags.string({
      summary: 'what was expected to differ, declared beforehand',
      helpValue: 'FILE',
      multiple: true,
    }),
    accept: acceptFlag,
    tolerance: Flags.integer({
      summary: 'how many percent longer the driver may run',
      default: 25,
      min: 0,
      max: 10_000,
    }),
  }
  static override examples = [
    { description: 'Two runs', command: '<%= config.bin %> app compare control/ candidate/' },
    {
      description: 'With the real run, and what was foreseen',
      command: '<%= config.bin %> app compare control/ candidate/ --record real/',
    },
  ]
  static override exitCodes = ['findings', 'inconclusive', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppCompare)
    const outcome = async (path: string): Promise<Outcome> =>
      await readOutcome(path, await findObjectFiles(path), this.clock.now())
    const drift = (await readDocuments(flags.drift ?? [])).flatMap(({ document, where }) => readDrift(document, where))
    const accept = await readAcceptList(flags.accept, this.clock)
    const control = await outcome(args.control)
    const candidate = await outcome(args.candidate)
    const comparison = compareOutcomes({
      record: flags.record === undefined ? undefined : await outcome(flags.record),
      ...{ control, candidate, drift, today: accept.today, tolerance: 1 + flags.tolerance / 100 },
      pods: await comparePodSets(
        () => readPods(args.control),
        () => readPods(args.candidate),
        {
          ...accept,
          entries: [...accept.entries, ...(control.image === candidate.image ? [] : IMAGE_ACCEPTED)],
        },
      ),
    })
    for (const warning of comparison.warnings) this.warning(warning)
    await this.present(comparison, comparisonView, { exit: comparison.exit })
  }
}
