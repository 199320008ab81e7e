/** How good the recording is: what it covers, where the figures are uncertain, what does not fit together. */
import type { Quality, RecordedInput, ReportResource, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { formatCount, plural } from '../format.ts'
import { middle, moment, span } from './figures.ts'
import { html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { place, short } from './scale.ts'
import { highest, shades, timeAxis, timeChart } from './time-chart.ts'

const ROW = 22
const BAR = 10

export function qualitySection(report: UsageReport): Markup {
  const { quality } = report
  return html`<section id="quality">
    <h2>How good the recording is</h2>
    <p>
      ${plural(quality.events, 'event')} of
      ${plural(quality.instances.length + quality.instancesLeft, 'scheduler process', 'scheduler processes')} in
      ${plural(quality.inputs.length + quality.inputsLeft, 'file')}.
    </p>
    <h3>What was watched</h3>
    ${coverage(report)} ${darkTable(quality, report.period.from)}${instanceTable(quality, report.period.from)}
    <h3>Where the figures are uncertain</h3>
    ${report.resources.map((resource, index) => uncertainty(report, resource, index))}
    <h3>What is worth knowing</h3>
    ${oddities(quality)} ${inputTable(quality)}${brokenTable(quality)}
  </section>`
}

function coverage(report: UsageReport): Markup {
  const { quality, period } = report
  const height = quality.instances.length * ROW
  const bars = quality.instances.map((instance, row) => {
    const x = place(instance.from, period.from, period.to)
    const y = row * ROW + (ROW - BAR) / 2
    const name = instance.cluster === '' ? instance.name : `${instance.cluster}: ${instance.name}`
    return html`<g
      ><title>${name}: ${moment(instance.from)} to ${moment(instance.to)}</title>
      <rect
        class="least"
        x="${short(x)}%"
        y="${y}"
        width="${short(Math.max(place(instance.to, period.from, period.to) - x, 0.3))}%"
        height="${BAR}"
      />
      <text class="row-name" x="-8" y="${y + BAR}">${middle(name)}</text></g
    >`
  })
  return html`<figure>
      <div class="chart named">
        <svg class="plot" role="img" aria-labelledby="coverage-t coverage-d" height="${height + 20}">
          <title id="coverage-t">Scheduler processes as far as they were recorded</title>
          <desc id="coverage-d">
            ${plural(report.dark.length, 'time')} in which nobody watched; the tables below list them.
          </desc>
          <svg class="inner" width="100%" height="${height}">${shades(report, height)}</svg
          >${timeAxis(report, height)}${bars}
        </svg>
      </div>
    </figure>
    ${quality.instancesLeft > 0 && html`<p class="rest">${plural(quality.instancesLeft, 'more scheduler process', 'more scheduler processes')} are not listed.</p>`}`
}

/** The width of the band as a share of what can have been in use. */
function uncertainty(report: UsageReport, resource: ReportResource, index: number): Markup {
  const { lower, upper } = report.all.series[index]!
  const shares = upper.map((most, bucket) =>
    most === 0n ? 0 : Number(((most - lower[bucket]!) * 10_000n) / most) / 100,
  )
  const worst = highest(shares)
  if (worst === 0)
    return html`<div class="of of-${index}">
      <p>Nowhere: of ${resource.label}, every bucket of the time line is exact.</p>
    </div>`
  const chart = timeChart(
    {
      id: `uncertain-${index}`,
      title: `Uncertain share of ${resource.label} over time`,
      description: `At most ${worst.toFixed(1)} % of what can have been in use.`,
      height: 90,
      means: { lower: shares, upper: shares },
      most: worst,
      labelled: true,
      tickText: (value) => `${value} %`,
    },
    report,
  )
  return html`<div class="of of-${index}">
    <figure class="panel whole uncertain">
      <figcaption>
        <span class="name">${resource.label}</span>
        <span class="sum">uncertain share of what can have been in use, at most ${worst.toFixed(1)} %</span>
      </figcaption>
      <div class="chart">${chart}</div>
    </figure>
  </div>`
}

function darkTable({ dark, darkLeft }: Quality, day: bigint): Markup {
  if (dark.length === 0)
    return html`<p>There is no time between the first and the last event in which nobody watched.</p>`
  return numberTable({
    summary: 'Times in which nobody watched',
    caption: `Between two schedulers, or a hole in the events of one${darkLeft > 0 ? `; ${darkLeft} more are not listed` : ''}. Times are UTC.`,
    columns: [
      { head: 'From' },
      { head: 'To' },
      { head: 'Length', numeric: true },
      { head: 'What' },
      { head: 'Cluster' },
    ],
    rows: dark.map((time) => [
      moment(time.from, day),
      moment(time.to, day),
      span(time.to - time.from),
      time.kind === 'outage' ? 'no scheduler ran, or nobody watched it' : 'events are missing',
      time.cluster || 'unnamed',
    ]),
    open: dark.length <= 5,
  })
}

function instanceTable({ instances }: Quality, day: bigint): Markup {
  return numberTable({
    summary: 'Scheduler processes',
    caption: 'Each process of the scheduler as far as it was recorded. Times are UTC.',
    columns: [
      ...['Process', 'Cluster', 'First event', 'Last known'].map((head) => ({ head })),
      { head: 'Stretches', numeric: true },
      ...['From its beginning', 'End confirmed'].map((head) => ({ head })),
    ],
    rows: instances.map((one) => [
      html`<code>${one.name}</code>`,
      one.cluster || 'unnamed',
      moment(one.from, day),
      moment(one.to, day),
      one.stretches,
      one.fromBeginning ? 'yes' : 'no',
      one.confirmed ? 'by a heartbeat' : 'no',
    ]),
  })
}

function oddities({ oddities: found }: Quality): Markup {
  if (found.length === 0) return html`<p>Nothing: no contradiction, no cut file, no broken line.</p>`
  return html`<ul class="oddities">
    ${found.map(({ what, count }) => html`<li><strong>${formatCount(count)}</strong> ${what}</li>`)}
  </ul>`
}

function inputTable({ inputs, inputsLeft }: Quality): Markup {
  const numbers = ['Events', 'Pages', 'Heartbeats', 'Snapshots', 'Broken lines', 'Bytes cut off']
  return numberTable({
    summary: 'Files',
    caption: `What was read${inputsLeft > 0 ? `; ${plural(inputsLeft, 'more file')} not listed` : ''}. An event that stands in several files counts once in the figures.`,
    columns: [{ head: 'File' }, ...numbers.map((head) => ({ head, numeric: true })), { head: 'Passed over' }],
    rows: inputs.map((input) => [...inputCells(input), input.foreign ?? '']),
  })
}

function inputCells(input: RecordedInput): string[] {
  const { file, events, pages, heartbeats, snapshots, brokenLines, cutBytes } = input
  return [file, ...[events, pages, heartbeats, snapshots, brokenLines, cutBytes].map((count) => formatCount(count))]
}

function brokenTable({ brokenLines }: Quality): Markup {
  if (brokenLines.length === 0) return html``
  return numberTable({
    summary: 'Lines that could not be read',
    caption: 'The first of the lines that were left out.',
    columns: [{ head: 'File' }, { head: 'Line', numeric: true }, { head: 'Why' }],
    rows: brokenLines.map(({ file, line, why }) => [file, line, why]),
  })
}
