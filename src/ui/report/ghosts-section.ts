/** Allocations whose end nobody saw, on a time line around the time in which they vanished. */
import type { Ghost, GhostGroup, Period, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { formatCount, plural } from '../format.ts'
import { middle, moment, span } from './figures.ts'
import { html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { place, short } from './scale.ts'
import { shades, timeAxis } from './time-chart.ts'

const ROW = 18
const BAR = 9
/** How much is shown around a dark time, in lengths of it. */
const BEFORE = 4n
const AFTER = 3n

const PROOFS = {
  proven: 'bounded with proof: a listing shows it gone',
  rule: 'bounded by rule: the events leave no other way',
  open: 'not bounded: nothing says when it ended',
} as const

export function ghostsSection(report: UsageReport): Markup {
  const { ghosts } = report
  if (ghosts.count === 0) {
    return html`<section id="ghosts">
      <h2>Allocations that ended unseen</h2>
      <p>
        There are none: the end of every allocation was
        seen${report.headline.running > 0n && ', but for those in use when the recording ends'}.
      </p>
    </section>`
  }
  const kinds = (['proven', 'rule', 'open'] as const).filter((proof) => ghosts.byProof[proof] > 0)
  return html`<section id="ghosts">
    <h2>Allocations that ended unseen</h2>
    <p>
      Each line is one allocation: a solid bar while it was known to live, then a patterned one up to its latest
      possible end. It ended somewhere in the patterned part.
    </p>
    <ul class="legend">
      <li>
        <svg width="26" height="12" aria-hidden="true"><rect class="alive" width="26" height="12" /></svg> known to live
      </li>
      ${kinds.map((proof) => html`<li><svg width="26" height="12" aria-hidden="true">${maybe(proof, '0', '100%', 0, 12)}</svg> ${PROOFS[proof]} (${ghosts.byProof[proof]})</li>`)}
      <li>
        <svg width="26" height="12" aria-hidden="true"><rect class="dark" width="26" height="12" /></svg> nobody watched
      </li>
    </ul>
    ${ghosts.groups.map((group, index) => ghostGroup(group, index, report))}
    ${ghosts.left > 0 && html`<p class="rest">${formatCount(ghosts.left)} more are not shown here; <code>sparkops usage list-ghosts</code> lists them all.</p>`}
  </section>`
}

function ghostGroup(group: GhostGroup, index: number, report: UsageReport): Markup {
  const view = viewOf(group, report.period)
  const title =
    group.dark === null
      ? `${plural(group.count, 'allocation')} without an end, after the last event`
      : `${plural(group.count, 'allocation')} vanished at ${moment(group.dark.from)} UTC, while nobody watched for ${span(group.dark.to - group.dark.from)}`
  const height = group.rows.length * ROW
  const id = `ghosts-${index}`
  return html`<h3>${title}</h3>
    <figure>
      <div class="chart named">
        <svg class="plot" role="img" aria-labelledby="${id}-t ${id}-d" height="${height + 20}">
          <title id="${id}-t">${title}</title>
          <desc id="${id}-d">
            Time line of each allocation: known to live, and latest possible end. The table below has the same times.
          </desc>
          <svg class="inner" width="100%" height="${height}">
            ${shades({ dark: report.dark, period: view }, height)}
          </svg>
          ${timeAxis({ period: view }, height)} ${group.rows.map((ghost, row) => ghostRow(ghost, row, view))}
        </svg>
      </div>
    </figure>
    ${ghostTable(group, index)}`
}

/** Far enough to see most beginnings, near enough to see the uncertain part. */
function viewOf({ dark, rows }: GhostGroup, period: Period): Period {
  const least = (moments: readonly bigint[]): bigint => moments.reduce((a, b) => (a < b ? a : b))
  const most = (moments: readonly bigint[]): bigint => moments.reduce((a, b) => (a > b ? a : b))
  const starts = least(rows.map((ghost) => ghost.start))
  if (dark === null) return { from: starts, to: period.to }
  const length = dark.to - dark.from
  const near = rows.flatMap(({ endedBy }) => (endedBy !== null && endedBy < dark.to + AFTER * length ? [endedBy] : []))
  const end = most([dark.to, ...near])
  return { from: most([starts, dark.from - BEFORE * length]), to: end + (end - dark.from) / 4n }
}

function ghostRow(ghost: Ghost, row: number, view: Period): Markup {
  const y = row * ROW + (ROW - BAR) / 2
  const begin = place(ghost.start, view.from, view.to)
  const alive = place(ghost.aliveUntil, view.from, view.to)
  const end = ghost.endedBy === null ? 100 : place(ghost.endedBy, view.from, view.to)
  const beyond = ghost.endedBy === null || ghost.endedBy > view.to
  const times = `known to live until ${moment(ghost.aliveUntil)}, ${ghost.endedBy === null ? 'no latest end' : `ended by ${moment(ghost.endedBy)}`}`
  return html`<g class="ghost"
    ><title>${ghost.application}, ${ghost.allocation}: ${times} (${ghost.rule})</title>
    <rect class="alive" x="${short(begin)}%" y="${y}" width="${short(Math.max(alive - begin, 0.1))}%" height="${BAR}" />
    ${maybe(ghost.proof, `${short(alive)}%`, `${short(Math.max(end - alive, 0.2))}%`, y, BAR)}
    ${ghost.start < view.from && html`<text class="further" x="0" y="${y + BAR}">‹</text>`}${
      beyond && html`<text class="further end" x="100%" y="${y + BAR}">›</text>`
    }<text class="row-name" x="-8" y="${y + BAR}">${middle(ghost.application)}</text></g
  >`
}

function maybe(proof: Ghost['proof'], x: string, width: string, y: number, height: number): Markup {
  return html`<rect
    class="maybe ${proof}"
    fill="url(#pattern-${proof})"
    x="${x}"
    y="${y}"
    width="${width}"
    height="${height}"
  />`
}

/** Patterns of the uncertain part: told apart without colour. */
export function ghostPatterns(): Markup {
  return html`<svg class="patterns" width="0" height="0" aria-hidden="true">
    <defs>
      <pattern id="pattern-rule" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="ground" width="6" height="6" />
        <rect class="ink" width="2.4" height="6" />
      </pattern>
      <pattern id="pattern-proven" width="5" height="5" patternUnits="userSpaceOnUse">
        <rect class="ground" width="5" height="5" />
        <path class="ink" d="M0 0h5v1.6H0zM0 0h1.6v5H0z" />
      </pattern>
      <pattern id="pattern-open" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect class="ground" width="6" height="6" />
        <circle class="ink" cx="3" cy="3" r="1.3" />
      </pattern>
      <pattern id="pattern-dark" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <rect class="ground" width="8" height="8" />
        <rect class="ink" width="1" height="8" />
      </pattern>
    </defs>
  </svg>`
}

function ghostTable(group: GhostGroup, index: number): Markup {
  const day = group.dark?.from
  return numberTable({
    summary: `Numbers of these allocations${index > 0 ? ` (${index + 1})` : ''}`,
    caption: `Allocations whose end nobody saw${group.count > group.rows.length ? `: ${group.rows.length} of ${group.count}, those of which least is known` : ''}. Times are UTC.`,
    columns: [
      ...['Application', 'Allocation', 'Node', 'Began', 'Known to live until', 'Ended by'].map((head) => ({ head })),
      { head: 'Uncertain', numeric: true },
      ...['Rule', 'Evidence'].map((head) => ({ head })),
    ],
    rows: group.rows.map((ghost) => [
      ghost.application,
      html`<code>${ghost.allocation}</code>`,
      ghost.node || 'unknown',
      `${ghost.lateStart ? 'before ' : ''}${moment(ghost.start, day)}`,
      moment(ghost.aliveUntil, day),
      ghost.endedBy === null ? 'not bounded' : moment(ghost.endedBy, day),
      ghost.endedBy === null ? '–' : span(ghost.endedBy - ghost.aliveUntil),
      `${ghost.rule} (${ghost.proof})`,
      ghost.evidence,
    ]),
  })
}
