// Usage stores in directories of this machine, filled in this process.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFactStore } from '../../../src/adapters/duckdb/fact-store.ts'
import { directoryStore } from '../../../src/adapters/usage-store/directory.ts'
import { type UsageLedger } from '../../../src/domain/usage/ledger.ts'
import { compact, type Compaction } from '../../../src/domain/usage/store/compact.ts'
import { buildLedgerOfStore, currentManifest } from '../../../src/domain/usage/store/contents.ts'
import { filesOf } from '../../../src/domain/usage/store/manifest.ts'
import { STATEMENT_COLUMNS } from '../../../src/domain/usage/store/restate.ts'
import type { DumpInput } from '../../../src/ports/dump-source.ts'
import type { UsageStoreFiles } from '../../../src/ports/usage-store.ts'
import { input, LEDGER_OPTIONS } from './ledgers.ts'

const MODIFIED_AT = 1_795_375_332_000_000_000n
const engine = () => openFactStore({ memory: '256MB', threads: 1 })

/** An object of a dump, as a listing shows it. */
export function object(name: string, text: string, modifiedAt = MODIFIED_AT): DumpInput {
  return { ...input(name, text), modifiedAt }
}

/** Gives the work a directory of its own, and takes it away again. */
export async function withDirectory<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'sparkops-store-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** One run over the objects. */
export async function compactInto(
  directory: string,
  objects: readonly DumpInput[],
  options: { batchBytes?: number; cluster?: string; files?: UsageStoreFiles } = {},
): Promise<Compaction> {
  const { batchBytes = 1e9, cluster = '', files = directoryStore(directory) } = options
  try {
    const parts = { files, engine, now: () => Number(MODIFIED_AT / 1_000_000n), batchBytes }
    return await compact(objects, parts, { cluster, lenient: false }, () => undefined)
  } finally {
    await files.close()
  }
}

/** The ledger of what a store holds. */
export async function withStoredLedger<Result>(
  directory: string,
  work: (ledger: UsageLedger) => Promise<Result>,
): Promise<Result> {
  const store = await engine()
  const options = { ...LEDGER_OPTIONS, wantUsers: true }
  try {
    return await work(await buildLedgerOfStore(directoryStore(directory), store, options, () => undefined))
  } finally {
    await store.close()
  }
}

/** One row of a store's statement. */
export interface StatementRow {
  id: string
  record: string
  lowerSeconds: bigint
  /** Allocation, beginning and end, as the judge has them. */
  bounds: string
}

/** What a store has stated so far, in order. */
export async function statementRows(directory: string): Promise<StatementRow[]> {
  const files = directoryStore(directory)
  const paths = await files.fetch(filesOf(await currentManifest(files), 'statement'))
  const store = await engine()
  try {
    await store.readParquet('statement', STATEMENT_COLUMNS, paths)
    const rows =
      await store.rows(`SELECT id, record, lower_seconds, k1, k2, began_after, began_by, ended_after, ended_by FROM statement
      ORDER BY run, id, record`)
    return rows.map(([id, record, lower, k1, k2, ...times]) => ({
      ...{ id: id as string, record: record as string, lowerSeconds: lower as bigint },
      bounds: [`${String(k1)}/${String(k2)}`, ...times.map((time) => (time === null ? '' : String(time)))].join(' '),
    }))
  } finally {
    await store.close()
  }
}
