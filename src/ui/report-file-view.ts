/** What is printed of a report that was written: its path first, for scripts. */
import type { UsageReportFile } from '../domain/usage/report/report-file.ts'
import { formatBytes, plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import { table } from './table.ts'
import type { Block, View } from './view.ts'

export const reportFileView: View<UsageReportFile> = {
  *blocks(file): Generator<Block> {
    yield sanitize(file.path)
    yield ''
    yield [
      formatBytes(file.bytes),
      plural(file.applications, 'application'),
      plural(file.allocations, 'allocation'),
      plural(file.ghosts, 'ghost'),
      plural(file.restarts, 'restart'),
    ].join(', ')
    yield table(
      [
        { header: 'resource', value: (figure) => figure.resource },
        { header: 'at least', value: (figure) => String(figure.lower), align: 'right' },
        { header: 'at most', value: (figure) => String(figure.upper), align: 'right' },
        { header: 'unit', value: (figure) => figure.unit },
      ],
      file.used,
    )
  },
  names: (file) => [file.path],
}
