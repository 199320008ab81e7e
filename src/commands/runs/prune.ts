import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { consentFlags } from '../../cli/consent.ts'
import { openRunStore } from '../../cli/wiring.ts'
import { planPruning, pruneRuns } from '../../domain/runs/prune-runs.ts'
import { parseDuration } from '../../domain/usage/duration.ts'
import { runPruningView } from '../../ui/runs-view.ts'

export default class RunsPrune extends BaseCommand {
  static override summary = 'Remove runs that have ended, with their snapshots.'
  static override description =
    'A run that was removed cannot be reverted any more. Runs that are open, and runs that an open one takes back, ' +
    'are never removed.'
  static override flags = {
    'older-than': Flags.string({ summary: 'ended longer ago than this', default: '90d', helpValue: 'TIME' }),
    keep: Flags.integer({ summary: 'newest ended runs to keep in any case', default: 5, min: 0, helpValue: 'N' }),
    'dry-run': Flags.boolean({ summary: 'only say what would be removed' }),
    yes: consentFlags.yes,
  }
  static override examples = [
    { description: 'What would go', command: '<%= config.bin %> runs prune --older-than 30d --dry-run' },
    { description: 'In a nightly job', command: '<%= config.bin %> runs prune --older-than 30d --yes' },
  ]
  static override exitCodes = ['stale'] as const

  async run(): Promise<void> {
    const { flags } = await this.parse(RunsPrune)
    const store = await openRunStore()
    const olderThanMs = Number(parseDuration('--older-than', flags['older-than']) / 1_000_000n)
    const pruning = await planPruning(store, { olderThanMs, keep: flags.keep }, this.clock)
    if (flags['dry-run'] || pruning.items.length === 0) {
      await this.present(pruning, runPruningView)
      return
    }
    const question = `Remove ${pruning.items.length} ended runs with their snapshots`
    await this.consent({ question, severe: false, name: '' }, flags)
    await this.present(await pruneRuns(store, pruning), runPruningView)
  }
}
