// The windows of a question over what a ledger covers, as a table for the engine.
import type { FactStore, Row } from '../../ports/fact-store.ts'
import { SparkopsError } from '../errors.ts'
import { type UsageLedger } from './ledger.ts'
import { type Question } from './question.ts'
import { earlier, later } from './timeline.ts'
import { type Window, windowsOver } from './windows.ts'

export interface WindowTable {
  windows: Window[]
  load(store: FactStore): Promise<void>
}

/** First and last moment that any instance covers. */
export function coveredPeriod(ledger: UsageLedger): Window {
  const covers = ledger.timeline.instances.flatMap((instance) => instance.covers)
  return { from: covers.map((cover) => cover.from).reduce(earlier), to: coverEndOf(ledger) }
}

/** The last moment anything is known of. */
export function coverEndOf(ledger: UsageLedger): bigint {
  const ends = ledger.timeline.instances.flatMap((instance) => [
    ...instance.covers.map((cover) => cover.to),
    ...(instance.confirmedUntil === undefined ? [] : [instance.confirmedUntil]),
  ])
  return ends.reduce(later)
}

/** The windows asked for; undefined when the question is about all time. */
export async function windowTable(ledger: UsageLedger, question: Question): Promise<WindowTable | undefined> {
  const { window: size, zone } = question
  if (size === undefined && question.from === undefined && question.to === undefined) return undefined
  const covered = coveredPeriod(ledger)
  const bounds = await boundsOfLifetimes(ledger)
  const from = question.from ?? earlier(covered.from, bounds.from ?? covered.from)
  const to = question.to ?? later(later(covered.to, bounds.to ?? covered.to), from) + 1n
  if (to <= from) throw emptyPeriod()
  const whole = size === undefined ? [{ from, to }] : windowsOver(from, to - 1n, size, zone)
  const windows = whole.map((one) => ({
    from: question.from === undefined ? one.from : later(one.from, from),
    to: question.to === undefined ? one.to : earlier(one.to, to),
  }))
  return { windows, load: (store) => load(store, windows, covered.to, question.from !== undefined) }
}

/** The first and last moment of any lifetime that has one: evidence from outside can reach beyond what is covered. */
async function boundsOfLifetimes({ store }: UsageLedger): Promise<{ from: bigint | null; to: bigint | null }> {
  const [row] = await store.rows('SELECT min(s1), max(e2) FROM spans')
  const [from, to] = row as [bigint | null, bigint | null]
  return { from, to }
}

/**
 * An open end is bounded in every window that has ended; a beginning that nothing bounds is bounded in every window but the
 * first, and there too if the question begins later than it.
 */
async function load(store: FactStore, windows: readonly Window[], coveredTo: bigint, cutFront: boolean): Promise<void> {
  const first = windows[0]!.from
  const rows = windows.map((window, win): Row => {
    const isFirst = win === 0 && !cutFront
    const isLast = window.to > coveredTo
    return [win, window.from, window.to, first, isFirst ? 1 : 0, isLast ? 1 : 0]
  })
  await store.run('DROP TABLE IF EXISTS windows')
  await store.table(
    'windows',
    { win: 'INTEGER', f: 'BIGINT', t: 'BIGINT', first: 'BIGINT', is_first: 'INTEGER', is_last: 'INTEGER' },
    rows,
  )
}

function emptyPeriod(): SparkopsError {
  return new SparkopsError({
    code: 'SO_PERIOD',
    message: '--from and --to leave no time between them.',
    why: '--to is not after --from (or after the beginning of the dump).',
    hint: 'Give a --to that is later.',
    exit: 'usage',
  })
}
