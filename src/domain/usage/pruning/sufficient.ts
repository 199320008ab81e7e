/**
 * Whether what was read of a dump answers a question as all of it would: whatever lived in the time asked for must have
 * been seen from the `new` of its application to its end (docs/usage-rules.md §9).
 */
import type { Reach } from '../../../ports/dump-source.ts'
import { FACT } from '../facts.ts'
import type { UsageLedger } from '../ledger.ts'
import type { Question } from '../question.ts'
import { coverEndOf } from '../window-table.ts'

/** On which sides more may change the answer. */
export interface Wanting {
  before: boolean
  after: boolean
}

/** `reach` is what was read, `margin` how much later than it happened an end may be told (nanoseconds). */
export async function wanting(ledger: UsageLedger, question: Question, reach: Reach, margin: bigint): Promise<Wanting> {
  // What these tell rests on all that ever was: numbers of incarnations, nodes, and versions whose keys do not join.
  if (question.by.includes('incarnation') || question.idle || ledger.earlyForm) return { before: true, after: true }
  const meets = [
    ...(question.to === undefined ? [] : [`(s.s1 IS NULL OR s.s1 < ${question.to})`]),
    ...(question.from === undefined ? [] : [`(s.e2 IS NULL OR s.e2 >= ${question.from})`]),
  ].join(' AND ')
  const [row] = await ledger.store.rows(`
SELECT coalesce(max(CASE WHEN s.s1 IS NULL OR s.s1 <> s.s2 OR i.begin_ts IS NULL OR o.inc IS NOT NULL THEN 1 ELSE 0 END), 0),
  coalesce(max(CASE WHEN s.e2 IS NULL OR (s.e1 <> s.e2 AND s.e2 > ${lastSettled(reach, margin)}) THEN 1 ELSE 0 END), 0)
FROM spans s LEFT JOIN incs i ON i.inc = s.inc LEFT JOIN (${OLDER}) o ON o.inc = s.inc WHERE ${meets === '' ? 'true' : meets}`)
  const [begins, ends] = (row ?? []).map((cell) => Number(cell) === 1)
  return {
    before: begins === true || (await hasStrangers(ledger)) || !showsAllOf(ledger, question.from),
    after: ends === true || (question.to !== undefined && coverEndOf(ledger) < question.to),
  }
}

function lastSettled({ to }: Reach, margin: bigint): bigint {
  return to === undefined ? 9_223_372_036_854_775_807n : to - margin
}

/** Incarnations that an instance told with its first ticks: they may have begun in one before. */
const OLDER = `SELECT DISTINCT l.inc FROM lives l JOIN incs n ON n.inc = l.inc JOIN first_ticks t ON t.inst = l.inst
  WHERE l.new_ts = n.begin_ts AND l.new_ts <= t.until`

/** Whether a listing shows an allocation of which no event was read. */
async function hasStrangers({ store }: UsageLedger): Promise<boolean> {
  const rows = await store.rows(`SELECT 1 FROM facts f JOIN sources s ON s.src = f.src
LEFT JOIN allocs a ON a.cluster = s.cluster AND a.k1 = f.k1 AND a.k2 = f.k2
WHERE f.code = ${FACT.alive} AND a.k1 IS NULL LIMIT 1`)
  return rows.length > 0
}

/**
 * Whether listings show every allocation that lived at the beginning of the time asked for, in each cluster: YuniKorn's,
 * taken while the first instance that was read lived, has whatever that instance had; and one of all pods, taken no
 * later than the time asked for begins, ends whatever an earlier instance left open without anybody telling of it.
 */
function showsAllOf({ timeline, observations }: UsageLedger, from: bigint | undefined): boolean {
  if (from === undefined) return true
  return timeline.clusters.every((cluster) => {
    const isOwn = (named: string | undefined): boolean =>
      named === cluster || (timeline.clusters.length === 1 && (named ?? '') === '')
    const [, second] = timeline.instances.filter((instance) => instance.cluster === cluster)
    const listed = [...observations.listed].some(
      ([named, at]) => isOwn(named) && (second === undefined || at < second.from),
    )
    return listed && observations.listings.some((listing) => isOwn(listing.cluster) && listing.from <= from)
  })
}
