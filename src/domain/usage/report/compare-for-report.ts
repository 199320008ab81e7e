// YuniKorn's own figures for a report, where there are any.
import type { DumpInput } from '../../../ports/dump-source.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { compareUsage } from '../compare/compare-usage.ts'
import { type UsageLedger } from '../ledger.ts'
import { sumComparison } from './comparison.ts'
import type { ReportComparison } from './usage-report.ts'

/** Within this a duration is on a rounding edge; the default of \`usage compare\`. */
const EPSILON_NS = 5_000_000n

/** Compares with logs if any are given, else with histories in the dump; null where there are none. */
export async function compareForReport(
  ledger: UsageLedger,
  options: { summaries: readonly DumpInput[]; lenient: boolean; progress: ReportProgress },
): Promise<ReportComparison | null> {
  const hasLogs = options.summaries.length > 0
  const histories = [...ledger.observations.applications.values()].some(({ history }) => history !== undefined)
  if (!hasLogs && !histories) return null
  const settings = { ...options, rest: false, epsilon: EPSILON_NS, wrap: false }
  const { items } = await compareUsage(ledger, settings)
  return await sumComparison(items, hasLogs ? 'the scheduler’s log' : 'REST snapshots of completing applications')
}
