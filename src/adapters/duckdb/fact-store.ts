// DuckDB as the engine of facts: in memory, spilling to a directory of its own when the limit is reached.
import { rmSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BIGINT,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  HUGEINT,
  INTEGER,
  SMALLINT,
  VARCHAR,
} from '@duckdb/node-api'
import bindings from '@duckdb/node-bindings'
import { SparkopsError } from '../../domain/errors.ts'
import type { FactBatch, Name } from '../../domain/usage/facts.ts'
import type { Cell, ColumnType, DayFile, FactStore, Row } from '../../ports/fact-store.ts'

const TYPES = { INTEGER, BIGINT, VARCHAR, SMALLINT, HUGEINT } as const
const FACT_COLUMNS = [INTEGER, SMALLINT, BIGINT, BIGINT, BIGINT, BIGINT, BIGINT]
const VECTOR_ROWS = bindings.vector_size()

/** How much the engine may use. `memory` in DuckDB's words: `1GB`, `512MB`. */
export interface StoreLimits {
  memory: string
  threads: number
  /** Where it spills; a directory of its own below it is made and removed. */
  spill?: string | undefined
}

/** Opens an empty store. */
export async function openFactStore(limits: StoreLimits): Promise<FactStore> {
  const spill = await mkdtemp(join(limits.spill ?? tmpdir(), 'sparkops-spill-'))
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: limits.memory,
    threads: String(limits.threads),
    temp_directory: spill,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  await connection.run(
    `CREATE TABLE facts(src INTEGER, code SMALLINT, ts BIGINT, obj BIGINT, k1 BIGINT, k2 BIGINT, res BIGINT);
     CREATE TABLE names(kind INTEGER, hash BIGINT, text VARCHAR)`,
  )
  return new DuckDbFactStore({
    instance,
    connection,
    limits,
    spill,
    facts: await connection.createAppender('facts'),
    names: await connection.createAppender('names'),
  })
}

interface Parts {
  instance: DuckDBInstance
  connection: DuckDBConnection
  facts: DuckDBAppender
  names: DuckDBAppender
  limits: StoreLimits
  spill: string
}

class DuckDbFactStore implements FactStore {
  readonly #parts: Parts
  readonly #chunk = DuckDBDataChunk.create(FACT_COLUMNS)

  constructor(parts: Parts) {
    this.#parts = parts
  }

  facts(batch: FactBatch): void {
    const columns = [batch.src, batch.code, batch.ts, batch.obj, batch.k1, batch.k2, batch.res]
    for (let start = 0; start < batch.rows; start += VECTOR_ROWS) {
      const rows = Math.min(VECTOR_ROWS, batch.rows - start)
      this.#chunk.reset()
      bindings.data_chunk_set_size(this.#chunk.chunk, rows)
      for (const [index, column] of columns.entries()) {
        const width = column.BYTES_PER_ELEMENT
        const vector = bindings.data_chunk_get_vector(this.#chunk.chunk, index)
        const from = column.byteOffset + start * width
        bindings.copy_data_to_vector(vector, 0, column.buffer as ArrayBuffer, from, rows * width)
      }
      this.#guard(() => {
        this.#parts.facts.appendDataChunk(this.#chunk)
      })
    }
  }

  names(names: readonly Name[]): void {
    const appender = this.#parts.names
    for (const name of names) {
      appender.appendInteger(name.kind)
      appender.appendBigInt(name.hash)
      appender.appendVarchar(name.text)
      appender.endRow()
    }
  }

  seal(): Promise<void> {
    this.#guard(() => {
      this.#parts.facts.closeSync()
      this.#parts.names.closeSync()
    })
    return Promise.resolve()
  }

  async run(sql: string): Promise<void> {
    try {
      await this.#parts.connection.run(sql)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  async table(name: string, columns: Readonly<Record<string, ColumnType>>, rows: Iterable<Row>): Promise<void> {
    const types = Object.entries(columns)
    await this.run(`CREATE TABLE ${name}(${types.map(([column, type]) => `${column} ${type}`).join(', ')})`)
    const appender = await this.#parts.connection.createAppender(name)
    for (const row of rows) {
      for (const [index, [, type]] of types.entries()) append(appender, type, row[index] ?? null)
      appender.endRow()
    }
    appender.closeSync()
  }

  async *chunks(sql: string): AsyncIterable<readonly Row[]> {
    try {
      const result = await this.#parts.connection.stream(sql)
      for (;;) {
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return
        yield rowsOf(chunk.getColumns() as Cell[][], chunk.rowCount)
      }
    } catch (error) {
      throw this.#explained(error)
    }
  }

  async rows(sql: string): Promise<readonly Row[]> {
    const all: Row[] = []
    for await (const chunk of this.chunks(sql)) all.push(...chunk)
    return all
  }

  /** Whole or not at all. */
  async writeParquet(sql: string, path: string): Promise<void> {
    const draft = `${path}.${process.pid}.tmp`
    try {
      await this.#parts.connection.run(
        `COPY (${sql}) TO '${draft.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
      )
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      const message = error instanceof Error ? error.message : String(error)
      if (!/^IO Error|no space left/i.test(message) && !(error instanceof Error && 'syscall' in error))
        throw this.#explained(error)
      throw new SparkopsError({
        code: 'SO_WRITE_FAILED',
        message: `cannot write ${path}`,
        why: message.split('\n')[0]?.replaceAll(draft, path),
        hint: 'name another place, or make room or permission there; what stood in that place before is unchanged',
        cause: error,
      })
    }
  }

  async writeDays(sql: string, directory: string): Promise<DayFile[]> {
    await this.run('DROP TABLE IF EXISTS by_day')
    await this.run(`CREATE TEMP TABLE by_day AS ${sql}`)
    const files: DayFile[] = []
    for (const [day] of await this.rows('SELECT DISTINCT day FROM by_day ORDER BY day')) {
      const path = join(directory, `${String(day)}.parquet`)
      await this.writeParquet(`SELECT * EXCLUDE day FROM by_day WHERE day = ${String(day)}`, path)
      files.push({ day: Number(day), path })
    }
    await this.run('DROP TABLE by_day')
    return files
  }

  async readParquet(
    name: string,
    columns: Readonly<Record<string, ColumnType>>,
    paths: readonly string[],
  ): Promise<void> {
    const typed = Object.entries(columns).map(([column, type]) => ({ column, type }))
    const [known] = await this.rows(`SELECT table_type FROM information_schema.tables WHERE table_name = '${name}'`)
    if (known !== undefined) await this.run(`DROP ${known[0] === 'VIEW' ? 'VIEW' : 'TABLE'} ${name}`)
    const from =
      paths.length === 0
        ? `(SELECT ${typed.map(({ column, type }) => `CAST(NULL AS ${type}) AS ${column}`).join(', ')}) WHERE false`
        : `read_parquet([${paths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')}], union_by_name = false)`
    await this.run(
      `CREATE VIEW ${name} AS SELECT ${typed.map(({ column, type }) => `CAST(${column} AS ${type}) AS ${column}`).join(', ')} FROM ${from}`,
    )
  }

  async close(): Promise<void> {
    this.#parts.connection.closeSync()
    this.#parts.instance.closeSync()
    await rm(this.#parts.spill, { recursive: true, force: true })
  }

  abandon(): void {
    rmSync(this.#parts.spill, { recursive: true, force: true })
  }

  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      throw this.#explained(error)
    }
  }

  /** Out of memory and a full disk are the user's to mend; anything else is a defect of ours. */
  #explained(error: unknown): unknown {
    const message = error instanceof Error ? error.message : String(error)
    const { limits, spill } = this.#parts
    if (/out of memory/i.test(message)) {
      return new SparkopsError({
        code: 'SO_MEMORY',
        message: `The usage engine ran out of its ${limits.memory} of memory.`,
        why: message.split('\n')[0],
        hint: 'Give it more with --memory, for example --memory 4GB.',
        cause: error,
      })
    }
    if (/no space left|could not write|ENOSPC/i.test(message)) {
      return new SparkopsError({
        code: 'SO_DISK_FULL',
        message: `The usage engine could not write to disk (it spills to ${spill}).`,
        why: message.split('\n')[0],
        hint: 'Free some space, or set TMPDIR to a disk that has it.',
        cause: error,
      })
    }
    return error
  }
}

/** The engine keeps columns, and gives them much faster than rows. */
function rowsOf(columns: readonly Cell[][], count: number): Row[] {
  const rows = new Array<Row>(count)
  for (let row = 0; row < count; row++) rows[row] = columns.map((column) => column[row]!)
  return rows
}

function append(appender: DuckDBAppender, type: ColumnType, value: Cell): void {
  if (value === null) appender.appendNull()
  else appender.appendValue(value, TYPES[type])
}
