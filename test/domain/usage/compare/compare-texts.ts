/** Compares dumps and logs in this process: the domain and the real engine, without files. */
import { compareUsage, type CompareOptions } from '../../../../src/domain/usage/compare/compare-usage.ts'
import { type ComparedItem } from '../../../../src/domain/usage/compare/compared-item.ts'
import { type ComparisonSummary } from '../../../../src/domain/usage/compare/tally.ts'
import { type UnreportedItem } from '../../../../src/domain/usage/compare/unreported.ts'
import { type DumpInput } from '../../../../src/ports/dump-source.ts'
import { withLedger } from '../../../support/usage/ledgers.ts'

export interface Compared {
  items: ComparedItem[]
  withoutSummary: UnreportedItem[]
  summary: ComparisonSummary
}

const OPTIONS: CompareOptions = {
  summaries: [],
  rest: false,
  epsilon: 5_000_000n,
  wrap: false,
  lenient: false,
  progress: () => undefined,
}

/** The whole comparison of dumps with logs, or, without logs, with REST histories in the dumps. */
export async function compared(
  dumps: readonly DumpInput[],
  summaries: readonly DumpInput[],
  options: Partial<CompareOptions> = {},
): Promise<Compared> {
  return await withLedger(dumps, async (ledger) => {
    const comparison = await compareUsage(ledger, { ...OPTIONS, summaries, ...options })
    const items = await collected(comparison.items)
    return { items, withoutSummary: await collected(comparison.withoutSummary), summary: comparison.summary }
  })
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
