/** One page about a failover, as HTML that needs nothing else or as Markdown for a ticket. */
import type { FailoverReport } from '../../domain/operator/failover/report.ts'
import type { Judged } from '../../domain/operator/failover/judge.ts'
import { renderPage } from '../report/frame.ts'
import { html, type Markup } from '../report/html.ts'
import { sanitize } from '../sanitize.ts'
import { failoverTimeline } from './failover-timeline.ts'
import { countText, headlines, verdictText, waitText } from './failover-words.ts'

/** The page's text. */
export function renderFailover(form: 'html' | 'markdown', report: FailoverReport): string {
  return form === 'html' ? page(report) : markdown(report)
}

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --soft: #565d66; --rule: #d9d7d1; --old: #70757c; --new: #0b6b57; --waits: #f3c08f; --runs: #bfe3d8; --gap: #f7e3e1; --bad: #b02a2a; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e9e7e3; --soft: #a6adb5; --rule: #3b4148; --old: #858c94; --new: #5fcdb0; --waits: #6b4216; --runs: #1d473d; --gap: #3a2423; --bad: #ff8f86; } }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 0.25rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
.soft { color: var(--soft); } .bad { color: var(--bad); font-weight: 600; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: 0.15rem 1rem; margin: 1rem 0; } dt { color: var(--soft); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; } th, td { text-align: left; padding: 0.2rem 0.6rem 0.2rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; min-width: 6.5rem; } th { overflow-wrap: normal; }
.picture { overflow-x: auto; } .picture svg { min-width: 40rem; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); } .tick { fill: var(--soft); } .axis { stroke: var(--rule); }
.old { fill: var(--old); } .new { fill: var(--new); } .waits { fill: var(--waits); } .runs { fill: var(--runs); } .gap { fill: var(--gap); } .driver { fill: var(--ink); }
@media print { .picture svg { min-width: 0; } body { max-width: none; padding: 0; } }`

function page(report: FailoverReport): string {
  const { operator, cluster, times } = report
  const title = `Failover of ${operator.id}`
  const isBad = report.exit === 'findings'
  const body = html`<h1>${title}</h1>
    <p class="soft">${cluster.name}, ${times.begun} to ${times.ended}</p>
    <p class="${isBad ? 'bad' : 'verdict'}">${verdictText(report)}</p>
    <dl>
      ${headlines(report).map(
        ([label, text]) =>
          html`<dt>${label}</dt>
            <dd>${text}</dd>`,
      )}
    </dl>
    <h2>In time</h2>
    <div class="picture" tabindex="0">${failoverTimeline(report)}</div>
    <p class="soft">
      Grey: the former leader. Green: the next one. Orange: waits to be taken up. Shaded: from the leader’s going until
      the next one was seen to work. A dot: the driver of a test application. Seconds since the leader went.
    </p>
    ${itemSection(report)} ${testSection(report)} ${unseenSection(report)}
    <p class="soft">
      ${countText(report)}${report.run !== null && `; run ${report.run}`}. Times are those of the machine that watched.
    </p>`
  return renderPage({ title, style: STYLE, body })
}

/** A page is one page: what fails comes first, and the rest is a number. */
const MOST_ITEMS = 30

function worstFirst({ items }: FailoverReport): Judged[] {
  const order = ['lost', 'twice', 'restarted', 'missed', 'unseen', 'note', 'intact']
  return [...items].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
}

function itemSection(report: FailoverReport): Markup | undefined {
  const items = worstFirst(report).filter(({ verdict, test }) => verdict !== 'intact' || !test)
  if (items.length === 0) return undefined
  return html`<h2>What did not simply go on</h2>
    <table>
      <tr>
        <th>verdict</th>
        <th>application</th>
        <th>why</th>
      </tr>
      ${items.slice(0, MOST_ITEMS).map(
        ({ verdict, name, why }) =>
          html`<tr>
            <td>${verdict}</td>
            <td>${name}</td>
            <td>${why}</td>
          </tr>`,
      )}
    </table>
    ${items.length > MOST_ITEMS && html`<p class="soft">and ${items.length - MOST_ITEMS} more</p>`}`
}

function testSection({ tests }: FailoverReport): Markup | undefined {
  if (tests.length === 0) return undefined
  return html`<h2>Test applications</h2>
    <table>
      <tr>
        <th>name</th>
        <th>submitted</th>
        <th>taken up after</th>
      </tr>
      ${tests.slice(0, MOST_ITEMS).map(
        (test) =>
          html`<tr>
            <td>${test.name}</td>
            <td>${test.createdAt.slice(11, 23)}</td>
            <td>${waitText(test)}</td>
          </tr>`,
      )}
    </table>`
}

function unseenSection({ unseen }: FailoverReport): Markup | undefined {
  return unseen.length === 0
    ? undefined
    : html`<h2>Not seen</h2>
        <ul>
          ${unseen.map((what) => html`<li>${what}</li>`)}
        </ul>`
}

function markdown(report: FailoverReport): string {
  const { operator, cluster, times } = report
  const lines = [
    `# Failover of ${escapeCell(operator.id)}`,
    '',
    `${escapeCell(cluster.name)}, ${times.begun} to ${times.ended}`,
    '',
    `**${escapeCell(verdictText(report))}**`,
    '',
    ...tableOf(['what', 'seen'], headlines(report)),
    ...timelineLines(report),
    ...section(
      'What did not simply go on',
      ['verdict', 'application', 'why'],
      worstFirst(report)
        .filter(({ verdict }) => verdict !== 'intact')
        .slice(0, MOST_ITEMS)
        .map(({ verdict, name, why }) => [verdict, name, why]),
    ),
    ...section(
      'Test applications',
      ['name', 'submitted', 'taken up after'],
      report.tests.slice(0, MOST_ITEMS).map((test) => [test.name, test.createdAt.slice(11, 23), waitText(test)]),
    ),
    ...(report.unseen.length === 0
      ? []
      : ['', '## Not seen', '', ...report.unseen.map((what) => `- ${escapeCell(what)}`)]),
  ]
  return `${lines.join('\n')}\n`
}

/** The picture, where there is none: what happened, by the second. */
function timelineLines({ timeline, times }: FailoverReport): string[] {
  const zero = Date.parse(times.removed ?? times.begun)
  const rows = timeline
    .filter(({ lane }) => lane === 'lock' || lane === 'leader')
    .map(({ at, what }) => [`${((Date.parse(at) - zero) / 1000).toFixed(1)} s`, what])
  return section('In time', ['since the leader went', 'what'], rows)
}

function section(title: string, headers: string[], rows: string[][]): string[] {
  return rows.length === 0 ? [] : ['', `## ${title}`, '', ...tableOf(headers, rows)]
}

function tableOf(headers: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`
  return [line(headers), `|${headers.map(() => '---').join('|')}|`, ...rows.map(line)]
}

/** Names from outside must not become markup, of Markdown or of the HTML in it. */
function escapeCell(text: string): string {
  return sanitize(text).replace(/[\\`*_[\]<>|&]/g, (mark) => `\\${mark}`)
}
