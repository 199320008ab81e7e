/** Ours beside YuniKorn's own figures: every application as a dot, and what YuniKorn forgot of the largest. */
import type {
  ComparedApplication,
  ReportComparison,
  ReportResource,
  Verdict,
} from '../../domain/usage/report/usage-report.ts'
import { formatCount, plural } from '../format.ts'
import { hours, hoursRange, share } from './figures.ts'
import { html, type Markup } from './html.ts'
import { numberTable } from './number-table.ts'
import { clamp, short } from './scale.ts'

const HEIGHT = 240
/** Ratios above this are drawn at the upper edge. */
const TOP_RATIO = 1.2
const FORGETTERS = 12
const BAR = 14
const TABLE_ROWS = 100

const VERDICTS: Readonly<Record<Verdict, string>> = {
  equal: 'equal to the unit',
  reconciled: 'equal, with seconds on a rounding edge settled',
  explained: 'differs, and why is known',
  ambiguous: 'agrees, but several ways fit',
  different: 'differs, and nothing explains it',
}
/** One shape each, so that colour is not needed. */
const SHAPES: Readonly<Record<Verdict, string>> = {
  equal: 'M-3 0A3 3 0 1 0 3 0A3 3 0 1 0 -3 0Z',
  reconciled: 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0ZM-2 0A2 2 0 1 1 2 0A2 2 0 1 1 -2 0Z',
  explained: 'M0 -5L5 4H-5Z',
  ambiguous: 'M0 -5L5 0L0 5L-5 0Z',
  different: 'M-4 -5L0 -1L4 -5L5 -4L1 0L5 4L4 5L0 1L-4 5L-5 4L-1 0L-5 -4Z',
}
const ORDER = Object.keys(VERDICTS) as Verdict[]

/** CPU is what is compared in the picture: every application has it. */
export function comparisonSection(comparison: ReportComparison | null, cpu: ReportResource | undefined): Markup {
  if (comparison === null || cpu === undefined) return html``
  const { rows, counts, left } = comparison
  return html`<section id="comparison">
    <h2>Beside YuniKorn’s own figures</h2>
    <p>
      YuniKorn adds up the usage of an application too (${comparison.source}), and forgets it when it restarts. Each
      mark is an application: on the line YuniKorn says what we say; below it, YuniKorn forgot.
    </p>
    <ul class="legend">
      ${ORDER.filter((verdict) => counts[verdict] > 0).map(
        (verdict) =>
          html`<li>
            <svg width="14" height="12" viewBox="-7 -6 14 12" aria-hidden="true">${shape(verdict)}</svg>
            ${VERDICTS[verdict]} (${counts[verdict]})
          </li>`,
      )}
    </ul>
    <figure><div class="chart">${scatter(rows, cpu)}</div></figure>
    ${forgetters(rows, cpu)}
    ${left > 0 && html`<p class="rest">${plural(left, 'more application')} ${left === 1 ? 'is' : 'are'} counted but not drawn.</p>`}
    ${comparisonTable(comparison, cpu)}
  </section>`
}

function shape(verdict: Verdict): Markup {
  return html`<path class="verdict ${verdict}" fill-rule="evenodd" d="${SHAPES[verdict]}" />`
}

function scatter(rows: readonly ComparedApplication[], cpu: ReportResource): Markup {
  const drawn = rows.filter(({ ours }) => most(ours) > 0n)
  const logs = drawn.map(({ ours }) => logHours(most(ours), cpu))
  const least = Math.floor(logs.reduce((a, b) => Math.min(a, b), Infinity))
  const top = Math.ceil(logs.reduce((a, b) => Math.max(a, b), -Infinity))
  const x = (log: number): string => short(2 + ((log - least) / Math.max(top - least, 1)) * 96)
  const y = (ratio: number): string => short(HEIGHT - (clamp(ratio, 0, TOP_RATIO) / TOP_RATIO) * HEIGHT)
  const decades = Array.from({ length: top - least + 1 }, (_, index) => least + index)
  const points = [...drawn].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
  return html`<svg class="plot" role="img" aria-labelledby="compare-t compare-d" height="${HEIGHT + 44}">
    <title id="compare-t">YuniKorn’s figure as a share of ours, by size of the application</title>
    <desc id="compare-d">
      ${plural(drawn.length, 'application')}, from small on the left to large on the right (logarithmic); at 100 % both
      figures agree.
    </desc>
    <svg class="inner" y="8" width="100%" height="${HEIGHT}">
      ${[0, 0.25, 0.5, 0.75, 1].map(
        (ratio) =>
          html`<line class="${ratio === 1 ? 'agree' : 'grid'}" x2="100%" y1="${y(ratio)}" y2="${y(ratio)}" /><text
              class="amount"
              x="-6"
              y="${Number(y(ratio)) + 4}"
              >${ratio * 100} %</text
            >`,
      )}
      ${points.map(
        (row) =>
          html`<svg class="point" x="${x(logHours(most(row.ours), cpu))}%" y="${y(ratioOf(row))}">
            <title>
              ${row.application}: ours ${hoursRange(row.ours, cpu)}, YuniKorn ${hours(row.theirs, cpu)} ${cpu.hours};
              ${row.verdict}
            </title>
            ${shape(row.verdict)}
          </svg>`,
      )}
    </svg>
    ${decades.map(
      (log, index) =>
        html`<g class="tick${index % 2 === 1 && ' odd'}"
          ><line x1="${x(log)}%" x2="${x(log)}%" y1="${HEIGHT + 8}" y2="${HEIGHT + 12}" /><text
            class="when"
            x="${x(log)}%"
            y="${HEIGHT + 24}"
            >${10 ** log >= 1 ? formatCount(10 ** log) : (10 ** log).toFixed(-log)}</text
          ></g
        >`,
    )}
    <text class="when" x="50%" y="${HEIGHT + 42}">our figure, ${cpu.hours} (at most)</text>
  </svg>`
}

function logHours(amount: bigint, cpu: ReportResource): number {
  return Math.log10(Number(amount) / Number(cpu.perUnit) / 3600)
}

function most({ lower, upper }: ComparedApplication['ours']): bigint {
  return upper ?? lower
}

/** Theirs as a share of ours; of the bound that is nearer, where ours is not exact. */
function ratioOf({ ours, theirs }: ComparedApplication): number {
  const basis = theirs < ours.lower ? ours.lower : ours.upper !== null && theirs > ours.upper ? ours.upper : theirs
  return basis === 0n ? 1 : Number((theirs * 10_000n) / basis) / 10_000
}

function forgetters(rows: readonly ComparedApplication[], cpu: ReportResource): Markup {
  const lost = (row: ComparedApplication): bigint => row.ours.lower - row.theirs
  const forgot = rows
    .filter((row) => row.forgottenPercent !== null && row.forgottenPercent > 0 && lost(row) > 0n)
    .sort((a, b) => (lost(a) > lost(b) ? -1 : 1))
    .slice(0, FORGETTERS)
  if (forgot.length === 0) return html``
  const largest = forgot.reduce((a, { ours }) => (ours.lower > a ? ours.lower : a), 1n)
  const part = (amount: bigint): number => Number((amount * 10_000n) / largest) / 100
  return html`<h3>Where YuniKorn forgot most, ${cpu.hours}</h3>
    <ul class="legend">
      <li>
        <svg width="26" height="12" aria-hidden="true"><rect class="least" width="26" height="12" /></svg> in YuniKorn’s
        figure
      </li>
      <li>
        <svg width="26" height="12" aria-hidden="true">
          <rect class="forgot" fill="url(#pattern-rule)" width="26" height="12" />
        </svg>
        forgotten
      </li>
    </ul>
    <ol class="bars">
      ${forgot.map(
        (row) =>
          html`<li>
            <span class="name">${row.application}</span>
            <span class="queue">YuniKorn: ${hours(row.theirs, cpu)} of ${hoursRange(row.ours, cpu)}</span>
            <span class="sum">forgot ${percent(row.forgottenPercent)}</span>
            <svg width="100%" height="${BAR}" aria-hidden="true">
              <rect class="least" y="1" width="${short(part(row.theirs))}%" height="${BAR - 2}" />
              <rect
                class="forgot"
                fill="url(#pattern-rule)"
                x="${short(part(row.theirs))}%"
                y="1"
                width="${short(part(lost(row)))}%"
                height="${BAR - 2}"
              />
            </svg>
          </li>`,
      )}
    </ol>`
}

function percent(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(1).replace(/\.0$/, '')} %`
}

function comparisonTable({ rows, ours, theirs, source }: ReportComparison, cpu: ReportResource): Markup {
  const shown = rows.slice(0, TABLE_ROWS)
  return numberTable({
    summary: 'Numbers beside YuniKorn’s',
    caption: `CPU in ${cpu.hours}: ours, and ${source}${rows.length > shown.length ? `; the ${shown.length} that differ most` : ''}.`,
    columns: [
      { head: 'Application' },
      { head: 'Verdict' },
      { head: 'Ours', numeric: true },
      { head: 'YuniKorn', numeric: true },
      { head: 'Forgotten', numeric: true },
      { head: 'Why' },
    ],
    rows: [
      [
        'All',
        '',
        hoursRange(ours, cpu),
        hours(theirs, cpu),
        ours.lower > theirs ? share(ours.lower - theirs, ours.lower) : '0 %',
        '',
      ],
      ...shown.map((row) => [
        row.application,
        row.verdict,
        hoursRange(row.ours, cpu),
        hours(row.theirs, cpu),
        percent(row.forgottenPercent),
        row.why,
      ]),
    ],
  })
}
