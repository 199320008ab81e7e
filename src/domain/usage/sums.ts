// Sums as the engine gives them, and the amounts they are told as.
import type { Row } from '../../ports/fact-store.ts'
import { type Dimension, KINDS } from './question.ts'
import { convert, type UnitSystem, unitOf } from './units.ts'

export type Amount = bigint | number | string
export type Status = 'exact' | 'bounded' | 'open'

/** A sum in a system of units; `upper` is null when open, `exact` is the part that was seen from end to end. */
export interface Amounts {
  unit: string
  lower: Amount
  upper: Amount | null
  exact: Amount
  status: Status
}

/** A sum as the engine gives it, in YuniKorn's units. */
export interface RawSum {
  by: Record<string, string>
  win: number
  kind: string
  resource: string
  lower: bigint
  upper: bigint | null
  exact: bigint
  allocations: number
  costLower: bigint
  costUpper: bigint | null
}

/** Reads a row of `sumSql`. */
export function readSum(row: Row, dimensions: readonly Dimension[]): RawSum {
  const by: Record<string, string> = {}
  let at = 0
  for (const dimension of dimensions) by[dimension] = row[at++] as string
  const open = row[at + 6] as bigint
  return {
    by,
    win: row[at] as number,
    kind: KINDS[row[at + 1] as number]!,
    resource: row[at + 2] as string,
    lower: row[at + 3] as bigint,
    upper: open > 0n ? null : (row[at + 4] as bigint),
    exact: row[at + 5] as bigint,
    allocations: Number(row[at + 7]),
    costLower: 0n,
    costUpper: 0n,
  }
}

/** Bounds in a system of units: the lower rounded down, the upper up; equal ones stay equal. */
export function amounts(
  row: { resource: string; lower: bigint; upper: bigint | null; exact: bigint },
  units: UnitSystem,
): Amounts {
  const { name, divisor } = unitOf(row.resource, units)
  const same = row.upper === row.lower
  const status = row.upper === null ? 'open' : same ? 'exact' : 'bounded'
  return {
    unit: name,
    lower: convert(row.lower, divisor, same ? 'nearest' : 'down'),
    upper: row.upper === null ? null : convert(row.upper, divisor, same ? 'nearest' : 'up'),
    exact: convert(row.exact, divisor, same ? 'nearest' : 'down'),
    status,
  }
}
