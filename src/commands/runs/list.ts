import { BaseCommand } from '../../cli/base-command.ts'
import { openRunStore } from '../../cli/wiring.ts'
import { listRuns } from '../../domain/runs/list-runs.ts'
import { runListView } from '../../ui/runs-view.ts'

export default class RunsList extends BaseCommand {
  static override summary = 'List the runs that changed something, the newest first.'
  static override description =
    'Each run is a directory under $XDG_STATE_HOME/sparkops/runs with its plan, its journal and what was saved before ' +
    'it was changed. A run that is "open" has not ended: it can be resumed, or taken back.'
  static override examples = [
    { description: 'What was done, and what is still open', command: '<%= config.bin %> runs list' },
    {
      description: 'Their ids, for a program',
      command: `<%= config.bin %> runs list --json | jq -r '.items[].id'`,
    },
  ]

  async run(): Promise<void> {
    await this.parse(RunsList)
    await this.present(await listRuns(await openRunStore()), runListView)
  }
}
