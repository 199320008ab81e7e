import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { progressFlag } from '../../cli/flags.ts'
import { kubeFlags } from '../../cli/kube-flags.ts'
import { readEnvironments, refuseExisting } from '../../cli/rollout-init.ts'
import { writeFileWhole } from '../../cli/output.ts'
import { initialFile } from '../../domain/rollout/init.ts'

const { context: _context, ...clusterFlags } = kubeFlags
const helpGroup = 'ROLLOUT'

export default class RolloutInit extends BaseCommand {
  static override summary = 'Write a rollout file from what clusters have.'
  static override description =
    'Reads each cluster: the operator and its version, the namespaces that it watches or that hold applications, and ' +
    'which gates cannot be looked at with the rights there are. Never overwrites a file. Changes nothing else.'
  static override flags = {
    ...clusterFlags,
    environment: Flags.string({
      char: 'e',
      summary: 'an environment, in order: NAME=CONTEXT, or NAME for a context of that name',
      required: true,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'ENV',
      helpGroup,
    }),
    to: Flags.string({
      summary: 'the version to go to, as for operator plan',
      required: true,
      helpValue: 'SOURCE',
      helpGroup,
    }),
    name: Flags.string({ summary: 'name of the rollout', default: 'spark-operator', helpValue: 'NAME', helpGroup }),
    file: Flags.string({
      char: 'f',
      summary: 'where to write it',
      default: 'rollout.yaml',
      helpValue: 'FILE',
      helpGroup,
    }),
    progress: progressFlag,
  }
  static override examples = [
    {
      description: 'Two environments',
      command: '<%= config.bin %> rollout init -e dev=kind -e prod --to ./chart-2.5.2',
    },
    { description: 'Into another file', command: '<%= config.bin %> rollout init -e dev --to ./chart -f dev.yaml' },
  ]
  static override exitCodes = ['auth', 'data', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(RolloutInit)
    refuseExisting(flags.file)
    const report = this.progressReport(flags.progress)
    const environments = await readEnvironments(flags.environment, flags, {
      now: this.clock.now(),
      signal: this.signal,
      report,
    })
    await writeFileWhole(flags.file, [initialFile(flags.name, flags.to, environments)])
    this.note(`wrote ${flags.file}; read it, then: sparkops rollout status`)
  }
}
