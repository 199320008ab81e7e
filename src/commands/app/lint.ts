import { Args, Flags } from '@oclif/core'
import { lintQuestion } from '../../cli/app-lint-flags.ts'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { explainAppRules } from '../../domain/app/lint/explain.ts'
import { lintFiles } from '../../domain/app/lint/lint-files.ts'
import { appLintView, appRulesView } from '../../ui/app-lint-view.ts'

export default class AppLint extends BaseCommand {
  static override summary = 'Find what an operator would drop, refuse or take otherwise in applications.'
  static override description =
    'Fields that the definition of that operator does not have, pod templates (into which no definition looks) against ' +
    'Kubernetes’ core/v1, keys that are refused, and traps of the operator and of Spark by their versions. It needs no ' +
    'cluster. Errors end it with 3, warnings only with --strict.'
  static override args = {
    file: Args.string({ multiple: true, description: 'manifests: file, directory, -', ignoreStdin: true }),
  }
  static override flags = {
    output: outputFlag('github', 'sarif'),
    'operator-version': Flags.string({ summary: 'the operator that will run them', helpValue: 'V' }),
    'spark-version': Flags.string({
      summary: 'the Spark of the image, where spec.sparkVersion is another',
      helpValue: 'V',
    }),
    'without-webhook': Flags.boolean({ summary: 'judge as if the webhook were off' }),
    strict: Flags.boolean({ summary: 'warnings count too' }),
    explain: Flags.string({ summary: 'tell a rule, or all', helpValue: 'ID', multiple: true }),
  }
  static override examples = [
    { description: 'Before a commit', command: '<%= config.bin %> app lint apps/ --operator-version 2.5.2' },
    { description: 'In a workflow', command: '<%= config.bin %> app lint apps/ --operator-version 2.5.2 -o github' },
    {
      description: 'What is left to do before the webhook goes',
      command: '<%= config.bin %> app lint apps/ --operator-version 2.5.2 --without-webhook',
    },
    { description: 'One rule', command: '<%= config.bin %> app lint --explain AL10' },
  ]
  static override exitCodes = ['findings', 'data'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppLint)
    if (flags.explain !== undefined) {
      const ids = flags.explain.filter((id) => id !== 'all')
      await this.present(explainAppRules(ids), appRulesView)
      return
    }
    const lint = await lintFiles(await lintQuestion(args.file ?? [], flags))
    await this.present(lint, appLintView, { exit: lint.exit })
  }
}
