/** What is printed of a fork's report that was written: its path first, for scripts. */
import type { ForkReportFile } from '../../domain/fork/features/report-file.ts'
import { formatBytes, plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Block, View } from '../view.ts'

export const forkReportFileView: View<ForkReportFile> = {
  *blocks(file): Generator<Block> {
    yield sanitize(file.path)
    yield ''
    yield [
      formatBytes(file.bytes),
      plural(file.breaking, 'breaking change'),
      plural(file.defaults, 'changed default'),
      plural(file.features, 'feature'),
      `${file.undecided} undecided`,
      ...(file.verdict === null ? [] : [`patches ${file.verdict}`]),
    ].join(', ')
  },
  names: (file) => [file.path],
}
