// Applications that no report is about, and why there is none.
import { type UsageLedger } from '../ledger.ts'
import { UNREPORTED } from './compare-sql.ts'

export const UNREPORTED_REASONS = [
  'still-running',
  'never-running',
  'rejected',
  'removed',
  'died-with-scheduler',
  'failed',
  'not-seen-completing',
  'outside-log',
  'missing',
] as const
export type UnreportedReason = (typeof UNREPORTED_REASONS)[number]

export interface UnreportedItem {
  application: string
  cluster: string
  /** First sight of it, in Unix milliseconds; null if even that is not known. */
  begin: number | null
  reason: UnreportedReason
}

interface Seen {
  inst: number
  runTs: bigint | null
  overTs: bigint | null
  rejected: boolean
  removed: boolean
  failed: boolean
}

/** Where reports came from: logs, and from when to when (milliseconds); or REST snapshots. */
type Reports = { log: true; from: bigint; to: bigint } | { log: false }

/** Gives them in order of their beginning. Reads the store on the way: nothing else may until it is done. */
export async function* listUnreported(ledger: UsageLedger): AsyncGenerator<UnreportedItem> {
  const { store, timeline } = ledger
  const reports = await reportsOf(ledger)
  const lastOf = timeline.clusters.map(
    (cluster) => timeline.instances.findLast((one) => one.cluster === cluster)?.index ?? -1,
  )
  for await (const rows of store.chunks(UNREPORTED)) {
    for (const row of rows) {
      const [name, cluster, inst, begin, runTs, overTs, rejected, removed, failed] = row as UnreportedCells
      const seen = { inst, runTs, overTs, rejected: rejected === 1, removed: removed === 1, failed: failed === 1 }
      yield {
        application: name ?? '',
        cluster: timeline.clusters[cluster] ?? '',
        begin: begin === null ? null : Number(begin / 1_000_000n),
        reason: reasonFor(seen, reports, lastOf[cluster] ?? -1),
      }
    }
  }
}

type Flag = number | null
type UnreportedCells = [string | null, number, number, bigint | null, bigint | null, bigint | null, Flag, Flag, Flag]

/** `LogAppSummary` writes a line only for an application that is over and ever entered RUNNING, in the process that saw it. */
function reasonFor(seen: Seen, reports: Reports, lastInstance: number): UnreportedReason {
  if (seen.rejected) return 'rejected'
  if (seen.overTs !== null) {
    if (!reports.log) return seen.failed ? 'failed' : 'not-seen-completing'
    if (seen.runTs === null) return 'never-running'
    const over = seen.overTs / 1_000_000n
    return over < reports.from || over > reports.to ? 'outside-log' : 'missing'
  }
  if (seen.removed) return 'removed'
  return seen.inst < lastInstance ? 'died-with-scheduler' : 'still-running'
}

async function reportsOf({ store }: UsageLedger): Promise<Reports> {
  const [row] = await store.rows('SELECT min(finished), max(finished) FROM cmp_reports WHERE finished IS NOT NULL')
  const [from, to] = (row ?? []) as (bigint | null)[]
  return from === null || from === undefined ? { log: false } : { log: true, from, to: to ?? from }
}
