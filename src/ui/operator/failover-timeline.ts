/** The picture of a failover: who held the lock when, and when each application was submitted and taken up. */
import type { FailoverReport } from '../../domain/operator/failover/report.ts'
import { formatDuration } from '../format.ts'
import { html, type Markup } from '../report/html.ts'
import { amountTicks, short } from '../report/scale.ts'

const WIDTH = 960
const LEFT = 150
const RIGHT = 20
const ROW = 22
const TOP = 26
/** More lines than this are a wall. */
const MOST_TESTS = 40

interface Scale {
  from: number
  x: (at: number) => number
}

/** An SVG that stands alone in a page; names in it are escaped as everywhere. */
export function failoverTimeline(report: FailoverReport): Markup {
  const tests = report.tests.slice(0, MOST_TESTS)
  const { begun, ended, removed } = report.times
  const from = Date.parse(begun)
  const to = Math.max(Date.parse(ended), from + 1)
  const scale: Scale = { from, x: (at) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT) }
  const height = TOP + ROW * (tests.length + 2) + 30
  const zero = removed === null ? from : Date.parse(removed)
  return html`<svg
    class="timeline"
    role="img"
    aria-labelledby="tl-t tl-d"
    viewBox="0 0 ${WIDTH} ${height}"
    width="100%"
  >
    <title id="tl-t">The failover in time</title>
    <desc id="tl-d">${describe(report)}</desc>
    ${gap(report, scale, height)} ${lockRow(report, scale, TOP)} ${leaderRow(report, scale, TOP + ROW)}
    ${tests.map((test, index) => testRow(test, scale, TOP + ROW * (index + 2), to))}
    ${axis(scale, { zero, from, to, y: height - 22 })}
  </svg>`
}

function describe({ durations, leader }: FailoverReport): string {
  if (leader.after === null) return 'nobody took over'
  const said = (value: number | null): string => (value === null ? 'not seen' : formatDuration(value))
  return `the next leader had the lock after ${said(durations.taken)} and worked after ${said(durations.reconciled)}`
}

/** From the leader's going until the next one works: the time in which nothing new is begun. */
function gap({ times }: FailoverReport, { x }: Scale, height: number): Markup | undefined {
  if (times.removed === null) return undefined
  const begin = x(Date.parse(times.removed))
  const end = x(Date.parse(times.reconciled ?? times.ended))
  return html`<rect
    class="gap"
    x="${short(begin)}"
    y="4"
    width="${short(Math.max(1, end - begin))}"
    height="${height - 30}"
  />`
}

function lockRow({ times, leader }: FailoverReport, { x }: Scale, y: number): Markup {
  const end = times.taken ?? times.ended
  return html`${label('lock', y)}${bar('old', x(Date.parse(times.begun)), x(Date.parse(times.renewed ?? end)), y, leader.before)}
  ${times.taken !== null && bar('new', x(Date.parse(times.taken)), x(Date.parse(times.ended)), y, leader.after ?? '')}`
}

function leaderRow({ times, leader }: FailoverReport, { x }: Scale, y: number): Markup {
  const gone = times.leaderEnded ?? times.removed ?? times.ended
  const works = times.reconciled
  return html`${label('operator', y)}${bar('old', x(Date.parse(times.begun)), x(Date.parse(gone)), y, `${leader.pod} runs`)}
  ${works !== null && bar('new', x(Date.parse(works)), x(Date.parse(times.ended)), y, `${leader.after ?? ''} works`)}`
}

function bar(kind: 'old' | 'new' | 'waits' | 'runs', from: number, to: number, y: number, title: string): Markup {
  return html`<rect
    class="${kind}"
    x="${short(from)}"
    y="${y - 7}"
    width="${short(Math.max(1, to - from))}"
    height="12"
    rx="2"
  >
    <title>${title}</title>
  </rect>`
}

function testRow(
  { name, createdAt, takenUpAt, driverAt, refused }: FailoverReport['tests'][number],
  { x }: Scale,
  y: number,
  to: number,
): Markup {
  const made = x(Date.parse(createdAt))
  const taken = takenUpAt === null ? to : Date.parse(takenUpAt)
  return html`${label(name.slice(name.indexOf('/') + 1), y)}${refused === null && bar('waits', made, x(taken), y, `${name} waits`)}
  ${takenUpAt !== null && bar('runs', x(taken), x(to), y, `${name} was taken up`)}
  ${driverAt !== null && html`<circle class="driver" cx="${short(x(Date.parse(driverAt)))}" cy="${y - 1}" r="4"><title>its driver</title></circle>`}`
}

function label(text: string, y: number): Markup {
  const shown = text.length > 20 ? `…${text.slice(-19)}` : text
  return html`<text class="label" x="${LEFT - 8}" y="${y + 3}" text-anchor="end">${shown}<title>${text}</title></text>`
}

/** Seconds since the leader went. */
function axis({ x }: Scale, { zero, from, to, y }: { zero: number; from: number; to: number; y: number }): Markup {
  const ticks = amountTicks((to - zero) / 1000, 6).filter((tick) => zero + tick * 1000 <= to)
  const before = zero - from > 2000 ? [-Math.floor((zero - from) / 1000)] : []
  return html`<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" /> ${[...before, ...ticks].map(
      (tick) =>
        html`<text class="tick" x="${short(x(zero + tick * 1000))}" y="${y + 15}" text-anchor="middle"
          >${tick} s</text
        >`,
    )}`
}
