/** A failover for people: the verdict, the figures, then what was hurt and what was not seen. */
import type { FailoverReport } from '../../domain/operator/failover/report.ts'
import type { Judged } from '../../domain/operator/failover/judge.ts'
import type { Tone } from '../color.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { outcomeLine, type Outcome } from '../steps.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'
import { wrapText } from '../wrap.ts'
import { failoverJunit } from './failover-junit.ts'
import { headlines, verdictText, waitText } from './failover-words.ts'

export const failoverView: View<FailoverReport> = {
  *blocks(report, { style, wide }): Generator<Block> {
    yield outcomeLine(SIGNS[report.exit] ?? 'warn', verdictText(report), style)
    for (const [label, text] of headlines(report)) {
      const indent = `  ${label.padEnd(LABEL_WIDTH)}`
      yield wrapText(sanitize(text), { width: style.width, indent, hang: ' '.repeat(indent.length) }).join('\n')
    }
    const items = report.items.filter(({ verdict }) => wide || verdict !== 'intact')
    if (items.length > 0) yield ''
    for (const item of items) yield* itemBlocks(item, style)
    if (report.tests.length > 0) yield* ['', table(TEST_COLUMNS, report.tests)]
    for (const what of report.unseen) yield `${style.paint('yellow', style.glyphs.wait)} not seen: ${sanitize(what)}`
    if (report.run !== null)
      yield style.paint('dim', `run ${report.run}; its evidence is in watch.ndjson beside its journal`)
  },
  names: ({ items }) => items.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`),
  formats: { junit: failoverJunit },
}

const SIGNS: Readonly<Partial<Record<FailoverReport['exit'], Outcome>>> = {
  ok: 'ok',
  findings: 'fail',
  inconclusive: 'wait',
  pending: 'wait',
}

const LABEL_WIDTH = 14

const TONES: Readonly<Record<Judged['verdict'], Tone>> = {
  intact: 'green',
  note: 'blue',
  unseen: 'yellow',
  lost: 'red',
  twice: 'red',
  restarted: 'red',
  missed: 'red',
}

function* itemBlocks({ verdict, kind, name, why }: Judged, { paint, width }: Style): Generator<Block> {
  const what = kind === 'SparkApplication' ? '' : 'schedule '
  yield `${paint(TONES[verdict], verdict.padEnd(10))}${what}${sanitize(name)}`
  if (why !== '') yield wrapText(sanitize(why), { width, indent: ' '.repeat(10) }).join('\n')
}

const TEST_COLUMNS: Column<FailoverReport['tests'][number]>[] = [
  { header: 'test application', value: ({ name }) => name, shrink: 'middle' },
  { header: 'submitted', value: ({ createdAt }) => createdAt.slice(11, 23), shrink: 'never' },
  { header: 'taken up after', value: waitText, shrink: 'end' },
  { header: 'driver', value: ({ driverAt }) => driverAt?.slice(11, 23), shrink: 'never' },
]
