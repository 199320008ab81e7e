/** Runs for people: which there are, how far each is, and what became of its steps. */
import type { RunList } from '../domain/runs/list-runs.ts'
import type { RunPruning } from '../domain/runs/prune-runs.ts'
import type { RunState, RunSummary } from '../domain/runs/run-summary.ts'
import type { RunReport } from '../domain/runs/show-run.ts'
import type { Tone } from './color.ts'
import { formatBytes, plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

const TONES: Readonly<Record<RunState, Tone>> = {
  running: 'cyan',
  open: 'yellow',
  done: 'green',
  superseded: 'dim',
  empty: 'dim',
  unreadable: 'red',
}

const COLUMNS: readonly Column<RunSummary>[] = [
  { header: 'run', value: ({ id }) => id, shrink: 'never' },
  { header: 'state', value: ({ state }) => ({ text: state, tone: TONES[state] }), shrink: 'never' },
  { header: 'what', value: ({ purpose }) => purpose },
  { header: 'target', value: ({ target }) => target },
  { header: 'steps', value: ({ steps }) => `${steps.done}/${steps.total}`, align: 'right', shrink: 'never' },
  { header: 'undoes', value: ({ undoes }) => undoes, wide: true },
  { header: 'undone by', value: ({ undoneBy }) => undoneBy, wide: true },
  { header: 'size', value: ({ bytes }) => formatBytes(bytes), align: 'right', wide: true },
  { header: 'failed at', value: ({ failure }) => failure, shrink: 'end' },
]

export const runListView: View<RunList> = {
  *blocks({ items, summary }): Generator<Block> {
    if (items.length === 0) {
      yield 'no runs'
      return
    }
    yield table(COLUMNS, items)
    if (summary.open === 0) return
    yield ''
    yield `${plural(summary.open, 'run')} not ended: go on with "resume", go back with "abort"`
  },
  names: ({ items }) => items.map(({ id }) => id),
}

const STEP_COLUMNS: readonly Column<RunReport['steps'][number]>[] = [
  { header: 'step', value: ({ id }) => id, shrink: 'middle' },
  {
    header: 'state',
    value: ({ state, observed, kept }) => ({
      text: kept !== null ? 'kept' : state === 'done' && observed ? 'done (found so)' : state,
      tone: state === 'done' ? 'green' : state === 'failed' ? 'red' : state === 'begun' ? 'yellow' : 'dim',
    }),
    shrink: 'never',
  },
  { header: 'tries', value: ({ attempts }) => attempts, wide: true },
  { header: 'object', value: ({ object }) => object, wide: true },
  { header: 'what', value: ({ title, kept, error }) => kept ?? error?.message ?? title },
]

export const runView: View<RunReport> = {
  *blocks({ run, steps, torn }): Generator<Block> {
    const { id, state, purpose, target, openedAt, lastAt, undoes, undoneBy, openBy, failure, directory } = run
    yield `${id}  ${state}  ${sanitize(purpose ?? '')} ${sanitize(target ?? '')}`.trimEnd()
    if (openedAt !== null) yield `begun ${openedAt}, last line ${lastAt ?? openedAt}`
    if (openBy !== null) yield `open by process ${openBy.pid} on ${sanitize(openBy.host)}`
    if (undoes !== null) yield `takes back ${undoes}`
    if (undoneBy !== null) yield `taken back by ${undoneBy}`
    if (failure !== null) yield `failed at ${sanitize(failure)}`
    if (torn) yield 'the last line of the journal was cut off, and counts as not written'
    yield `kept in ${sanitize(directory)}`
    if (steps.length === 0) return
    yield ''
    yield table(STEP_COLUMNS, steps)
  },
  names: ({ steps }) => steps.map(({ id }) => id),
}

export const runPruningView: View<RunPruning> = {
  *blocks({ items, summary }): Generator<Block> {
    const { removed, kept, bytes, dryRun } = summary
    const verb = dryRun ? 'would remove' : 'removed'
    yield `${verb} ${plural(removed, 'run')} (${formatBytes(bytes)}), ${dryRun ? 'keep' : 'kept'} ${kept}`
    if (items.length > 0) yield table(COLUMNS, items)
  },
  names: ({ items }) => items.map(({ id }) => id),
}
