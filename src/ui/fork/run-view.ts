/** A run for people: what was carried and how, and what waits for them. */
import type { ForkRun, RunStep, RunStop } from '../../domain/fork/sync/run-report.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { outcomeLine } from '../steps.ts'
import { type Column, table } from '../table.ts'
import type { Block, View, ViewOptions } from '../view.ts'

const COLUMNS: readonly Column<RunStep>[] = [
  { header: 'step', value: (step) => step.number },
  { header: 'commit', value: (step) => step.old.slice(0, 12), shrink: 'never' },
  { header: 'new', value: (step) => step.new?.slice(0, 12), shrink: 'never', wide: true },
  { header: 'outcome', value: (step) => (step.action === 'carried' ? step.how : step.action), shrink: 'never' },
  { header: 'subject', value: (step) => step.subject },
  { header: 'author', value: (step) => step.author, wide: true },
  { header: 'rule', value: (step) => rulesOf(step) },
  {
    header: 'evidence',
    value: (step) => step.evidence ?? step.resolutions.map((one) => one.evidence).join('; '),
    wide: true,
  },
]

export const runView: View<ForkRun> = {
  *blocks(run, options): Generator<Block> {
    yield heading(run, options)
    yield `base ${sanitize(run.base.name)} (${run.base.how}), onto ${sanitize(run.onto.name)}; result in ${run.ref}`
    if (run.steps.length > 0) {
      yield ''
      yield table(COLUMNS, run.steps)
    }
    if (run.stop !== null) yield* stopBlocks(run.stop, options)
    if (run.failedBuild !== null) {
      yield ''
      yield outcomeLine('wait', sanitize(run.failedBuild.message), options.style)
    }
    yield ''
    yield nextLine(run)
  },
  names: (run) => run.steps.flatMap((step) => step.new ?? []),
}

function heading(run: ForkRun, { style }: ViewOptions): string {
  const { carried, dropped, skipped, clean, byRule, byHand, total } = run.summary
  const parts = [
    `${carried} of ${plural(total, 'commit')} carried (${clean} clean, ${byRule} by rule, ${byHand} by hand)`,
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  const outcome = run.status === 'finished' ? 'ok' : run.status === 'aborted' ? 'fail' : 'wait'
  return outcomeLine(outcome, `${sanitize(run.id)} ${run.status}: ${parts.join(', ')}`, style)
}

function* stopBlocks(stop: RunStop, { style }: ViewOptions): Generator<Block> {
  yield ''
  yield outcomeLine(
    'wait',
    `stopped at step ${stop.number}: ${stop.commit.slice(0, 12)} ${sanitize(stop.subject)}`,
    style,
  )
  for (const conflict of stop.conflicts) {
    const settled = conflict.settled === null ? '' : ` (settled: ${sanitize(conflict.settled)})`
    yield `  ${sanitize(conflict.path)}: ${conflict.type.replace(/^CONFLICT \(|\)$/g, '')}; in ${conflict.sides.join(', ')}${settled}`
    for (const line of [...conflict.why, ...conflict.hints]) yield `    ${sanitize(line)}`
  }
  for (const finding of stop.findings) {
    yield `  ${sanitize(finding.path)}: ${finding.rule} (${finding.gate}): ${sanitize(finding.message)}`
  }
  yield `edit in ${sanitize(stop.directory)}`
}

function nextLine(run: ForkRun): string {
  if (run.status === 'finished') return 'Next: sparkops fork verify, then sparkops fork publish'
  if (run.status === 'aborted') return 'Nothing is lost: its refs are below refs/sparkops/archive/'
  if (run.failedBuild !== null) return 'Next: sparkops fork undo, or sparkops fork continue --accept exec'
  if (run.stop === null) return 'Next: sparkops fork continue'
  return 'Next: sparkops fork resolve PATH [--take upstream|company|deleted], then sparkops fork continue'
}

function rulesOf(step: RunStep): string {
  return step.rule ?? [...new Set(step.resolutions.map(({ rule }) => rule))].join(', ')
}
