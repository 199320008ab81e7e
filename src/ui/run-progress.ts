/**
 * How a run goes, on standard error: on a terminal a list of steps that grows, with the one underway redrawn below it;
 * elsewhere one line for each event, and a sign of life in between.
 */
import type { RunNews } from '../domain/plan/verb.ts'
import type { Clock } from '../ports/clock.ts'
import { formatDuration } from './format.ts'
import { sanitize } from './sanitize.ts'
import { type Outcome, outcomeLine } from './steps.ts'
import type { Style } from './style.ts'

export interface RunProgressOptions {
  mode: 'live' | 'lines' | 'silent'
  total: number
  clock: Clock
  style: Style
  write: (text: string) => void
  width: () => number
}

export interface RunProgressView {
  report: (news: RunNews) => void
  /** Says that it still works; call it now and then. */
  heartbeat: () => void
  /** Takes the line underway away, so that what follows starts on a clean one. */
  clear: () => void
}

const REDRAW_MS = 100

/** Shows the news of a run. */
export function runProgressView(options: RunProgressOptions): RunProgressView {
  if (options.mode === 'silent') return { report: () => undefined, heartbeat: () => undefined, clear: () => undefined }
  return options.mode === 'live' ? liveView(options) : lineView(options)
}

function liveView({ total, clock, style, write, width }: RunProgressOptions): RunProgressView {
  let underway: { text: string; since: number } | undefined
  let drawnAt = 0
  let isDrawn = false
  const clear = (): void => {
    if (isDrawn) write('\r\u001b[K')
    isDrawn = false
  }
  const draw = (detail: string): void => {
    if (underway === undefined) return
    drawnAt = clock.now()
    const spent = formatDuration(drawnAt - underway.since)
    const text = `${style.glyphs.step} ${underway.text} ${spent}${detail === '' ? '' : `: ${detail}`}`
    write(`\r\u001b[K${text.slice(0, Math.max(1, width() - 1))}`)
    isDrawn = true
  }
  const report = (news: RunNews): void => {
    if (news.kind === 'underway') {
      if (clock.now() - drawnAt >= REDRAW_MS) draw(sanitize(news.detail))
      return
    }
    clear()
    if (news.kind === 'begun') {
      underway = { text: `${place(news, total)} ${sanitize(news.step.title)}`, since: clock.now() }
      draw('')
      return
    }
    write(`${lineOf(news, total, style)}\n`)
  }
  return { report, clear, heartbeat: () => draw('') }
}

function lineView({ total, clock, style, write }: RunProgressOptions): RunProgressView {
  let last = ''
  const line = (text: string): void => write(`${new Date(clock.now()).toISOString()} ${text}\n`)
  const report = (news: RunNews): void => {
    const about = `${place(news, total)} ${news.step.id}`
    if (news.kind === 'underway') {
      last = `${about} ${sanitize(news.detail)}`
      return
    }
    last = `${about} ${sanitize(news.step.title)}`
    line(news.kind === 'begun' ? `${about} begun: ${sanitize(news.step.title)}` : lineOf(news, total, style))
  }
  return { report, clear: () => undefined, heartbeat: () => line(`still at ${last}`) }
}

const OUTCOMES: Readonly<Record<Exclude<RunNews['kind'], 'begun' | 'underway'>, Outcome>> = {
  done: 'ok',
  known: 'ok',
  failed: 'fail',
  undone: 'warn',
}

function lineOf(news: Exclude<RunNews, { kind: 'begun' | 'underway' }>, total: number, style: Style): string {
  const outcome = news.kind === 'done' && news.kept !== null ? 'warn' : OUTCOMES[news.kind]
  return outcomeLine(outcome, `${place(news, total)} ${sanitize(sentenceOf(news))}`, style)
}

function sentenceOf(news: Exclude<RunNews, { kind: 'begun' | 'underway' }>): string {
  const { title, object, id } = news.step
  switch (news.kind) {
    case 'known':
      return `${title} (done before)`
    case 'failed':
      return `${id}: ${news.message}`
    case 'undone':
      return `${id}: ${news.why}; it is done again`
    case 'done':
      if (news.kept !== null) return `${object} is kept as it is: ${news.kept}`
      return news.observed ? `${title} (it was so)` : title
  }
}

function place({ index }: RunNews, total: number): string {
  return `${index + 1}/${total}`
}
