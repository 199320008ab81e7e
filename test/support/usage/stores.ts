// Usage stores in directories of this machine, filled in this process.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFactStore } from '../../../src/adapters/duckdb/fact-store.ts'
import { directoryStore } from '../../../src/adapters/usage-store/directory.ts'
import { type UsageLedger } from '../../../src/domain/usage/ledger.ts'
import { compact, type Compaction } from '../../../src/domain/usage/store/compact.ts'
import { buildLedgerOfStore } from '../../../src/domain/usage/store/contents.ts'
import type { DumpInput } from '../../../src/ports/dump-source.ts'
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
  options: { batchBytes?: number; cluster?: string } = {},
): Promise<Compaction> {
  const files = directoryStore(directory)
  const { batchBytes = 1e9, cluster = '' } = options
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
