// What the scheduler that ended an allocation could see of it: from its own last sight of the beginning to the end. A
// new process starts a recovered allocation's clock anew (`NewAllocationFromSI`): what came before is in no report.
import type { ColumnType, Row } from '../../../ports/fact-store.ts'
import { type JudgedSpan } from '../judge/judge.ts'
import { lastInstance } from '../judge/history.ts'
import { KIND } from '../reduce-sql.ts'

/** Columns of the table `cmp_own_judged`. */
export const OWN_COLUMNS: Readonly<Record<string, ColumnType>> = {
  inc: 'INTEGER',
  inst: 'INTEGER',
  k1: 'BIGINT',
  k2: 'BIGINT',
  res: 'BIGINT',
  kind: 'INTEGER',
  code: 'INTEGER',
  resized: 'INTEGER',
  s1: 'BIGINT',
  s2: 'BIGINT',
  e1: 'BIGINT',
  e2: 'BIGINT',
}

/** The rows of judged lifetimes; those that SQL settled are in one piece anyway. */
export function* ownRows(judged: readonly JudgedSpan[]): Generator<Row> {
  for (const span of judged) {
    const { key, res, firstRes, end } = span.lifetime
    const kind = span.preempted ? KIND.preempted : span.placeholder ? KIND.placeholder : KIND.used
    const { s1, s2 } = beginningIn(span, lastInstance(span.lifetime))
    yield [
      ...[span.incarnation?.inc ?? -1, lastInstance(span.lifetime), key.k1, key.k2, res, kind, end?.code ?? 0],
      ...[res === firstRes ? 0 : 1, s1 ?? null, s2, span.e1, span.e2 ?? null],
    ]
  }
}

/** In a range; s1 undefined: nothing bounds it. */
function beginningIn(span: JudgedSpan, inst: number): { s1: bigint | undefined; s2: bigint } {
  const { sightings, end } = span.lifetime
  const here = sightings.filter((sighting) => sighting.inst === inst)
  if (here.length > 0) return { s1: here[0]!.ts, s2: here.at(-1)!.ts }
  if (sightings.length === 0) return { s1: undefined, s2: span.s2 }
  // Only its end was seen there: the scheduler may have learnt of it at any time before.
  return { s1: undefined, s2: end?.ts ?? span.e1 }
}
