/** The demo, narrated: for each step what it shows, the command, and what came of it. */
import type { UsageList } from '../domain/usage/answer.ts'
import type { GhostList } from '../domain/usage/ghosts.ts'
import type { ComparisonSummary } from '../domain/usage/compare/tally.ts'
import { ghostsView } from './ghosts-view.ts'
import { formatBytes, formatCount, plural } from './format.ts'
import { commandLine, outcomeLine, stepHeading } from './steps.ts'
import type { Style } from './style.ts'
import { usageTable } from './usage-view.ts'
import type { Block, View, ViewOptions } from './view.ts'

interface Step {
  number: number
  title: string
  command: string
  usage?: UsageList
  ghosts?: GhostList
  comparison?: { summary: ComparisonSummary }
  report?: { path: string; bytes: number }
}

/** The document of a demo; its steps are taken as they are told. */
export interface Demo {
  apiVersion: string
  kind: 'Demo'
  steps: AsyncIterable<Step>
  next: string[]
}

const STEPS = 5
const SOME_GHOSTS = 5

export const demoView: View<Demo> = {
  async *blocks(demo, options): AsyncGenerator<Block> {
    yield 'Two recordings of a real YuniKorn scheduler come with sparkops. In one it stayed up; in the'
    yield 'other it was killed with 69 allocations open, and came back 25 seconds later.'
    for await (const step of demo.steps) {
      yield stepHeading({ number: step.number, of: STEPS, title: step.title }, options.style)
      yield commandLine(step.command, options.style)
      yield* outcome(step, options)
    }
    yield ''
    yield options.style.paint('bold', 'Try next, on a dump of your own scheduler:')
    for (const command of demo.next) yield commandLine(command, options.style)
  },
}

function* outcome(step: Step, options: ViewOptions): Generator<Block> {
  const { style } = options
  if (step.comparison !== undefined) yield* comparisonLines(step.comparison.summary, style)
  if (step.usage !== undefined) {
    yield usageTable(step.usage)
    const { ghosts, survivors, stillOpen } = step.usage.summary.allocations
    yield outcomeLine(
      'ok',
      `${formatCount(survivors)} allocations went on in one piece; ${formatCount(ghosts.total)} ended unseen and are bounded;`,
      style,
    )
    yield `  ${formatCount(stillOpen)} still ran at the end: of these the least is known (>=).`
  }
  if (step.ghosts !== undefined) {
    const items = step.ghosts.items.slice(0, SOME_GHOSTS)
    for (const block of ghostsView.blocks({ ...step.ghosts, items }, options) as Iterable<Block>) yield block
    yield `  … and ${formatCount(step.ghosts.items.length - items.length)} more. Each upper bound names the rule that it rests on.`
  }
  if (step.report !== undefined)
    yield outcomeLine(
      'ok',
      `Wrote ${step.report.path} (${formatBytes(step.report.bytes)}): open it in a browser.`,
      style,
    )
}

function* comparisonLines(summary: ComparisonSummary, style: Style): Generator<string> {
  const { total, equal, reconciled, explained, unexplained, forgotten } = summary
  const counts = [
    [equal, 'equal to the integer'],
    [reconciled, 'equal but for a second on a rounding edge'],
    [explained, 'explained by the restart'],
  ] as const
  const text = counts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`)
  yield outcomeLine(
    unexplained === 0 ? 'ok' : 'fail',
    `${plural(total, 'summary', 'summaries')} of YuniKorn: ${text.join(', ')}.`,
    style,
  )
  if (forgotten.worst === null) return
  yield `  It forgot up to ${forgotten.worst.percent.toFixed(0)} % of an application's usage (${forgotten.worst.application}).`
}
