// What a comparison says in sum: verdicts counted, totals side by side, what was forgotten, what has no report.
import { type Kind, KINDS } from '../question.ts'
import { type AmountsJson, type Amounts, noUsage, sumOfKinds, type UsageByKind, usageJson } from './amounts.ts'
import { type ComparedItem, type UsageJson } from './compared-item.ts'
import { sharesOf } from './forgotten.ts'
import { type SummaryReading } from './read-summaries.ts'
import { type UnreportedItem, type UnreportedReason } from './unreported.ts'
import { type VerdictName, VERDICTS } from './verdict.ts'

/** Items that are named in the summary. */
const NAMED = 20
const UNKNOWN_TYPE = 'UNKNOWN'

export interface ComparisonSummary extends Record<VerdictName, number> {
  /** Reports compared. */
  total: number
  /** Reports that are different, or of which too many choices fit to count: what nothing explains. */
  unexplained: number
  /** The first of these. */
  findings: string[]
  /** Sums over applications that the dump knows, of logs if there are any, else of REST histories. */
  totals: {
    ours: UsageJson
    /** Null for what nothing bounds. Left out where our sums are exact. */
    oursUpper?: Record<Kind, Record<string, bigint | null>>
    oursOwnSpan: UsageJson
    theirs: UsageJson
    /** Ours of applications without a report, at least. */
    unreported: UsageJson
  }
  forgotten: {
    /** Applications of which a part is in no report. */
    applications: number
    /** At least, in per cent of all usage compared, by resource. */
    byResource: Record<string, number>
    /** The application that lost the greatest share. */
    worst: { application: string; percent: number } | null
  }
  /** Allocations that were resized while they ran. */
  resized: number
  /** Reports that book usage under the instance type UNKNOWN: k8shim tells the core no types from 1.5 on. */
  unknownInstanceType: number
  /** Applications without a report, by reason. */
  withoutSummary: Partial<Record<UnreportedReason, number>>
  input: SummaryReading
}

/** Counts items as they come. */
export class ComparisonTally {
  readonly #reading: SummaryReading
  readonly #unreportedUsage: UsageByKind
  readonly #counts = new Map<VerdictName, number>()
  readonly #findings: string[] = []
  readonly #unreported = new Map<UnreportedReason, number>()
  readonly #ours = noUsage()
  readonly #upper = noUsage()
  readonly #open: Record<Kind, Set<string>> = { used: new Set(), placeholder: new Set(), preempted: new Set() }
  readonly #own = noUsage()
  readonly #theirs = noUsage()
  #unexplained = 0
  #bounded = false
  #forgotten = 0
  #worst: { application: string; percent: number } | null = null
  #resized = 0
  #unknownType = 0

  constructor(reading: SummaryReading, unreportedUsage: UsageByKind) {
    this.#reading = reading
    this.#unreportedUsage = unreportedUsage
  }

  add(item: ComparedItem): void {
    this.#counts.set(item.verdict, (this.#counts.get(item.verdict) ?? 0) + 1)
    if (isUnexplained(item)) {
      this.#unexplained++
      if (this.#findings.length < NAMED) this.#findings.push(item.application)
    }
    this.#resized += item.resized
    if (item.instanceTypes.includes(UNKNOWN_TYPE)) this.#unknownType++
    if (item.forgottenPercent !== null) this.#noteForgotten(item.application, item.forgottenPercent)
    if (item.source === 'log' || this.#reading.summaries === 0) this.#addTotals(item)
  }

  addUnreported(item: UnreportedItem): void {
    this.#unreported.set(item.reason, (this.#unreported.get(item.reason) ?? 0) + 1)
  }

  summary(): ComparisonSummary {
    const count = (verdict: VerdictName): number => this.#counts.get(verdict) ?? 0
    const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])) as Record<
      VerdictName,
      number
    >
    return {
      total: VERDICTS.reduce((sum, verdict) => sum + count(verdict), 0),
      ...counts,
      unexplained: this.#unexplained,
      findings: this.#findings,
      totals: {
        ours: usageJson(this.#ours),
        ...(this.#bounded ? { oursUpper: this.#upperJson() } : {}),
        oursOwnSpan: usageJson(this.#own),
        theirs: usageJson(this.#theirs),
        unreported: usageJson(this.#unreportedUsage),
      },
      forgotten: {
        applications: this.#forgotten,
        byResource: sharesOf(sumOfKinds(this.#ours), sumOfKinds(this.#own), 'down'),
        worst: this.#worst,
      },
      resized: this.#resized,
      unknownInstanceType: this.#unknownType,
      withoutSummary: Object.fromEntries(this.#unreported),
      input: this.#reading,
    }
  }

  #noteForgotten(application: string, percent: number): void {
    this.#forgotten++
    if (percent > (this.#worst?.percent ?? -1)) this.#worst = { application, percent }
  }

  #addTotals(item: ComparedItem): void {
    if (item.ours === null || item.oursOwnSpan === null) return
    this.#bounded ||= item.oursUpper !== undefined
    for (const kind of KINDS) {
      addAll(this.#ours[kind], item.ours[kind])
      addAll(this.#own[kind], item.oursOwnSpan[kind])
      addAll(this.#theirs[kind], item.theirs[kind] ?? {})
      for (const [resource, amount] of Object.entries(item.oursUpper?.[kind] ?? item.ours[kind])) {
        if (amount === null) this.#open[kind].add(resource)
        else addAll(this.#upper[kind], { [resource]: amount })
      }
    }
  }

  #upperJson(): Record<Kind, Record<string, bigint | null>> {
    const bounded: UsageJson = usageJson(this.#upper)
    const one = (kind: Kind): Record<string, bigint | null> => ({
      ...bounded[kind],
      ...Object.fromEntries([...this.#open[kind]].map((resource) => [resource, null])),
    })
    return { used: one('used'), placeholder: one('placeholder'), preempted: one('preempted') }
  }
}

/** Rounding explains every choice among allocations on its edge; only what is different, or beyond counting, is a finding. */
export function isUnexplained({ verdict, choices }: Pick<ComparedItem, 'verdict' | 'choices'>): boolean {
  return verdict === 'different' || (verdict === 'ambiguous' && choices === null)
}

function addAll(into: Amounts, amounts: AmountsJson): void {
  for (const [resource, amount] of Object.entries(amounts)) into.set(resource, (into.get(resource) ?? 0n) + amount)
}
