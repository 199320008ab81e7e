// YuniKorn's own figures beside ours, as far as a picture needs them: CPU, the applications that differ most.
import type { ReportComparison, ComparedApplication, Verdict } from './usage-report.ts'

/** Applications in the picture. */
const LISTED = 200
const CPU = 'vcore'

type Kind = 'used' | 'placeholder' | 'preempted'
type Amounts = Readonly<Record<string, bigint | null>>

/** What the report takes of a comparison's item. */
export interface ComparedItem {
  application: string
  verdict: Verdict
  why: string
  /** Null if the dump does not know the application. */
  ours: Readonly<Record<Kind, Amounts>> | null
  /** Left out where ours is exact; an amount is null where nothing bounds it. */
  oursUpper?: Readonly<Record<Kind, Amounts>>
  /** Null for a kind that YuniKorn's version does not tell. */
  theirs: Readonly<Record<Kind, Amounts | null>>
  /** In per cent, by resource. */
  forgottenByResource: Readonly<Record<string, number>>
}

/** Sums up a comparison; its items are read once. */
export async function sumComparison(items: AsyncIterable<ComparedItem>, source: string): Promise<ReportComparison> {
  const counts: Record<Verdict, number> = { equal: 0, reconciled: 0, explained: 0, ambiguous: 0, different: 0 }
  const sum = { source, counts, rows: [] as ComparedApplication[], left: 0, theirs: 0n }
  const ours = { lower: 0n, upper: 0n as bigint | null }
  let compared = 0
  for await (const item of items) {
    const row = cpuOf(item)
    counts[item.verdict]++
    compared++
    ours.lower += row.ours.lower
    ours.upper = ours.upper === null || row.ours.upper === null ? null : ours.upper + row.ours.upper
    sum.theirs += row.theirs
    sum.rows.push(row)
    if (sum.rows.length >= 2 * LISTED) sum.rows = mostDifferent(sum.rows)
  }
  const rows = mostDifferent(sum.rows)
  return { ...sum, ours, rows, left: compared - rows.length }
}

/** CPU of the kinds that YuniKorn tells. */
function cpuOf(item: ComparedItem): ComparedApplication {
  const kinds = (['used', 'placeholder', 'preempted'] as const).filter((kind) => item.theirs[kind] !== null)
  const total = (of: Readonly<Record<Kind, Amounts | null>> | null): bigint | null => {
    const amounts = kinds.map((kind) => of?.[kind]?.[CPU] ?? (of?.[kind]?.[CPU] === null ? null : 0n))
    return amounts.reduce((a, b) => (a === null || b === null ? null : a + b), 0n)
  }
  const lower = total(item.ours) ?? 0n
  return {
    application: item.application,
    verdict: item.verdict,
    why: item.why,
    ours: { lower, upper: item.oursUpper === undefined ? lower : total(item.oursUpper) },
    theirs: total(item.theirs) ?? 0n,
    forgottenPercent: item.forgottenByResource[CPU] ?? null,
  }
}

const CALM: readonly Verdict[] = ['equal', 'reconciled', 'explained', 'ambiguous', 'different']

/** What is unexplained first, then what differs most, then the largest. */
function mostDifferent(rows: readonly ComparedApplication[]): ComparedApplication[] {
  const gap = ({ ours, theirs }: ComparedApplication): bigint =>
    ours.lower > theirs ? ours.lower - theirs : theirs - ours.lower
  const isUnrest = ({ verdict }: ComparedApplication): number => Math.max(CALM.indexOf(verdict) - 2, 0)
  const larger = (a: bigint, b: bigint): number => (a > b ? -1 : a < b ? 1 : 0)
  const order = (a: ComparedApplication, b: ComparedApplication): number =>
    isUnrest(b) - isUnrest(a) || larger(gap(a), gap(b)) || larger(a.ours.lower, b.ours.lower)
  return [...rows].sort(order).slice(0, LISTED)
}
