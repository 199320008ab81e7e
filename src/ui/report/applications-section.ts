/** The applications that used most: bars for what they used at least, a whisker up to what it can be at most. */
import type { ApplicationUsage, ReportResource, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { plural } from '../format.ts'
import { hoursRange } from './figures.ts'
import { html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { short } from './scale.ts'

const BAR = 14
const MIDDLE = BAR / 2

export function applicationsSection(report: UsageReport): Markup {
  return html`<section id="applications">
    <h2>Largest applications</h2>
    <p>The bar is what an application used at least; the whisker reaches to what it can be at most.</p>
    ${report.resources.map((resource, index) => resourcePart(report, resource, index))}
  </section>`
}

function resourcePart(report: UsageReport, resource: ReportResource, index: number): Markup {
  const top = report.applications[index]!
  const most = top.rows.reduce((a, { usage }) => (usage.upper > a ? usage.upper : a), 1n)
  const part = (amount: bigint): number => Number((amount * 10_000n) / most) / 100
  const rest =
    top.others > 0 &&
    html`<p class="rest">
      ${plural(top.others, 'more application')}: ${hoursRange(top.othersUsage, resource)} ${resource.hours} together.
    </p>`
  return html`<div class="of of-${index}">
    <h3>${resource.label}, ${resource.hours}</h3>
    ${
      top.rows.length === 0
        ? html`<p>Nobody used any.</p>`
        : html`<ol class="bars">
            ${top.rows.map((row) => bar(row, resource, part))}
          </ol>`
    }${rest}
    ${top.rows.length > 0 && applicationTable(top.rows, resource)}
  </div>`
}

/** An application's name, with the number of its run where an id is used again. */
export function applicationName({ application, run }: Pick<ApplicationUsage, 'application' | 'run'>): string {
  return run > 1 ? `${application} (run ${run})` : application
}

function bar(row: ApplicationUsage, resource: ReportResource, part: (amount: bigint) => number): Markup {
  const least = short(part(row.usage.lower))
  const most = short(part(row.usage.upper))
  const whisker =
    row.usage.upper > row.usage.lower &&
    html`<line class="whisker" x1="${least}%" x2="${most}%" y1="${MIDDLE}" y2="${MIDDLE}" /><line
        class="whisker"
        x1="${most}%"
        x2="${most}%"
        y1="2"
        y2="${BAR - 2}"
      />`
  return html`<li>
    <span class="name">${applicationName(row)}</span> <span class="queue">${row.queue}</span>
    <span class="sum"
      >${hoursRange(row.usage, resource)}${row.open && html`<span class="goes-on"> goes on</span>`}</span
    >
    <svg width="100%" height="${BAR}" aria-hidden="true">
      <rect class="least" y="1" width="${least}%" height="${BAR - 2}" />
      ${whisker}
    </svg>
  </li>`
}

function applicationTable(rows: readonly ApplicationUsage[], resource: ReportResource): Markup {
  return numberTable({
    summary: `Numbers by application: ${resource.label}`,
    caption: `The applications that used most ${resource.label}, in ${resource.hours}.`,
    columns: [
      { head: 'Application' },
      { head: 'Queue' },
      { head: 'At least – at most', numeric: true },
      { head: 'Allocations', numeric: true },
      { head: 'Seen whole' },
    ],
    rows: rows.map((row) => [
      applicationName(row),
      row.queue,
      hoursRange(row.usage, resource),
      row.allocations,
      row.open ? 'goes on, or began earlier' : 'yes',
    ]),
  })
}
