// Usage as a Parquet file: amounts in YuniKorn's own units, as decimals of 38 digits, so that nothing is rounded.
import type { FactStore, Row } from '../../ports/fact-store.ts'
import { SparkopsError } from '../errors.ts'
import { type UsageItem, type UsageList } from './answer.ts'

/** Writes the items of an answer; one column a dimension. The answer must be in native units. */
export async function writeParquet(store: FactStore, list: UsageList, path: string | undefined): Promise<void> {
  if (path === undefined || path === '-') throw noFile()
  const dimensions = Object.keys(list.items[0]?.by ?? {})
  const columns = [
    ...dimensions.map((_, index) => `d${index}`),
    'wf',
    'wt',
    'kind',
    'resource',
    'unit',
    'lower',
    'upper',
    'exact',
    'status',
    'allocations',
    'currency',
    'cl',
    'cu',
  ]
  const types = Object.fromEntries(columns.map((column) => [column, 'VARCHAR'] as const))
  await store.run('DROP TABLE IF EXISTS items')
  await store.table('items', types, list.items.map(toRow))
  const names = dimensions.map((name, index) => `d${index} AS "${name.replaceAll('"', '""')}"`)
  const amount = (column: string): string => `CAST(${column} AS DECIMAL(38, 0)) AS ${column}`
  await store.writeParquet(
    `SELECT ${[...names, 'CAST(wf AS TIMESTAMP) AS window_from', 'CAST(wt AS TIMESTAMP) AS window_to', 'kind', 'resource', 'unit'].join(', ')},
      ${['lower', 'upper', 'exact'].map(amount).join(', ')}, status, CAST(allocations AS BIGINT) AS allocations,
      currency, CAST(cl AS DECIMAL(38, 6)) AS cost_lower, CAST(cu AS DECIMAL(38, 6)) AS cost_upper FROM items`,
    path,
  )
}

function toRow(item: UsageItem): Row {
  const text = (value: UsageItem['lower'] | null | undefined): string | null =>
    value === null || value === undefined ? null : String(value)
  return [
    ...Object.values(item.by),
    item.window?.from.slice(0, 23) ?? null,
    item.window?.to.slice(0, 23) ?? null,
    ...[
      item.kind,
      item.resource,
      item.unit,
      text(item.lower),
      text(item.upper),
      text(item.exact),
      item.status,
      String(item.allocations),
    ],
    ...[item.cost?.currency ?? null, text(item.cost?.lower), text(item.cost?.upper)],
  ]
}

function noFile(): SparkopsError {
  return new SparkopsError({
    code: 'SO_PARQUET_FILE',
    message: '-o parquet needs a file to write to.',
    why: 'Parquet is binary and needs a file that can be sought in.',
    hint: 'Give --file usage.parquet.',
    exit: 'usage',
  })
}
