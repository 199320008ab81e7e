// One application of a comparison as documents and views show it.
import { type Kind } from '../question.ts'
import { type AmountsJson, type UsageByKind, usageJson, wrapUsage } from './amounts.ts'
import { type Bounds, type UpperJson, upperJson, wrapBounds } from './bounds.ts'
import { type PagedComparison } from './comparison-pages.ts'
import { type KindMove } from './kind-split.ts'
import { type ReportSource } from './reported-usage.ts'
import { type Forgotten, forgottenIn, NOTHING_FORGOTTEN } from './forgotten.ts'
import { type Cause, type Verdict, type VerdictName } from './verdict.ts'
import { whyOf } from './why.ts'

/** Sums by kind in YuniKorn's units: milli-core-seconds, byte-seconds, pieces × seconds. */
export type UsageJson = Record<Kind, AmountsJson>

export interface ComparedItem extends Forgotten {
  application: string
  /** Unix milliseconds; with the application's id YuniKorn's key of a run. */
  submissionTime: number
  verdict: VerdictName
  cause: Cause
  why: string
  /** The whole truth, or its lower bound; null if the dump does not know the application. */
  ours: UsageJson | null
  /** Its upper bound, where that is another; null for what nothing bounds. */
  oursUpper?: UpperJson
  /** What the scheduler that reported could see. */
  oursOwnSpan: UsageJson | null
  /** As reported, instance types collapsed; null for a kind that the report does not tell (1.3, 1.4). */
  theirs: Record<Kind, AmountsJson | null>
  /** theirs − oursOwnSpan, without zeros. */
  difference: UsageJson | null
  /** Allocations whose whole seconds were chosen, and by how many seconds. */
  rounding: { allocation: string; kind: Kind; seconds: number }[]
  /** Allocations that the report must have booked under another kind. */
  moved: KindMove[]
  /** Number of choices that fit; null: too many to count. */
  choices: number | null
  /** Allocations within ε of a whole second. */
  onEdge: number
  /** Allocations resized while they ran: both sides charge the last size for the whole time. */
  resized: number
  instanceTypes: string[]
  cluster: string
  /** The scheduler that reported. */
  instance: string
  source: ReportSource
  place: string
  startTime: number | null
  finishTime: number | null
  user: string
  queue: string
  state: string
}

/** `verdict` undefined: the dump does not know the run. */
export function toItem(comparison: PagedComparison, verdict: Verdict | undefined, wrapped: boolean): ComparedItem {
  const { report, run, own, whole } = comparison
  const known = run !== undefined && verdict !== undefined
  const { usage, kinds, application, submissionTime, ...about } = report
  const shown = (bounds: Bounds): Bounds => (wrapped ? wrapBounds(bounds) : bounds)
  const forgotten = known ? forgottenIn(comparison) : NOTHING_FORGOTTEN
  const upper = known ? upperJson(shown(whole)) : undefined
  return {
    application,
    submissionTime,
    verdict: verdict?.verdict ?? 'different',
    cause: verdict?.cause ?? 'unknown-application',
    why: whyOf(comparison, verdict, forgotten),
    ...forgotten,
    ours: known ? usageJson(shown(whole).lower) : null,
    ...(upper === undefined ? {} : { oursUpper: upper }),
    oursOwnSpan: known ? usageJson(shown(own).lower) : null,
    theirs: theirsJson(wrapped ? wrapUsage(usage) : usage, kinds),
    difference: known ? usageJson(verdict.difference) : null,
    rounding: verdict?.rounding ?? [],
    moved: verdict?.moved ?? [],
    choices: verdict?.choices ?? null,
    onEdge: comparison.edges.length,
    resized: comparison.resized,
    instanceTypes: about.instanceTypes,
    cluster: run?.cluster ?? about.cluster,
    instance: run?.instance ?? '',
    source: about.source,
    place: comparison.place,
    startTime: about.startTime,
    finishTime: about.finishTime,
    user: about.user,
    queue: about.queue,
    state: about.state,
  }
}

function theirsJson(usage: UsageByKind, told: readonly Kind[]): Record<Kind, AmountsJson | null> {
  const all = usageJson(usage)
  const one = (kind: Kind): AmountsJson | null => (told.includes(kind) ? all[kind] : null)
  return { used: one('used'), placeholder: one('placeholder'), preempted: one('preempted') }
}
