/** Usage by queue over time: all together, then each queue on the same scale; one resource at a time. */
import type { QueueUsage, ReportResource, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { plural } from '../format.ts'
import { dateOf, dateTime, hoursRange, mean, meanRange, share, span, timeOf } from './figures.ts'
import { type Content, html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { highest, type Means, seriesMeans, timeChart } from './time-chart.ts'

export function queuesSection(report: UsageReport): Markup {
  return html`<section id="time" class="over-time">
    <h2>Usage over time, by queue</h2>
    <p>
      The line is what was in use at least, the <span class="key band-key">band</span> reaches up to what it can have
      been at most. The band is empty where every beginning and end was seen.
      ${report.dark.length > 0 && html`<span class="key dark-key">Shaded</span>: nobody watched.`} Each step is the mean
      of ${span(report.bucketNanos)}. ${atTheEdge(report)}
    </p>
    <p class="moment" hidden>
      <label>Look at a moment <input type="range" min="0" max="${report.edges.length - 2}" value="0" /></label>
      <output></output>
    </p>
    ${report.resources.map((resource, index) => resourcePart(report, resource, index))}
  </section>`
}

/** What goes on beyond the right edge. */
function atTheEdge({ all: { running }, ghosts: { byProof } }: UsageReport): Content[] {
  const were = (count: number | bigint): string => (count === 1 || count === 1n ? 'was' : 'were')
  return [
    running > 0n &&
      `${plural(running, 'allocation')} ${were(running)} not known to have ended at the dotted right edge, where the recording ends. `,
    byProof.open > 0 &&
      `Nothing says when ${plural(byProof.open, 'allocation')} ended: their part of the band is open, and reaches the edge.`,
  ]
}

function resourcePart(report: UsageReport, resource: ReportResource, index: number): Markup {
  const { edges, queues, all } = report
  const means = queues.map((queue) => seriesMeans(queue.series[index]!, edges, resource.perUnit))
  const most = highest(...means.map(({ upper }) => upper))
  const total = seriesMeans(all.series[index]!, edges, resource.perUnit)
  return html`<div class="of of-${index}">
    <h3>${resource.label}, ${resource.unit} in use</h3>
    ${panel(report, { queue: all, resource, index, slot: -1, means: total, most: highest(total.upper) })}
    <div class="panels">
      ${queues.map((queue, slot) => panel(report, { queue, resource, index, slot, means: means[slot]!, most }))}
    </div>
    ${queueTable(report, resource, index)}${timeTable(report, resource, [total, ...means])}
  </div>`
}

interface Panel {
  queue: QueueUsage
  resource: ReportResource
  index: number
  /** −1 for all queues together. */
  slot: number
  means: Means
  most: number
}

function panel(report: UsageReport, { queue, resource, index, slot, means, most }: Panel): Markup {
  const total = queue.totals[index]!
  const isAll = slot < 0
  const id = `q${index}-${isAll ? 'all' : slot}`
  const range = `${hoursRange(total, resource)} ${resource.hours}`
  const chart = timeChart(
    {
      id,
      title: `${resource.label} in use over time: ${queue.name}`,
      description: `${range} in all; at most ${mean(highest(means.upper))} ${resource.unit} at a time.`,
      height: isAll ? 220 : 76,
      means,
      most,
      labelled: isAll,
      tickText: mean,
    },
    report,
  )
  return html`<figure class="panel${isAll && ' whole'}" data-resource="${index}" data-slot="${slot}">
    <figcaption>
      <span class="name" title="${queue.name}">${queue.name}</span> <span class="sum">${range}</span
      ><span class="at"></span>
    </figcaption>
    <div class="chart">${chart}</div>
  </figure>`
}

function queueTable(report: UsageReport, resource: ReportResource, index: number): Markup {
  const whole = report.all.totals[index]!.upper
  return numberTable({
    summary: `Numbers by queue: ${resource.label}`,
    caption: `${resource.label} by queue in the whole period. Shares are of the upper bounds.`,
    columns: [
      { head: 'Queue' },
      { head: `${resource.hours}, at least – at most`, numeric: true },
      { head: 'Share', numeric: true },
      { head: 'Allocations', numeric: true },
      { head: 'In use at the end', numeric: true },
    ],
    rows: [...report.queues, report.all].map((queue) => [
      queue.name,
      hoursRange(queue.totals[index]!, resource),
      share(queue.totals[index]!.upper, whole),
      queue.allocations,
      queue.running,
    ]),
  })
}

function timeTable(report: UsageReport, resource: ReportResource, columns: readonly Means[]): Markup {
  const { edges, period } = report
  const oneDay = dateOf(period.from) === dateOf(period.to)
  return numberTable({
    summary: `Numbers over time: ${resource.label}`,
    caption: `Mean ${resource.unit} in use, from the time of the row to that of the next (UTC${oneDay ? `, ${dateOf(period.from)}` : ''}).`,
    columns: [
      { head: 'From' },
      ...[report.all, ...report.queues].map((queue) => ({ head: queue.name, numeric: true })),
    ],
    rows: edges
      .slice(0, -1)
      .map((edge, bucket) => [
        oneDay ? timeOf(edge) : dateTime(edge),
        ...columns.map(({ lower, upper }) => meanRange(lower[bucket]!, upper[bucket]!)),
      ]),
  })
}
