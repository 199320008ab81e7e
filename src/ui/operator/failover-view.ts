/** A failover for people: the verdict, the figures, then what was hurt and what was not seen. */
import type { FailoverReport } from '../../domain/operator/failover/report.ts'
import type { Judged } from '../../domain/operator/failover/judge.ts'
import type { Tone } from '../color.ts'
import { sanitize } from '../sanitize.ts'
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
    if (items.length > 0) yield* ['', table(ITEM_COLUMNS, items)]
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

const ITEM_COLUMNS: Column<Judged>[] = [
  { header: 'verdict', value: ({ verdict }) => ({ text: verdict, tone: TONES[verdict] }), shrink: 'never' },
  { header: 'kind', value: ({ kind }) => kind, wide: true },
  { header: 'name', value: ({ name }) => name, shrink: 'middle' },
  { header: 'uid', value: ({ uid }) => uid, wide: true },
  { header: 'why', value: ({ why }) => why },
]

const TEST_COLUMNS: Column<FailoverReport['tests'][number]>[] = [
  { header: 'test application', value: ({ name }) => name, shrink: 'middle' },
  { header: 'submitted', value: ({ createdAt }) => createdAt.slice(11, 23), shrink: 'never' },
  { header: 'taken up after', value: waitText, shrink: 'end' },
  { header: 'driver', value: ({ driverAt }) => driverAt?.slice(11, 23), shrink: 'never' },
]
