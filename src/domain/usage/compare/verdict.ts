// What to say of one application: whether YuniKorn's report equals our sums for the span that YuniKorn could see, and
// if not, whether the cause is proven. Knows nothing of SQL or of files.
import { type Kind, KINDS } from '../question.ts'
import { addTimes, type Amounts, isNothing, noUsage, subtract, sumOfKinds, type UsageByKind, wrap } from './amounts.ts'
import { type Bounds, isExact, isSame } from './bounds.ts'
import { chooseKinds, type KindMove, type SplitCandidate, type SplitChoices } from './kind-split.ts'
import { type ReportedUsage } from './reported-usage.ts'
import { chooseRounding, type RoundingChoices, type RoundingEdge } from './rounding.ts'

export const VERDICTS = ['equal', 'reconciled', 'ambiguous', 'explained', 'different'] as const
export type VerdictName = (typeof VERDICTS)[number]

/** Why it is not simply equal. */
export type Cause =
  'none' | 'rounding' | 'kind-split' | 'restart' | 'overflow' | 'outside-dump' | 'unknown-application' | 'unexplained'

export interface SpanEdge extends RoundingEdge {
  kind: Kind
}

/** A report and what the dump knows of the same run of the application. */
export interface Comparison {
  report: ReportedUsage
  /** Our sums over what the scheduler that reported could see. */
  own: Bounds
  /** Our sums over the whole run. */
  whole: Bounds
  edges: readonly SpanEdge[]
  /** A part of the run, in the scheduler that reported if that is known, lies in a time that the dump does not cover. */
  dark: boolean
  /** Fetched only where the split between kinds is in question. */
  candidates(): Promise<readonly SplitCandidate[]>
}

export interface Verdict {
  verdict: VerdictName
  cause: Cause
  /** Theirs − own, by kind; of the kinds the report tells apart, without zeros; wrapped as int64. */
  difference: UsageByKind
  /** Allocations whose seconds were chosen: YuniKorn booked so many more. */
  rounding: { allocation: string; kind: Kind; seconds: number }[]
  moved: KindMove[]
  /** Number of choices that fit, where something was chosen; null: too many to count. */
  choices: number | null
}

/** How our own span was made equal to the report. */
type Basis =
  | { how: 'same' }
  | { how: 'rounding'; choices: Map<Kind, RoundingChoices<SpanEdge>> }
  | { how: 'split'; rounding: RoundingChoices<SpanEdge> | undefined; split: SplitChoices }
  | { how: 'outside-dump' }

/** Decides. `wrapped`: our side has been wrapped already, so an overflow is not a difference. */
export async function decide(comparison: Comparison, options: { wrapped: boolean }): Promise<Verdict> {
  const { report, own, whole } = comparison
  const difference = differenceOf(report, own.lower)
  const basis = await basisOf(comparison, difference)
  const plain: Verdict = { verdict: 'equal', cause: 'none', difference, rounding: [], moved: [], choices: 1 }
  if (basis === undefined) return { ...plain, verdict: 'different', cause: 'unexplained' }
  if (basis.how === 'outside-dump') return { ...plain, verdict: 'explained', cause: 'outside-dump' }
  const found = { ...plain, ...chosen(basis) }
  if (basis.how === 'split' && basis.split.count !== 1) return { ...found, verdict: 'different', cause: 'kind-split' }
  if (found.choices !== 1) return { ...found, verdict: 'ambiguous', cause: 'rounding' }
  if (!isSame(own, whole)) return { ...found, verdict: 'explained', cause: 'restart' }
  if (!options.wrapped && overflows(report, own.lower)) return { ...found, verdict: 'explained', cause: 'overflow' }
  if (basis.how === 'same') return found
  return { ...found, verdict: 'reconciled', cause: basis.how === 'split' ? 'kind-split' : 'rounding' }
}

async function basisOf(comparison: Comparison, difference: UsageByKind): Promise<Basis | undefined> {
  const { report, own, edges, dark } = comparison
  if (!isExact(own)) return withinBounds(comparison) ? { how: 'outside-dump' } : undefined
  if (KINDS.every((kind) => isNothing(difference[kind]))) return { how: 'same' }
  const choices = chooseByKind(difference, edges, report.kinds)
  if (choices !== undefined) return { how: 'rounding', choices }
  const split = await splitOf(comparison, difference)
  if (split !== undefined) return split
  return dark && withinBounds(comparison) ? { how: 'outside-dump' } : undefined
}

/** Each kind has its own sums, so its edges are chosen apart. */
function chooseByKind(
  difference: UsageByKind,
  edges: readonly SpanEdge[],
  told: readonly Kind[],
): Map<Kind, RoundingChoices<SpanEdge>> | undefined {
  const choices = new Map<Kind, RoundingChoices<SpanEdge>>()
  for (const kind of KINDS) {
    if (isNothing(difference[kind])) continue
    const own = edges.filter((edge) => bookedAs(edge.kind, told) === kind)
    const found = chooseRounding(difference[kind], own)
    if (found === undefined) return undefined
    choices.set(kind, found)
  }
  return choices
}

/** The sums of all kinds agree, perhaps after rounding, and only the split differs. */
async function splitOf(comparison: Comparison, difference: UsageByKind): Promise<Basis | undefined> {
  const { report, own, edges } = comparison
  const inTotal = sumOfKinds(difference)
  const allTold = report.kinds.length === KINDS.length
  const rounding = allTold && !isNothing(inTotal) ? chooseRounding(inTotal, edges) : undefined
  if (allTold && !isNothing(inTotal) && rounding === undefined) return undefined
  const rounded = new Map(rounding?.chosen.map((edge) => [edge.allocation, edge]))
  const candidates = (await comparison.candidates()).map((candidate) => adjusted(candidate, rounded))
  const ours = {
    used: new Map(own.lower.used),
    placeholder: new Map(own.lower.placeholder),
    preempted: new Map(own.lower.preempted),
  }
  for (const edge of rounding?.chosen ?? []) addTimes(ours[edge.kind], edge.vector, edge.step)
  const split = chooseKinds(differenceOf(report, ours), candidates, report.kinds)
  if (split === undefined) return undefined
  return { how: 'split', rounding, split }
}

function adjusted(candidate: SplitCandidate, rounded: ReadonlyMap<string, RoundingEdge>): SplitCandidate {
  const edge = rounded.get(candidate.allocation)
  if (edge === undefined) return candidate
  const amounts: Amounts = new Map(candidate.amounts)
  addTimes(amounts, edge.vector, edge.step)
  return { ...candidate, amounts }
}

function chosen(basis: Exclude<Basis, { how: 'outside-dump' }>): Pick<Verdict, 'rounding' | 'moved' | 'choices'> {
  if (basis.how === 'same') return { rounding: [], moved: [], choices: 1 }
  const byKind =
    basis.how === 'rounding' ? [...basis.choices.values()] : basis.rounding === undefined ? [] : [basis.rounding]
  const edges = byKind.flatMap((one) => one.chosen)
  const rounding = edges.map(({ allocation, kind, step }) => ({ allocation, kind, seconds: Number(step) }))
  const counts = byKind.map((one) => one.count)
  const choices = counts.includes(null) ? null : counts.reduce<number>((product, count) => product * (count ?? 1), 1)
  if (basis.how === 'rounding') return { rounding, moved: [], choices }
  return { rounding, moved: basis.split.moves, choices: choices === null ? null : choices * basis.split.count }
}

/** What the dump does not hold can only add to what it holds, but for the seconds on rounding edges. */
function withinBounds({ report, own, edges, dark }: Comparison): boolean {
  const theirs = sumOfKinds(report.usage)
  const lower = sumOfKinds(booked(own.lower, report.kinds))
  const upper = sumOfKinds(booked(own.upper, report.kinds))
  for (const { step, vector } of edges) addTimes(step < 0n ? lower : upper, vector, step)
  const open = KINDS.flatMap((kind) => [...own.open[kind]])
  return [...new Set([...theirs.keys(), ...lower.keys()])].every((resource) => {
    const amount = theirs.get(resource) ?? 0n
    if (amount < (lower.get(resource) ?? 0n)) return false
    return dark || open.includes(resource) || amount <= (upper.get(resource) ?? 0n)
  })
}

/** The kind under which a version books: 1.3 knows no preemption, 1.3 and 1.4 leave placeholders out. */
function bookedAs(kind: Kind, told: readonly Kind[]): Kind | undefined {
  if (told.includes(kind)) return kind
  return kind === 'preempted' ? 'used' : undefined
}

/** Our sums as the report's version would tell them. */
export function booked(usage: UsageByKind, told: readonly Kind[]): UsageByKind {
  const sums = noUsage()
  for (const kind of KINDS) {
    const as = bookedAs(kind, told)
    if (as !== undefined) addTimes(sums[as], usage[kind], 1n)
  }
  return sums
}

function differenceOf(report: ReportedUsage, ours: UsageByKind): UsageByKind {
  const sums = booked(ours, report.kinds)
  const between = (kind: Kind): Amounts => dropZeros(wrap(subtract(report.usage[kind], sums[kind])))
  return { used: between('used'), placeholder: between('placeholder'), preempted: between('preempted') }
}

function overflows(report: ReportedUsage, ours: UsageByKind): boolean {
  const sums = booked(ours, report.kinds)
  return KINDS.some((kind) =>
    [...subtract(report.usage[kind], sums[kind]).values()].some((amount) => amount !== BigInt.asIntN(64, amount)),
  )
}

function dropZeros(amounts: Amounts): Amounts {
  return new Map([...amounts].filter(([, amount]) => amount !== 0n))
}
