/**
 * A picture of something over time: a line for what is known at least, a band up to what it can be at most, shades
 * where nobody watched, and a line at each restart. It fills any width: what is drawn is stretched, what is written
 * is not.
 */
import type { Series, UsageReport } from '../../domain/usage/report/usage-report.ts'
import { span, timeOf } from './figures.ts'
import { html, type Markup } from './html.ts'
import { amountTicks, clamp, place, short, tenth, timeTicks } from './scale.ts'

/** The drawing's own width; the picture is stretched from it. */
const WIDTH = 1000
/** Outside of the drawing, where nothing is shown. */
const BEYOND = 5
const AXIS_HEIGHT = 20
const LABEL_HEIGHT = 16
/** Labels closer than this, in per cent of the width, would lie on each other. */
const LABEL_ROOM = 22
const SECOND = 1e9

/** Means of each bucket, ready to be drawn. */
export interface Means {
  lower: number[]
  upper: number[]
}

export interface TimeChart {
  id: string
  title: string
  description: string
  height: number
  means: Means
  /** What the scale must reach, so that pictures side by side can be compared. */
  most: number
  /** A third line, such as what was offered. */
  ceiling?: number[]
  /** Write the times, and what the shades are. */
  labelled: boolean
  tickText: (value: number) => string
}

/** The mean of each bucket, in units: amount / seconds / what one unit is. */
export function meansOf(amounts: readonly bigint[], edges: readonly bigint[], perUnit: bigint): number[] {
  return amounts.map((amount, bucket) => {
    const seconds = Number(edges[bucket + 1]! - edges[bucket]!) / SECOND
    return Number(amount) / Number(perUnit) / seconds
  })
}

export function seriesMeans(series: Series, edges: readonly bigint[], perUnit: bigint): Means {
  return { lower: meansOf(series.lower, edges, perUnit), upper: meansOf(series.upper, edges, perUnit) }
}

/** The highest mean. A loop: a spread of long lists can be too many arguments. */
export function highest(...lists: readonly (readonly number[])[]): number {
  return lists.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0)
}

export function timeChart(chart: TimeChart, report: UsageReport): Markup {
  const { id, height, labelled } = chart
  const ticks = amountTicks(chart.most, height > 120 ? 4 : 2)
  const top = ticks.at(-1)!
  const above = labelled ? LABEL_HEIGHT : 4
  const y = (value: number): number => height - clamp(value / top, 0, 1) * height
  const drawing = stretched(chart, report, y)
  return html`<svg class="plot" role="img" aria-labelledby="${id}-t ${id}-d" height="${above + height + AXIS_HEIGHT}">
    <title id="${id}-t">${chart.title}</title>
    <desc id="${id}-d">${chart.description}</desc>
    <svg class="inner" y="${above}" width="100%" height="${height}">
      ${shades(report, height)} ${ticks.map((tick) => gridLine(y(tick), chart.tickText(tick)))}
      <svg width="100%" height="${height}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none">${drawing}</svg>
      ${restartLines(report, height)}
      ${report.all.running > 0n && html`<line class="goes-on" x1="100%" x2="100%" y2="${height}" />`}
      <line class="cursor" y2="${height}" />
    </svg>
    ${timeAxis(report, above + height)}${labelled && markLabels(report)}
  </svg>`
}

function stretched(chart: TimeChart, report: UsageReport, y: (value: number) => number): Markup {
  const { from, to } = report.period
  const x = report.edges.map((edge) => (place(edge, from, to) / 100) * WIDTH)
  const { means, ceiling } = chart
  return html`<path class="band" d="${bandPath(means, x, y)}" /><path
      class="lower"
      d="${areaPath(means.lower, x, y, chart.height + BEYOND)}"
    />${ceiling && html`<path class="ceiling" d="${steps(ceiling, x, y)}" />`}`
}

/** Line and area in one: the area's other sides lie outside of what is shown. */
function areaPath(values: readonly number[], x: readonly number[], y: (value: number) => number, base: number): string {
  return `M${-BEYOND} ${base}V${tenth(y(values[0] ?? 0))}${steps(values, x, y).replace(/^M/, 'L')}H${WIDTH + BEYOND}V${base}Z`
}

/** A line in steps, which says no more than the means do. */
function steps(values: readonly number[], x: readonly number[], y: (value: number) => number): string {
  let path = ''
  let before: string | undefined
  for (const [bucket, value] of values.entries()) {
    const height = tenth(y(value))
    if (height === before) continue
    path += bucket === 0 ? `M0 ${height}` : `H${tenth(x[bucket]!)}V${height}`
    before = height
  }
  return `${path}H${WIDTH}`
}

/** Runs of buckets in which the bounds differ: first and last bucket of each. */
function uncertainRuns({ lower, upper }: Means): [number, number][] {
  const runs: [number, number][] = []
  for (const [bucket, most] of upper.entries()) {
    if (most <= lower[bucket]!) continue
    const last = runs.at(-1)
    if (last !== undefined && last[1] === bucket - 1) last[1] = bucket
    else runs.push([bucket, bucket])
  }
  return runs
}

function bandPath(means: Means, x: readonly number[], y: (value: number) => number): string {
  return uncertainRuns(means)
    .map(([first, last]) => {
      let path = `M${tenth(x[first]!)} ${tenth(y(means.lower[first]!))}`
      for (let i = first; i <= last; i++) path += `V${tenth(y(means.upper[i]!))}H${tenth(x[i + 1]!)}`
      for (let i = last; i >= first; i--) path += `V${tenth(y(means.lower[i]!))}H${tenth(x[i]!)}`
      return `${path}Z`
    })
    .join('')
}

function gridLine(y: number, label: string): Markup {
  return html`<line class="grid" x2="100%" y1="${short(y)}" y2="${short(y)}" /><text
      class="amount"
      x="-6"
      y="${short(y + 4)}"
      >${label}</text
    >`
}

/** Times in which nobody watched. */
export function shades(report: Pick<UsageReport, 'dark' | 'period'>, height: number): Markup[] {
  const { from, to } = report.period
  const seen = report.dark.filter((dark) => dark.to > from && dark.from < to)
  return seen.map((dark) => {
    const x = place(dark.from, from, to)
    return html`<rect
      class="dark"
      x="${short(x)}%"
      width="${short(Math.max(place(dark.to, from, to) - x, 0.15))}%"
      height="${height}"
    />`
  })
}

function restartLines(report: UsageReport, height: number): Markup[] {
  const { from, to } = report.period
  return report.restarts.map(({ at }) => {
    const x = short(place(at, from, to))
    return html`<line class="restart" x1="${x}%" x2="${x}%" y2="${height}" />`
  })
}

/** What the shades and lines are, as far as there is room to write it. */
function markLabels(report: UsageReport): Markup[] {
  const { from, to } = report.period
  const shown = report.dark.map((dark) => ({
    x: place(dark.from, from, to),
    text: `${dark.kind === 'outage' ? 'scheduler away' : 'recording broken'}, ${span(dark.to - dark.from)}`,
  }))
  for (const { at } of report.restarts) {
    const x = place(at, from, to)
    if (!report.dark.some((dark) => dark.to === at)) shown.push({ x, text: `restart ${timeOf(at)}` })
  }
  let free = 0
  return shown
    .sort((a, b) => a.x - b.x)
    .flatMap(({ x, text }) => {
      if (x < free && free > 0) return []
      free = x + LABEL_ROOM
      return html`<text class="mark${x > 70 && ' end'}" x="${short(x)}%" y="11">${text}</text>`
    })
}

/** Times under a picture. Every second one gives way on a small screen. */
export function timeAxis({ period: { from, to } }: Pick<UsageReport, 'period'>, y: number): Markup[] {
  return timeTicks(from, to).map(({ at, label }, index) => {
    const x = place(at, from, to)
    const edge = x < 3 ? ' start' : x > 97 ? ' end' : ''
    return html`<g class="tick${index % 2 === 1 && ' odd'}"
      ><line x1="${short(x)}%" x2="${short(x)}%" y1="${y}" y2="${y + 4}" /><text
        class="when${edge}"
        x="${short(x)}%"
        y="${y + 16}"
        >${label}</text
      ></g
    >`
  })
}
