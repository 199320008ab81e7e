import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { progressFlag } from '../../cli/flags.ts'
import { kubeFlags } from '../../cli/kube-flags.ts'
import { pauseUntil, runArgument } from '../../cli/operator-run-command.ts'
import { openCluster, openRunStore } from '../../cli/wiring.ts'
import { verifyStoredRun } from '../../domain/operator/apply/verify-report.ts'
import { findMove } from '../../domain/runs/show-run.ts'
import { parseDuration } from '../../domain/usage/duration.ts'
import { changeLine, operatorVerificationView } from '../../ui/operator-run-view.ts'

export default class OperatorVerify extends BaseCommand {
  static override summary = 'Prove that a run lost nothing, restarted nothing and altered nothing.'
  static override description =
    'By uid, application by application, against what the run saw before it changed anything: it exists, its spec is ' +
    'the same or as foretold, its driver pod is the same one with the same restarts unless it ended by itself, its ' +
    'attempts are the same, what was finished stays finished, nothing runs twice. Ends with 3 and the list if not, ' +
    'with 7 if something that would decide was not seen. With --watch every change is told as it comes: as JSON one ' +
    'document a line, the verdict last. Changes nothing.'
  static override args = { run: runArgument }
  static override flags = {
    ...kubeFlags,
    progress: progressFlag,
    watch: Flags.string({ summary: 'look for so long before the verdict', default: '0s', helpValue: 'TIME' }),
    all: Flags.boolean({ summary: 'also list what is intact' }),
  }
  static override examples = [
    { description: 'The newest run', command: '<%= config.bin %> operator verify' },
    { description: 'Each object, for a program', command: '<%= config.bin %> operator verify last --all --json' },
  ]
  static override exitCodes = ['findings', 'auth', 'stale', 'inconclusive', 'data', 'unreachable'] as const

  async run(): Promise<void> {
    const { args, flags } = await this.parse(OperatorVerify)
    const graceSeconds = Number(parseDuration('--watch', flags.watch) / 1_000_000_000n)
    const report = this.progressReport(flags.progress)
    const stored = await findMove(await openRunStore(), args.run)
    const isStream = graceSeconds > 0 && this.givesJson
    const verification = await verifyStoredRun(stored, {
      cluster: await openCluster(flags),
      clock: this.clock,
      sleep: pauseUntil(this.signal),
      signal: this.signal,
      tell: (detail) => report({ phase: detail }),
      graceSeconds,
      all: flags.all,
      onChange: async (document) => {
        if (isStream) await this.presentLine(document)
        else this.note(changeLine(document))
      },
    })
    const exit = verification.outcome
    if (isStream) await this.presentLine(verification, { exit })
    else await this.present(verification, operatorVerificationView, { exit })
  }
}
