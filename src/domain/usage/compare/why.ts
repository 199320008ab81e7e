// A verdict's reason in words, short enough for a line of a table.
import { type Kind, KINDS } from '../question.ts'
import { type PagedComparison } from './comparison-pages.ts'
import { type Forgotten } from './forgotten.ts'
import { booked, type Verdict } from './verdict.ts'

/** Names that are listed; the rest is counted. */
const LISTED = 3
/** What people ask for first. */
const FIRST_RESOURCES = ['vcore', 'memory']

export function whyOf(comparison: PagedComparison, verdict: Verdict | undefined, forgotten: Forgotten): string {
  const { resized, dark } = comparison
  if (verdict === undefined)
    return dark ? 'not in the dump, which does not cover that time' : 'the dump knows no run of it that ended then'
  const remark = resized === 0 ? '' : `; ${resized} resized, both charge the last size`
  return reasonOf(comparison, verdict, forgotten) + remark
}

function reasonOf(comparison: PagedComparison, verdict: Verdict, forgotten: Forgotten): string {
  switch (verdict.cause) {
    case 'none':
      return 'all sums are equal'
    case 'rounding':
      return roundingReason(comparison, verdict)
    case 'kind-split':
      return splitReason(verdict)
    case 'restart':
      return [`restart: own span equal, ${forgottenWords(forgotten)}`, ...detailsOf(verdict)].join('; ')
    case 'overflow':
      return ['its 64-bit sums overflowed: equal with --wrap', ...detailsOf(verdict)].join('; ')
    case 'outside-dump':
      return 'the dump does not hold the whole run; what it holds fits'
    case 'unknown-application':
    case 'unexplained':
      return differenceReason(comparison, verdict)
  }
}

function roundingReason({ edges }: PagedComparison, { verdict, rounding, choices }: Verdict): string {
  if (verdict === 'reconciled') return `rounding edge: ${roundingWords(rounding)}`
  const ways = choices === null ? 'too many choices fit to count' : `${choices} choices fit`
  return `rounding edge: ${ways}, of ${edges.length} allocations on it`
}

function roundingWords(rounding: Verdict['rounding']): string {
  return listed(rounding.map(({ allocation, seconds }) => `${allocation} ${seconds < 0 ? '-' : '+'}1 s`))
}

function splitReason({ moved, choices, rounding }: Verdict): string {
  const [first] = moved
  const name = moved.some(({ from, to }) => [from, to].includes('preempted')) ? 'preempted' : 'placeholder'
  const moves = `${listed(moved.map((move) => move.allocation))} counted as ${first?.to ?? name}, not ${first?.from ?? name}`
  if (choices === 1)
    return [`${name} split: ${moves}`, ...(rounding.length > 0 ? [roundingWords(rounding)] : [])].join('; ')
  return `${name} split: the sum of all kinds is equal, but ${choices ?? 'many'} choices fit`
}

/** What else was needed, beside the main cause. */
function detailsOf({ rounding, moved }: Verdict): string[] {
  return [
    ...(rounding.length > 0 ? [`rounding edge: ${roundingWords(rounding)}`] : []),
    ...(moved.length > 0 ? [`${listed(moved.map((move) => move.allocation))} counted as ${moved[0]!.to}`] : []),
  ]
}

function forgottenWords({ forgottenPercent, forgottenByResource, forgottenPercentUpper }: Forgotten): string {
  const names = FIRST_RESOURCES.filter((name) => forgottenByResource[name] !== undefined)
  if (names.length > 0) return `forgot ${names.map((name) => `${forgottenByResource[name]!} % ${name}`).join(', ')}`
  if (forgottenPercent !== null && forgottenPercent > 0) return `forgot ${forgottenPercent} %`
  return forgottenPercentUpper === null ? 'forgot what nothing bounds' : `forgot at most ${forgottenPercentUpper} %`
}

function differenceReason({ report, own }: PagedComparison, { difference }: Verdict): string {
  const ours = booked(own.lower, report.kinds)
  const parts = KINDS.flatMap((kind) => [...difference[kind]].map(([resource, amount]) => ({ kind, resource, amount })))
  parts.sort((a, b) => rank(a.resource) - rank(b.resource))
  const [first] = parts
  if (first === undefined) return 'our sums are bounded, and theirs are outside the bounds'
  const { kind, resource, amount } = first
  const more = parts.length > 1 ? `, and ${parts.length - 1} more sums` : ''
  const told = `theirs ${amountOf(report.usage, kind, resource)}, ours ${amountOf(ours, kind, resource)}`
  return `${kind} ${resource}: ${told} (${amount > 0n ? '+' : ''}${amount})${more}`
}

function rank(resource: string): number {
  const place = FIRST_RESOURCES.indexOf(resource)
  return place < 0 ? FIRST_RESOURCES.length : place
}

function amountOf(usage: Record<Kind, ReadonlyMap<string, bigint>>, kind: Kind, resource: string): bigint {
  return usage[kind].get(resource) ?? 0n
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED
  return rest > 0 ? `${names.slice(0, LISTED).join(', ')} and ${rest} more` : names.join(', ')
}
