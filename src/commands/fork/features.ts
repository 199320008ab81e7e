import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { featureFlags, featuresOf } from '../../cli/fork-feature-flags.ts'
import { forkFeaturesView } from '../../ui/fork/features-view.ts'

export default class ForkFeatures extends BaseCommand {
  static override summary = 'List what upstream gained since the fork left it, by what changed.'
  static override description =
    'Reads both trees and every commit between them: fields of custom resources, flags, chart values and defaults, ' +
    'rights, metrics, environment variables, versions, images. Bundled release commits are taken apart, follow-ups are ' +
    'told together, what came and went cancels out. Breaking changes and changed defaults stand apart from what is new. ' +
    'Says what each means for the fork’s own patches, and keeps your decisions in a file. Nothing is fetched.'
  static override flags = {
    ...featureFlags,
    output: outputFlag('csv', 'markdown', 'html'),
    all: Flags.boolean({ summary: 'also fixes, documentation, tests and dependencies' }),
    out: Flags.string({ summary: 'a file instead of standard output', default: '-', helpValue: 'FILE' }),
  }
  static override examples = [
    {
      description: 'What the move to a release would bring to the current branch',
      command: '<%= config.bin %> fork features --to v2.0.2 --changelog upstream/master',
    },
    {
      description: 'The same as a page, with a file for the answers',
      command: '<%= config.bin %> fork features --to v2.0.2 -o html --out sheet.html',
    },
  ]
  static override exitCodes = ['data'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(ForkFeatures)
    const features = await featuresOf(flags, {
      clock: this.clock,
      report: this.progressReport(flags.progress),
      signal: this.signal,
      note: (text) => this.note(text),
    })
    await this.present(features, forkFeaturesView(flags.all), { file: flags.out })
  }
}
