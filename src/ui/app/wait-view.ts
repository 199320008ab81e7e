/** Submissions and waits for people: how each application stands, and how long submissions took. */
import type { ApplicationSubmission, SubmittedRow } from '../../domain/app/submit/submit.ts'
import type { ApplicationWait, WaitRow } from '../../domain/app/wait.ts'
import type { Percentiles } from '../../domain/statistics/percentiles.ts'
import { formatDuration, plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'
import { wrapText } from '../wrap.ts'

/** Above this many, a burst is told by its figures, and only what went wrong by name. */
const NAMED = 20

export const submissionView: View<ApplicationSubmission> = {
  *blocks(submission, { style, wide }): Generator<Block> {
    const { items, run, dryRun, latency } = submission
    const shown =
      wide || items.length <= NAMED ? items : items.filter((item) => item.refused !== null || item.failure !== null)
    if (dryRun) yield `the API server would take ${plural(items.length, 'application')}; nothing was created`
    if (shown.length > 0) yield table(submissionColumns(submission.waitedFor !== null), shown)
    for (const item of shown) yield* reasonBlocks(item, item.refused ?? item.failure?.reason, style)
    if (items.length > 1) yield* latencyBlocks(latency, items)
    if (!dryRun)
      yield style.paint('dim', `run ${run}; to remove: sparkops app delete --ours -l sparkops.dev/run=${run}`)
  },
  names: ({ items }) => items.map(({ namespace, name }) => `${namespace}/${name}`),
}

export const waitView: View<ApplicationWait> = {
  *blocks({ items, ...wait }, { style }): Generator<Block> {
    if (items.length === 0) yield 'no application to wait for'
    else yield table(waitColumns(style), items)
    for (const item of items) yield* reasonBlocks(item, item.failure?.reason, style)
    if (wait.timedOut) yield `${style.paint('yellow', style.glyphs.wait)} not ${wait.for} in time`
  },
  names: ({ items }) => items.map(({ namespace, name }) => `${namespace}/${name}`),
}

/** Below the table and never cut: it is what the command is asked for. */
function* reasonBlocks(
  { name }: WaitRow,
  reason: string | undefined,
  { glyphs, paint, width }: Style,
): Generator<Block> {
  if (reason === undefined) return
  const lines = wrapText(sanitize(`${name}: ${reason}`), { width, indent: `${glyphs.fail} `, hang: '  ' })
  yield paint('red', lines.join('\n'))
}

function submissionColumns(waited: boolean): Column<SubmittedRow>[] {
  return [
    { header: 'namespace', value: (row) => row.namespace, wide: true },
    { header: 'name', value: (row) => row.name, shrink: 'middle' },
    { header: 'state', value: (row) => row.state, shrink: 'never' },
    { header: 'accepted', value: (row) => spanText(row.latency.accepted), align: 'right' },
    ...(waited
      ? [
          { header: 'driver', value: (row: SubmittedRow) => spanText(row.latency.driver), align: 'right' as const },
          { header: 'running', value: (row: SubmittedRow) => spanText(row.latency.running), align: 'right' as const },
          { header: 'exit', value: (row: SubmittedRow) => row.exitCode },
        ]
      : []),
  ]
}

function waitColumns({ glyphs }: Style): Column<WaitRow>[] {
  const signs = { met: glyphs.ok, impossible: glyphs.fail, open: glyphs.wait }
  return [
    { header: '', value: (row) => signs[row.standing], shrink: 'never' },
    { header: 'name', value: (row) => `${row.namespace}/${row.name}`, shrink: 'middle' },
    { header: 'state', value: (row) => row.state, shrink: 'never' },
    { header: 'exit', value: (row) => row.exitCode },
  ]
}

function* latencyBlocks(latency: ApplicationSubmission['latency'], items: readonly SubmittedRow[]): Generator<Block> {
  const refused = items.filter((item) => item.refused !== null).length
  yield ''
  yield `${plural(items.length, 'submission')}${refused > 0 ? `, ${refused} refused` : ''}; from the request until`
  const rows = [
    ['accepted', latency.accepted],
    ['driver pod created', latency.driver],
    ['driver running', latency.running],
  ] as const
  yield table(
    LATENCY_COLUMNS,
    rows.flatMap(([what, values]) => (values === null ? [] : [{ what, ...values }])),
  )
}

const LATENCY_COLUMNS: Column<Percentiles & { what: string }>[] = [
  { header: 'until', value: (row) => sanitize(row.what) },
  { header: 'count', value: (row) => row.count },
  ...(['min', 'p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) => ({
    header: name,
    value: (row: Percentiles) => formatDuration(row[name]),
    align: 'right' as const,
  })),
]

function spanText(milliseconds: number | null): string | null {
  return milliseconds === null ? null : formatDuration(milliseconds)
}
