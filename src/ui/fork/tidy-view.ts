/** What tidying folded and took out, for people. */
import type { ForkTidy, TidiedCommit } from '../../domain/fork/tidy/tidy-report.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

const COLUMNS: readonly Column<TidiedCommit>[] = [
  { header: 'commit', value: (item) => item.oid.slice(0, 12), shrink: 'never' },
  { header: 'rule', value: (item) => item.rule, shrink: 'never' },
  { header: 'into', value: (item) => item.into?.slice(0, 12), shrink: 'never' },
  { header: 'subject', value: (item) => item.subject },
  { header: 'author', value: (item) => item.author },
  { header: 'evidence', value: (item) => item.evidence, wide: true },
]

export const tidyView: View<ForkTidy> = {
  *blocks(tidy): Generator<Block> {
    if (tidy.ref === null) yield 'There is nothing to tidy.'
    else yield `${plural(tidy.before, 'commit')} become ${tidy.after}; the tree is the same. Kept in ${tidy.ref}`
    if (tidy.items.length > 0) {
      yield ''
      yield table(COLUMNS, tidy.items)
    }
    for (const { oid, subject, why } of tidy.left) yield `left: ${oid.slice(0, 12)} ${sanitize(subject)}: ${why}`
  },
  names: (tidy) => [tidy.tip],
}
