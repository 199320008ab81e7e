/** The engine in which facts are kept and reduced by SQL. */
import type { FactSink } from '../domain/usage/facts.ts'

/** A value as the engine gives it: 64-bit integers are bigint, 128-bit ones too. */
export type Cell = bigint | number | string | boolean | null
export type Row = readonly Cell[]

/** Types of columns of the small tables that the domain hands to the engine. */
export type ColumnType = 'INTEGER' | 'BIGINT' | 'VARCHAR' | 'SMALLINT' | 'HUGEINT'

/** A file with the rows of one day, counted from 1970. */
export interface DayFile {
  day: number
  path: string
}

/**
 * Facts go in through the sink methods, in any order, before `seal`; then SQL runs over the tables
 * `facts(src, code, ts, obj, k1, k2, res)` and `names(kind, hash, text)`.
 */
export interface FactStore extends FactSink {
  /** Ends the writing of facts. */
  seal(): Promise<void>
  /** Runs a statement. */
  run(sql: string): Promise<void>
  /** Makes a table of rows that the domain has computed. */
  table(name: string, columns: Readonly<Record<string, ColumnType>>, rows: Iterable<Row>): Promise<void>
  /** The rows of a query, a chunk at a time, so that a long answer is never held whole. */
  chunks(sql: string): AsyncIterable<readonly Row[]>
  /** All rows of a query: for small answers. */
  rows(sql: string): Promise<readonly Row[]>
  /** Writes a query's answer to a Parquet file. */
  writeParquet(sql: string, path: string): Promise<void>
  /** Writes a query's answer to Parquet files in a directory, one for each value of its column `day`. */
  writeDays(sql: string, directory: string): Promise<DayFile[]>
  /** Makes a view of the rows of Parquet files, in place of a table or view of that name. */
  readParquet(name: string, columns: Readonly<Record<string, ColumnType>>, paths: readonly string[]): Promise<void>
  close(): Promise<void>
  /** Removes at once what lies on the disk: for a process that is being interrupted. */
  abandon(): void
}
