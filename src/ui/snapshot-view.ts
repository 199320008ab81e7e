/** A snapshot for people: what it holds, and what it lacks. */
import type { SnapshotReport } from '../domain/snapshot/take-snapshot.ts'
import type { SnapshotType } from '../ports/snapshot.ts'
import { plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

const COLUMNS: readonly Column<SnapshotType>[] = [
  { header: 'type', value: ({ group, resource }) => typeName({ group, resource }), shrink: 'never' },
  { header: 'objects', value: ({ objects }) => objects },
  { header: 'kept', value: ({ form }) => form, shrink: 'never' },
  { header: 'which', value: ({ selection }) => selection },
  { header: 'version', value: ({ resourceVersion }) => resourceVersion, wide: true },
]

export const snapshotView: View<SnapshotReport> = {
  *blocks({ directory, takenAt, cluster, items, missing }): Generator<Block> {
    const objects = items.reduce((sum, type) => sum + type.objects, 0)
    yield `${plural(objects, 'object')} of ${sanitize(cluster.server)} in ${sanitize(directory)}, read back and verified`
    yield `taken ${takenAt}, cluster ${sanitize(cluster.uid)}`
    yield ''
    yield table(COLUMNS, items)
    for (const why of ['not allowed', 'not served'] as const) {
      const names = missing.filter((gap) => gap.why === why).map(typeName)
      if (names.length > 0) yield `${why}: ${sanitize(names.join(', '))}`
    }
  },
  names: ({ directory }) => [directory],
}

function typeName({ group, resource }: { group: string; resource: string }): string {
  return group === '' ? resource : `${resource}.${group}`
}
