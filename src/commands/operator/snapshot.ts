import { randomBytes } from 'node:crypto'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { progressFlag } from '../../cli/flags.ts'
import { kubeFlags } from '../../cli/kube-flags.ts'
import { VERSION } from '../../cli/manifest.ts'
import { createSnapshot, openCluster } from '../../cli/wiring.ts'
import { takeSnapshot } from '../../domain/snapshot/take-snapshot.ts'
import { snapshotView } from '../../ui/snapshot-view.ts'

export default class OperatorSnapshot extends BaseCommand {
  static override summary = 'Write what a move of the operator may touch to a directory, verified.'
  static override description =
    'Takes the Spark CRDs and all their objects, the pods of applications and what was made for them, Deployments, ' +
    'service accounts, RBAC, webhook configurations, leases and disruption budgets, each as the server sent it. Of ' +
    'Secrets it keeps names and salted hashes. Commands that read a cluster read the directory with --snapshot. ' +
    'Changes nothing in the cluster. Ends with 6 if the login may not read all of it.'
  static override flags = {
    out: Flags.string({
      summary: 'directory to write: new, or empty',
      required: true,
      helpValue: 'DIR',
    }),
    'include-secrets': Flags.boolean({ summary: "keep Helm's release Secrets whole, with the values in them" }),
    ...kubeFlags,
    progress: progressFlag,
  }
  static override examples = [
    { description: 'Before a move', command: '<%= config.bin %> operator snapshot --out before-2.5' },
    {
      description: 'Of another cluster, telling only where',
      command: '<%= config.bin %> operator snapshot --context prod --out prod -o name',
    },
  ]
  static override exitCodes = ['auth', 'partial', 'unreachable'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(OperatorSnapshot)
    const cluster = await openCluster(flags)
    const snapshot = await takeSnapshot({
      cluster,
      writer: await createSnapshot(flags.out),
      clock: this.clock,
      salt: randomBytes(16).toString('hex'),
      toolVersion: VERSION,
      includeSecrets: flags['include-secrets'],
      signal: this.signal,
      report: this.progressReport(flags.progress),
    })
    if (flags['include-secrets']) this.warning(`${flags.out} holds Secrets: keep it as you keep them`)
    const refused = snapshot.missing.filter(({ why }) => why === 'not allowed')
    await this.present(snapshot, snapshotView, { exit: refused.length > 0 ? 'partial' : 'ok' })
  }
}
