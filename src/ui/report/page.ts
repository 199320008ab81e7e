/** The report of usage: its sections in their order. */
import type { UsageReport } from '../../domain/usage/report/usage-report.ts'
import { applicationsSection } from './applications-section.ts'
import { capacitySection } from './capacity-section.ts'
import { comparisonSection } from './comparison-section.ts'
import { dateOf, dateTime, timeOf } from './figures.ts'
import { ghostPatterns, ghostsSection } from './ghosts-section.ts'
import { headline } from './headline-section.ts'
import { renderPage } from './frame.ts'
import { html, type Markup } from './html.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { qualitySection } from './quality-section.ts'
import { queuesSection } from './queues-section.ts'

/** The page. */
export function renderReport(report: UsageReport): string {
  const body = html`${ghostPatterns()}
    <header>
      <h1>What was used${clusterNames(report)}</h1>
      <p class="period">${periodText(report)}</p>
    </header>
    <main>${sections(report)}</main> `
  const style = pageStyle(report.resources.length)
  return renderPage({ title: `Usage, ${dateOf(report.period.from)}`, style, body, script: PAGE_SCRIPT, data: report })
}

function sections(report: UsageReport): Markup[] {
  return [
    html`<section id="headline" aria-label="In short">${headline(report)}</section>`,
    resourcePicker(report),
    queuesSection(report),
    applicationsSection(report),
    ghostsSection(report),
    comparisonSection(
      report.comparison,
      report.resources.find(({ name }) => name === 'vcore'),
    ),
    capacitySection(report),
    qualitySection(report),
    legend(report),
  ]
}

function clusterNames({ clusters }: UsageReport): string {
  const named = clusters.filter((name) => name !== '')
  return named.length === 0 ? '' : ` on ${named.join(', ')}`
}

function periodText({ period: { from, to } }: UsageReport): string {
  const end = dateOf(from) === dateOf(to) ? timeOf(to) : dateTime(to)
  return `${dateTime(from)} to ${end} UTC`
}

/** Which resource the pictures show; in print they show all. */
function resourcePicker({ resources }: UsageReport): Markup {
  const choices = resources.map(
    ({ label }, index) =>
      html`<label
        ><input type="radio" name="resource" id="pick-${index}" ${index === 0 && html` checked`} />
        <span>${label}</span></label
      >`,
  )
  return html`<fieldset class="picker">
    <legend>Show</legend>
    ${choices}
  </fieldset>`
}

function legend(report: UsageReport): Markup {
  return html`<footer>
    <h2>How to read the figures</h2>
    <p>
      Usage is what a pod was given times how long it held it, in whole seconds of each allocation, as YuniKorn counts;
      it is not what the pod consumed. <em>At least</em> and <em>at most</em> differ only where nobody saw a beginning
      or an end. Both are limited to the period of this report: what is in use when the recording ends goes on after it,
      what began before it is counted from its first moment. All times are UTC; bounds are rounded outwards.
    </p>
    <p>Made by sparkops, ${report.createdAt}.</p>
  </footer>`
}
