import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { readPods } from '../../cli/pods-flags.ts'
import { readSpec, specFlags, usage } from '../../cli/pods-truth.ts'
import { expectationList } from '../../domain/pods/expect/expectation-list.ts'
import { expectationsFromPods, expectationsFromSpec } from '../../domain/pods/expect/write-expectations.ts'
import { expectationsView } from '../../ui/expectations-view.ts'

export default class PodsExpect extends BaseCommand {
  static override summary = 'Write expectations for pods verify --expect.'
  static override description =
    'From pods: all that they ask for, without what names their run. From an application and an operator version: what ' +
    'the webhook of that version would have patched. One document for each role, to be trimmed and kept.'
  static override args = {
    pods: Args.string({ description: 'pods to take as they are: file, directory, -', ignoreStdin: true }),
  }
  static override flags = specFlags
  static override examples = [
    { description: 'From pods that are right', command: '<%= config.bin %> pods expect capture/ > expect.yaml' },
    {
      description: 'From an application that relied on the webhook',
      command: '<%= config.bin %> pods expect --from-spec app.yaml --operator-version 2.5.2',
    },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PodsExpect)
    const spec = flags['from-spec']
    if ((args.pods === undefined) === (spec === undefined)) throw usage('give either pods or --from-spec')
    const documents =
      args.pods === undefined
        ? expectationsFromSpec(await readSpec(flags, spec!))
        : expectationsFromPods((await readPods(args.pods)).pods)
    await this.present(expectationList(documents), expectationsView)
  }
}
