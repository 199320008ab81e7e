import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { HIDDEN, acceptFlag, readAcceptList, readPods, refuseTwoInputs, showFlag } from '../../cli/pods-flags.ts'
import { diffPods } from '../../domain/pods/diff-pods.ts'
import { podsView } from '../../ui/pods-view.ts'

export default class PodsDiff extends BaseCommand {
  static override summary = 'Compare driver and executor pods as Kubernetes reads them.'
  static override description =
    'Both sides get the same defaults; quantities, empty values and the order of keyed lists do not count; ids, hashes ' +
    'and generated names of a run are known. What is left differs, and says who set it where the pod can tell. ' +
    'Executors that are equal but for their run are one shape. `pods explain ID` tells a rule.'
  static override args = {
    expected: Args.string({
      required: true,
      description: 'pods to start from: file, directory, - for standard input',
      ignoreStdin: true,
    }),
    actual: Args.string({ required: true, description: 'pods to hold against them', ignoreStdin: true }),
  }
  static override flags = {
    output: outputFlag('junit', 'markdown'),
    accept: acceptFlag,
    show: showFlag,
  }
  static override examples = [
    {
      description: 'Pods with the webhook against pods without',
      command: '<%= config.bin %> pods diff with-webhook/ without/',
    },
    {
      description: 'For a pull request',
      command: '<%= config.bin %> pods diff main/ branch/ -o markdown > comment.md',
    },
  ]
  static override exitCodes = ['findings', 'inconclusive', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PodsDiff)
    refuseTwoInputs([args.expected, args.actual])
    const [expected, actual] = [await readPods(args.expected), await readPods(args.actual)]
    for (const skipped of [...expected.skipped, ...actual.skipped]) this.warning(`left out: ${skipped}`)
    const diff = diffPods({
      expected,
      actual,
      accept: await readAcceptList(flags.accept, this.clock),
      omit: HIDDEN[flags.show],
    })
    for (const warning of diff.warnings) this.warning(warning)
    await this.present(diff, podsView, { exit: diff.exit })
  }
}
