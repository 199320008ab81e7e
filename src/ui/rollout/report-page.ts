/** The report of an environment as one HTML file that needs nothing else. */
import type { RolloutReport } from '../../domain/rollout/report.ts'
import { renderPage } from '../report/frame.ts'
import { html, type Markup } from '../report/html.ts'
import { pageStyle } from '../report/page-style.ts'
import { FAILURES_IN_REPORT, headline, totals } from './report-words.ts'

const STYLE = `
.gate-fails td:nth-child(2) { color: var(--open); font-weight: 600; } .gate-holds td:nth-child(2) { color: var(--proven); }
.gate-waits td:nth-child(2), .gate-unseen td:nth-child(2) { color: var(--band); } .gate-off { color: var(--soft); }
td { text-align: left; vertical-align: top; overflow-wrap: anywhere; } th { text-align: left; } td:first-child { min-width: 10.5rem; }
details { margin: 0.25rem 0; } details pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8125rem; }`

export function rolloutPage(report: RolloutReport): string {
  const body = html`<header>
      <h1>${report.rollout}: ${report.environment}</h1>
      <p class="period">
        context ${report.context}, namespaces ${report.namespaces.join(', ')}; looked at ${report.at}
      </p>
    </header>
    <main>
      <section id="headline"><p class="lead">${headline(report)} ${totals(report)}</p></section>
      <section id="gates">
        <h2>Gates</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Gate</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            ${report.gates.map(
              ({ gate, state, reason }) =>
                html`<tr class="gate-${state}">
                  <td>${gate}</td>
                  <td>${state}</td>
                  <td>${reason}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>
      ${failures(report)} ${leftovers(report)} ${history(report)}
    </main> `
  return renderPage({
    title: `${report.rollout}: ${report.environment}`,
    style: pageStyle(0) + STYLE,
    body,
  })
}

function failures({ failures: rows }: RolloutReport): Markup | false {
  if (rows.length === 0) return false
  return html`<section id="failures">
    <h2>Failures since the start</h2>
    ${rows.slice(0, FAILURES_IN_REPORT).map(
      (row) =>
        html`<details>
          <summary>
            ${row.application}: ${row.reason} (${row.origin}, ${row.class}, rule ${row.rule}; ${row.standing})
          </summary>
          <p>job ${row.job}, told by its ${row.jobFrom}; finished ${row.finishedAt}</p>
          ${row.evidence.map(({ object, field, text }) => html`<pre>${object} ${field}${'\n'}${text}</pre>`)}
        </details>`,
    )}
    ${rows.length > FAILURES_IN_REPORT && html`<p>${rows.length - FAILURES_IN_REPORT} more are in the record.</p>`}
  </section>`
}

function leftovers({ leftovers: rows }: RolloutReport): Markup | false {
  if (rows.length === 0) return false
  return html`<section id="leftovers">
    <h2>Lost, doubled, stuck</h2>
    <ul>
      ${rows.map(({ kind, object, reason }) => html`<li>${kind}: ${object}: ${reason}</li>`)}
    </ul>
  </section>`
}

function history({ history: rows, unseen }: RolloutReport): Markup {
  return html`<section id="history">
    <h2>What happened</h2>
    <ul>
      ${rows.map(({ event, at, by, says }) => html`<li>${at} ${event} by ${by}: ${says}</li>`)}
    </ul>
    ${
      unseen.length > 0 &&
      html`<h2>Not seen</h2>
        <ul>
          ${unseen.map((what) => html`<li>${what}</li>`)}
        </ul>`
    }
  </section>`
}
