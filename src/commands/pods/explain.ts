import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { explainRules } from '../../domain/pods/explain-rule.ts'
import { podRulesView } from '../../ui/pod-rules-view.ts'

export default class PodsExplain extends BaseCommand {
  static override summary = 'Tell what a rule of pods diff and pods verify does, and why.'
  static override description = 'Without an id it lists all rules.'
  static override strict = false
  static override args = {
    id: Args.string({ description: 'ids of rules, such as N25', multiple: true, ignoreStdin: true }),
  }
  static override examples = [
    { description: 'One rule', command: '<%= config.bin %> pods explain U01' },
    { description: 'All of them', command: '<%= config.bin %> pods explain -o json' },
  ]

  async run(): Promise<void> {
    const { argv } = await this.parse(PodsExplain)
    await this.present(explainRules(argv as string[]), podRulesView)
  }
}
