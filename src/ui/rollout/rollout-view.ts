/** A rollout for people at a terminal: where each environment stands, and what the gates say. */
import type { GateResult, GateState } from '../../domain/rollout/gates/gate.ts'
import type { FailureRow, RolloutReport } from '../../domain/rollout/report.ts'
import type { EnvironmentRow, RolloutStatus } from '../../domain/rollout/status.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'
import { wrapText } from '../wrap.ts'

const TONES: Readonly<Record<GateState, 'green' | 'yellow' | 'red' | 'dim'>> = {
  holds: 'green',
  waits: 'yellow',
  unseen: 'yellow',
  fails: 'red',
  off: 'dim',
}
/** More failures than this are counted, and told in the report. */
const FAILURES_NAMED = 10

export const rolloutReportView: View<RolloutReport> = {
  *blocks(report, { style, wide }): Generator<Block> {
    const { applications, started, environment, context, stage, failures, leftovers } = report
    yield `${sanitize(environment)} (${sanitize(context)}) is ${stage}${started === null ? '' : `, moved ${started.at} by ${sanitize(started.by)}`}`
    if (started !== null)
      yield `${plural(applications.since, 'application')} finished since, ${applications.completedSince} completed; ${applications.before} before`
    yield ''
    for (const gate of report.gates) yield gateLines(gate, style)
    yield* failureBlocks(wide ? failures : failures.slice(0, FAILURES_NAMED), failures.length)
    for (const { kind, object, reason } of leftovers) yield `${kind}: ${sanitize(object)}: ${sanitize(reason)}`
    yield ''
    yield `next: ${report.next}`
  },
  names: ({ gates }) => gates.map(({ gate, state }) => `${gate}/${state}`),
}

function gateLines({ gate, state, reason }: GateResult, { paint, glyphs, width }: Style): string {
  const mark = { holds: glyphs.ok, waits: glyphs.wait, fails: glyphs.fail, unseen: '?', off: '-' }[state]
  const lines = wrapText(sanitize(`${gate} ${state === 'holds' ? '' : `${state}: `}${reason}`), {
    width,
    indent: `${mark} `,
    hang: '  ',
  })
  return paint(TONES[state], lines.join('\n'))
}

const FAILURE_COLUMNS: readonly Column<FailureRow>[] = [
  { header: 'failed', value: ({ application }) => application, shrink: 'middle' },
  { header: 'by', value: ({ origin }) => origin, shrink: 'never' },
  { header: 'class', value: ({ class: kind }) => kind, shrink: 'never' },
  { header: 'before', value: ({ standing }) => standing, shrink: 'never' },
  { header: 'why', value: ({ reason }) => reason },
]

function* failureBlocks(shown: readonly FailureRow[], all: number): Generator<Block> {
  if (all === 0) return
  yield ''
  yield table(FAILURE_COLUMNS, shown)
  if (all > shown.length) yield `and ${all - shown.length} more: -o wide, or --report DIR`
}

const ENVIRONMENT_COLUMNS: readonly Column<EnvironmentRow>[] = [
  { header: 'environment', value: ({ name }) => name, shrink: 'never' },
  { header: 'context', value: ({ context }) => context, shrink: 'middle' },
  { header: 'to', value: ({ to }) => to, wide: true },
  { header: 'stage', value: ({ stage }) => stage, shrink: 'never' },
  { header: 'since', value: ({ at }) => at?.slice(0, 16).replace('T', ' ') ?? '', shrink: 'never' },
  { header: 'by', value: ({ by }) => by ?? '' },
  { header: 'says', value: ({ says }) => says ?? '' },
]

export const rolloutStatusView: View<RolloutStatus> = {
  *blocks({ rollout, place, environments, report }, options): Generator<Block> {
    yield `rollout ${sanitize(rollout)}; its state is in ${sanitize(place)}`
    yield table(ENVIRONMENT_COLUMNS, environments)
    if (report === null) return
    yield ''
    for (const block of rolloutReportView.blocks(report, options) as Iterable<Block>) yield block
  },
  names: ({ environments }) => environments.map(({ name, stage }) => `${name}/${stage}`),
}
