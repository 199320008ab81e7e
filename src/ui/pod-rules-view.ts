/** Rules about pods for people: one in full, many as a table. */
import type { PodRuleList } from '../domain/pods/explain-rule.ts'
import type { PodRule } from '../domain/pods/rules/rule.ts'
import { sanitize } from './sanitize.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

const COLUMNS: readonly Column<PodRule>[] = [
  { header: 'id', value: ({ id }) => id, shrink: 'never' },
  { header: 'class', value: (rule) => rule.class, shrink: 'never' },
  { header: 'path', value: ({ path }) => path, shrink: 'middle' },
  { header: 'rule', value: ({ rule }) => rule },
  { header: 'why', value: ({ why }) => why, wide: true },
  { header: 'source', value: ({ source }) => source, wide: true },
]
/** More than these are a list to look through, not an explanation to read. */
const FEW = 5

export const podRulesView: View<PodRuleList> = {
  *blocks({ items }): Generator<Block> {
    if (items.length > FEW) {
      yield table(COLUMNS, items)
      return
    }
    for (const [index, { id, class: kind, path, rule, why, source }] of items.entries()) {
      if (index > 0) yield ''
      yield `${id}  ${kind}`
      for (const [label, text] of Object.entries({ path, rule, why, source }))
        yield sanitize(`  ${label.padEnd(8)}${text}`)
    }
  },
  names: ({ items }) => items.map(({ id }) => id),
}
