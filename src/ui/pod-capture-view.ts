/** A capture for people: what was seen of each application, and what keeps it from being whole. */
import type { CapturedApplication } from '../ports/pod-capture.ts'
import type { PodCapture } from '../domain/pods/capture/capture-pods.ts'
import { plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

const COLUMNS: readonly Column<CapturedApplication>[] = [
  { header: 'namespace', value: ({ namespace }) => namespace },
  { header: 'application', value: ({ name }) => name },
  { header: 'state', value: ({ state }) => state ?? '-', shrink: 'never' },
  { header: 'driver', value: ({ hasDriver }) => (hasDriver ? 'seen' : '-'), shrink: 'never' },
  {
    header: 'executors',
    value: ({ executorsSeen, executorsAsked }) =>
      executorsAsked === null ? String(executorsSeen) : `${executorsSeen} of ${executorsAsked}`,
    shrink: 'never',
  },
  { header: 'attempts', value: ({ attempts }) => attempts.length },
]

export const podCaptureView: View<PodCapture> = {
  *blocks({ directory, applications, pods, reasons, missing, complete }, { style }): Generator<Block> {
    const { paint, glyphs } = style
    if (applications.length > 0) yield table(COLUMNS, applications)
    if (applications.length > 0) yield ''
    for (const { resource, why } of missing) yield `${glyphs.warn} without ${sanitize(`${resource}: ${why}`)}`
    for (const reason of reasons) yield `${paint('yellow', glyphs.wait)} ${sanitize(reason)}`
    const said = `${plural(pods.length, 'pod')} in ${sanitize(directory)}`
    yield complete
      ? `${paint('green', glyphs.ok)} ${said}`
      : `${paint('yellow', glyphs.wait)} ${said}; it is not whole: nothing that it holds is proven`
  },
  names: ({ directory }) => [directory],
}
