/** What was in use of what the nodes offered. */
import type { Bounds, Capacity, ReportResource, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { plural } from '../format.ts'
import { hours, hoursRange, mean, share } from './figures.ts'
import { html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { highest, meansOf, seriesMeans, timeChart } from './time-chart.ts'

export function capacitySection(report: UsageReport): Markup {
  const { capacity } = report
  if (capacity === null) return html``
  return html`<section id="capacity">
    <h2>In use of what the nodes offered</h2>
    <p>
      The upper line is what ${plural(capacity.nodes, 'node')} offered together. In use is everything the scheduler had
      given out: used, placeholders and preempted. Pods that YuniKorn does not schedule are not in
      it.${report.headline.outages > 0 && ' While the scheduler was away, its nodes are taken to have stayed.'}
    </p>
    ${report.resources.map((resource, index) => resourcePart(report, capacity, resource, index))}
    ${capacityTable(report, capacity)}
  </section>`
}

interface Balance {
  offered: bigint
  occupied: Bounds
}

function balanceOf(capacity: Capacity, index: number): Balance {
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n)
  const { lower, upper } = capacity.occupied[index]!
  return { offered: sum(capacity.offered[index]!), occupied: { lower: sum(lower), upper: sum(upper) } }
}

/** The idle share, lowest and highest. */
function idleShare({ offered, occupied }: Balance): string {
  const left = (used: bigint): bigint => (used > offered ? 0n : offered - used)
  const [least, most] = [share(left(occupied.upper), offered), share(left(occupied.lower), offered)]
  return least === most ? least : `${least.replace(' %', '')} – ${most}`
}

function resourcePart(report: UsageReport, capacity: Capacity, resource: ReportResource, index: number): Markup {
  const balance = balanceOf(capacity, index)
  if (balance.offered === 0n)
    return html`<div class="of of-${index}"><p>No node offered any ${resource.label}.</p></div>`
  const means = seriesMeans(capacity.occupied[index]!, report.edges, resource.perUnit)
  const ceiling = meansOf(capacity.offered[index]!, report.edges, resource.perUnit)
  const range = `${hoursRange(balance.occupied, resource)} of ${hours(balance.offered, resource)} ${resource.hours}`
  const chart = timeChart(
    {
      id: `capacity-${index}`,
      title: `${resource.label} in use of what the nodes offered`,
      description: `${range}; ${idleShare(balance)} idle.`,
      height: 160,
      means,
      most: highest(ceiling, means.upper),
      ceiling,
      labelled: true,
      tickText: mean,
    },
    report,
  )
  return html`<div class="of of-${index}">
    <figure class="panel whole">
      <figcaption>
        <span class="name">${resource.label}</span> <span class="sum">${range}, ${idleShare(balance)} idle</span>
      </figcaption>
      <div class="chart">${chart}</div>
    </figure>
  </div>`
}

function capacityTable(report: UsageReport, capacity: Capacity): Markup {
  return numberTable({
    summary: 'Numbers of use and capacity',
    caption: 'What the nodes offered in the period, and what was in use of it.',
    columns: [
      { head: 'Resource' },
      { head: 'Unit' },
      { head: 'Offered', numeric: true },
      { head: 'In use, at least – at most', numeric: true },
      { head: 'Idle', numeric: true },
    ],
    rows: report.resources.map((resource, index) => {
      const balance = balanceOf(capacity, index)
      return [
        resource.label,
        resource.hours,
        hours(balance.offered, resource),
        hoursRange(balance.occupied, resource),
        idleShare(balance),
      ]
    }),
  })
}
