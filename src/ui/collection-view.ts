/** What a collector did, for people. */
import type { CollectionReport } from '../domain/usage/collect/collection-report.ts'
import { formatBytes, plural } from './format.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

const SINKS: readonly Column<CollectionReport['sinks'][number]>[] = [
  { header: 'kept in', value: ({ name }) => name, shrink: 'middle' },
  { header: 'pieces', value: ({ pieces }) => pieces, align: 'right', shrink: 'never' },
  { header: 'size', value: ({ bytes }) => formatBytes(bytes), align: 'right', shrink: 'never' },
  { header: 'failures', value: ({ failures }) => failures, align: 'right', shrink: 'never' },
  { header: 'left', value: ({ left }) => formatBytes(left), align: 'right', shrink: 'never' },
]

export const collectionView: View<CollectionReport> = {
  *blocks({ events, snapshots, restarts, gaps, missing, instance, next, sinks }): Generator<Block> {
    yield `${plural(events, 'event')} and ${plural(snapshots, 'listing')} taken; ${plural(restarts, 'restart')} seen`
    if (gaps > 0) yield `${plural(missing, 'event')} in ${plural(gaps, 'gap')} were gone before they could be taken`
    if (instance !== null) yield `next is event ${next} of ${instance}`
    yield ''
    yield table(SINKS, sinks)
    for (const { name, left, trouble } of sinks)
      if (left > 0)
        yield `${name} has not kept all${trouble === null ? '' : `: ${trouble}`}; the next start hands it on`
  },
  names: ({ sinks }) => sinks.map(({ name }) => name),
}
