import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { outputFlag } from '../../cli/flags.ts'
import { sourceArg, targetFlags, targetRequest } from '../../cli/target-flags.ts'
import { openTargetPorts } from '../../cli/wiring.ts'
import { loadTarget } from '../../domain/operator/source/load-target.ts'
import { describeVersion } from '../../domain/operator/versions/describe-version.ts'
import { listVersions } from '../../domain/operator/versions/list-versions.ts'
import { versionView } from '../../ui/operator/version-view.ts'
import { versionsView } from '../../ui/operator/versions-view.ts'

export default class OperatorVersions extends BaseCommand {
  static override summary = 'List the releases that are known, or tell what one version is and does.'
  static override description =
    'Without an argument: every release of kubeflow/spark-operator, with its definitions, charts, image and Spark. ' +
    'With one: what is read from it, known or not. It is rendered by the helm on the PATH, its definitions are ' +
    'compared with those of all releases, and what it does is told from the arguments that it renders. No cluster is asked.'
  static override args = { source: sourceArg }
  static override flags = {
    ...targetFlags,
    namespace: Flags.string({
      char: 'n',
      summary: 'namespace that it is rendered for',
      default: 'spark-operator',
      helpValue: 'NAME',
      helpGroup: 'VERSION',
    }),
    output: outputFlag(),
  }
  static override examples = [
    { description: 'What is known', command: '<%= config.bin %> operator versions' },
    {
      description: 'What a fork does with our values',
      command: '<%= config.bin %> operator versions git:../fork@v2.5.2-acme -f values.yaml',
    },
  ]
  static override exitCodes = ['data', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorVersions)
    if (args.source === undefined) {
      await this.present(listVersions(), versionsView)
      return
    }
    const request = { ...targetRequest(args.source, flags, flags.namespace), signal: this.signal }
    const target = await loadTarget(await openTargetPorts(), request)
    if (target.behaviours.length === 0) this.warning('nothing in it runs an operator')
    await this.present(describeVersion(target), versionView)
  }
}
