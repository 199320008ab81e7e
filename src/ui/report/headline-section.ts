/** What the report says in a sentence, and in cards. */
import type { Total, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { formatCount, plural } from '../format.ts'
import { dateOf, dateTime, hoursRange, share, span, timeOf } from './figures.ts'
import { type Content, html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { short } from './scale.ts'

export function headline(report: UsageReport): Markup {
  return html`<p class="lead">${lead(report)}</p>
    <dl class="cards">${cards(report)}</dl>
    ${totalsTable(report)}`
}

function lead(report: UsageReport): Markup {
  const { headline: head } = report
  const used = drawnTotals(report).slice(0, 2)
  const amounts = used.map(
    (total, index) =>
      html`${index > 0 && ' and '}<strong>${hoursRange(total, total.resource)} ${total.resource.hours}</strong>`,
  )
  return html`${plural(head.applications, 'application')} used ${amounts.length > 0 ? amounts : 'nothing'}.
  ${certainty(report)}`
}

function certainty({ headline: head }: UsageReport): Content {
  const first = head.used[0]
  if (first !== undefined && first.lower === first.upper && head.ghosts === 0 && head.lateStarts === 0n)
    return 'Every beginning and every end in this time was seen, so the figures are exact.'
  const causes = [
    head.restarts > 0 && `The scheduler restarted ${times(head.restarts)}`,
    head.gaps > 0 && `the recording has ${plural(head.gaps, 'hole')}`,
  ].filter((cause) => cause !== false)
  const seen =
    head.ghosts === 0
      ? ''
      : `${plural(head.ghosts, 'allocation')} ended unseen: what they used lies between two bounds, and so do the figures.`
  return html`${causes.join(', ')}${causes.length > 0 && (head.ghosts === 0 ? '. ' : ', and ')}${seen}${
    head.lateStarts > 0n && ` ${plural(head.lateStarts, 'allocation')} began before anybody looked.`
  }`
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}

function drawnTotals(report: UsageReport): Total[] {
  return report.headline.used.filter((total) => report.resources.some(({ name }) => name === total.resource.name))
}

function cards(report: UsageReport): Markup[] {
  const { headline: head, period, comparison } = report
  const sameDay = dateOf(period.from) === dateOf(period.to)
  return [
    ...drawnTotals(report).map(usageCard),
    card(
      'Applications',
      formatCount(head.applications),
      `${plural(head.allocations, 'allocation')}, ${formatCount(head.running)} in use when the recording ends`,
    ),
    card('Ended unseen', formatCount(head.ghosts), ghostRemark(report)),
    card('Scheduler restarts', formatCount(head.restarts), darkRemark(report)),
    comparison !== null &&
      card(
        'YuniKorn itself forgot',
        forgotten(report),
        `of the CPU of ${plural(comparedCount(report), 'application')}, by ${comparison.source}`,
      ),
    card(
      'Period',
      span(period.to - period.from),
      sameDay
        ? `${dateOf(period.from)}, ${timeOf(period.from)} to ${timeOf(period.to)} UTC`
        : `${dateTime(period.from)} to ${dateTime(period.to)} UTC`,
    ),
  ].filter((one) => one !== false)
}

function card(name: string, value: Content, remark: Content): Markup {
  return html`<div class="card">
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd class="remark">${remark}</dd>
  </div>`
}

function usageCard(total: Total): Markup {
  const { resource, exact, lower, upper } = total
  const part = (amount: bigint): number => (upper === 0n ? 0 : Number((amount * 10_000n) / upper) / 100)
  const bar = html`<svg class="certainty" width="100%" height="6" aria-hidden="true">
    <rect class="upto" width="100%" height="6" />
    <rect class="least" width="${short(part(lower))}%" height="6" />
    <rect class="exact" width="${short(part(exact))}%" height="6" />
  </svg>`
  const remark = exact === upper ? 'exact' : `${share(exact, upper)} of it exact`
  return card(capital(resource.hours), hoursRange(total, resource), html`${bar}${remark}`)
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function ghostRemark({ ghosts: { count, byProof } }: UsageReport): string {
  if (count === 0) return 'every end was seen'
  const parts = [
    [byProof.proven, 'bounded with proof'],
    [byProof.rule, 'bounded by rule'],
    [byProof.open, 'without an upper bound'],
  ] as const
  return parts
    .filter(([number]) => number > 0)
    .map(([number, text]) => `${number} ${text}`)
    .join(', ')
}

function darkRemark({ headline: head }: UsageReport): string {
  if (head.darkNanos === 0n) return head.restarts === 0 ? 'watched without a break' : 'no time between them was missed'
  const holes = head.gaps === 0 ? '' : `, ${plural(head.gaps, 'hole')} in the recording`
  return `${span(head.darkNanos)} in which nobody watched${holes}`
}

function comparedCount({ comparison }: UsageReport): number {
  return comparison === null ? 0 : Object.values(comparison.counts).reduce((sum, count) => sum + count, 0)
}

function forgotten({ comparison }: UsageReport): string {
  if (comparison === null || comparison.theirs >= comparison.ours.lower) return '0 %'
  return share(comparison.ours.lower - comparison.theirs, comparison.ours.lower)
}

const KINDS = { used: 'used', placeholder: 'held by placeholders', preempted: 'preempted' } as const

function totalsTable({ totals }: UsageReport): Markup {
  return numberTable({
    summary: 'All figures by kind and resource',
    caption: 'Everything in the period. Charts and bills count what is used; placeholders and preempted stand apart.',
    columns: [
      { head: 'Kind' },
      { head: 'Resource' },
      { head: 'At least – at most', numeric: true },
      { head: 'Unit' },
      { head: 'Exact', numeric: true },
    ],
    rows: totals.map((total) => [
      KINDS[total.kind],
      total.resource.label,
      hoursRange(total, total.resource),
      total.resource.hours,
      share(total.exact, total.upper),
    ]),
  })
}
