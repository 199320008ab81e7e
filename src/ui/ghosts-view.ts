/** Ghosts for people: each allocation whose end nobody saw, its bounds, and what they rest on. */
import type { GhostItem, GhostList } from '../domain/usage/ghosts.ts'
import { renderCsv } from './csv.ts'
import { plural } from './format.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

const COLUMNS: readonly Column<GhostItem>[] = [
  { header: 'application', value: (ghost) => ghost.application },
  { header: 'allocation', value: (ghost) => ghost.allocation, shrink: 'end' },
  { header: 'node', value: (ghost) => ghost.node || '(unknown)' },
  { header: 'kind', value: (ghost) => ghost.kind, wide: true },
  { header: 'start', value: (ghost) => `${ghost.start.slice(0, 19)}Z`, shrink: 'never', wide: true },
  { header: 'seconds', value: (ghost) => seconds(ghost), align: 'right', shrink: 'never' },
  { header: 'rule', value: (ghost) => ghost.rule, shrink: 'never' },
  {
    header: 'proof',
    value: ({ proof }) => ({ text: proof, tone: proof === 'proven' ? 'green' : proof === 'rule' ? 'yellow' : 'red' }),
    shrink: 'never',
  },
  { header: 'evidence', value: (ghost) => ghost.evidence, wide: true },
]

export const ghostsView: View<GhostList> = {
  *blocks({ summary, items }): Generator<Block> {
    const { total, proven, rule, open, stillOpen } = summary
    yield `${plural(total, 'allocation')} ended unseen: ${proven} with a proven bound, ${rule} bounded by a rule, ${open} open`
    if (stillOpen > 0) yield `${plural(stillOpen, 'allocation')} still open at the end of the dump`
    if (items.length === 0) return
    yield ''
    yield table(COLUMNS, items)
  },
  names: ({ items }) => items.map((ghost) => ghost.allocation),
  formats: { csv: ghostsCsv },
}

function seconds({ lowerSeconds, upperSeconds }: GhostItem): string {
  return upperSeconds === null ? `>=${lowerSeconds}` : `${lowerSeconds}..${upperSeconds}`
}

const FIELDS = [
  'cluster',
  'application',
  'allocation',
  'kind',
  'node',
  'instance',
  'start',
  'lowerSeconds',
  'upperSeconds',
  'lastSeen',
  'latestEnd',
  'proof',
  'rule',
  'evidence',
  'stillOpen',
] as const

function ghostsCsv({ items }: GhostList): AsyncGenerator<string> {
  return renderCsv(
    FIELDS,
    items.map((ghost) => FIELDS.map((field) => ghost[field])),
  )
}
