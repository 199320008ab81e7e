import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { acceptFlag, listed, readAcceptList, readPods, showFlag } from '../../cli/pods-flags.ts'
import { readTruth, specFlags } from '../../cli/pods-truth.ts'
import { verifyPods } from '../../domain/pods/verify-pods.ts'
import { podsView } from '../../ui/pods-view.ts'

export default class PodsVerify extends BaseCommand {
  static override summary = 'Prove that drivers and executors have what they should have.'
  static override description =
    'Against one truth: expectations (partial pods, as kuttl and chainsaw have them), what the webhook of an operator ' +
    'version would have patched, pods that had the webhook, or the pods’ own managedFields. Proven is exit 0: every role ' +
    'was seen and nothing is lost. What no manifest can bring back is called unmappable, with the reason.'
  static override args = {
    pods: Args.string({
      required: true,
      description: 'the pods: file, directory of a capture, - for standard input',
      ignoreStdin: true,
    }),
  }
  static override flags = {
    output: outputFlag('junit', 'markdown'),
    expect: Flags.string({ summary: 'expectations to hold the pods against', helpValue: 'FILE', multiple: true }),
    ...specFlags,
    baseline: Flags.string({ summary: 'pods that had the webhook, or ran another image', helpValue: 'DIR' }),
    provenance: Flags.boolean({ summary: 'prove from managedFields that nothing came from a webhook' }),
    strict: Flags.boolean({ summary: 'what nobody asked for counts too' }),
    accept: acceptFlag,
    show: showFlag,
  }
  static override examples = [
    {
      description: 'Everything that the webhook of 2.5.2 would have patched is there',
      command: '<%= config.bin %> pods verify c/ --from-spec a.yaml --operator-version 2.5.2',
    },
    {
      description: 'Nothing in a live pod came from a webhook',
      command: '<%= config.bin %> pods verify pod.json --provenance',
    },
    {
      description: 'In a pipeline',
      command: '<%= config.bin %> pods verify capture/ --expect expect/ -o junit > pods.xml',
    },
  ]
  static override exitCodes = ['findings', 'inconclusive', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PodsVerify)
    const truth = await readTruth(flags, args.pods)
    const actual = await readPods(args.pods)
    for (const skipped of actual.skipped) this.warning(`left out: ${skipped}`)
    const accept = await readAcceptList(flags.accept, this.clock)
    const verification = verifyPods({ actual, truth, accept, isStrict: flags.strict })
    for (const warning of verification.warnings) this.warning(warning)
    await this.present(listed(verification, flags.show), podsView, { exit: verification.exit })
  }
}
