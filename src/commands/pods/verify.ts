import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { kubeFlags, namespaceFlags } from '../../cli/kube-flags.ts'
import { acceptFlag, listed, readAcceptList, readPods, showFlag } from '../../cli/pods-flags.ts'
import { readTruth, requireOneTruth, specFlags, truthFlags } from '../../cli/pods-truth.ts'
import { verifyPods } from '../../domain/pods/verify-pods.ts'
import { podsView } from '../../ui/pods-view.ts'

export default class PodsVerify extends BaseCommand {
  static override summary = 'Prove that drivers and executors have what they should have.'
  static override description =
    'Against one truth: expectations (partial pods, as kuttl and chainsaw have them), what the webhook of an operator ' +
    'version would have patched, pods that had the webhook, the pods’ own managedFields, or a dry run on the cluster. Proven is exit 0: every role ' +
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
    ...truthFlags,
    ...specFlags,
    strict: Flags.boolean({ summary: 'what nobody asked for counts too' }),
    accept: acceptFlag,
    show: showFlag,
    ...kubeFlags,
    namespace: namespaceFlags.namespace,
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
      description: 'What the webhook does to these pods, without a job',
      command: '<%= config.bin %> pods verify capture/ --dry-run -n jobs',
    },
    {
      description: 'In a pipeline',
      command: '<%= config.bin %> pods verify capture/ --expect expect/ -o junit > pods.xml',
    },
  ]
  static override exitCodes = ['findings', 'inconclusive', 'auth', 'data', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PodsVerify)
    requireOneTruth(flags, args.pods)
    const actual = await readPods(args.pods)
    for (const skipped of actual.skipped) this.warning(`left out: ${skipped}`)
    const truth = await readTruth(flags, actual, this.signal)
    const accept = await readAcceptList(flags.accept, this.clock)
    const verification = verifyPods({ actual, truth, accept, isStrict: flags.strict })
    for (const warning of verification.warnings) this.warning(warning)
    await this.present(listed(verification, flags.show), podsView, { exit: verification.exit })
  }
}
