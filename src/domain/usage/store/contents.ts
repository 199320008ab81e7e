// What a store holds, ready to be judged: the same facts and records that the dumps would give.
import type { FactStore } from '../../../ports/fact-store.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { addRecord, emptyReading, type InputRecord, type Reading } from '../input-record.ts'
import { judgeReading, type LedgerOptions, type UsageLedger } from '../ledger.ts'
import { CLOSED_COLUMNS, FACT_COLUMNS } from '../pack-sql.ts'
import { PageCoverage } from '../scan/coverage.ts'
import { applicationKey } from '../scan/observations.ts'
import { emptyManifest, filesOf, parseManifest, type StoreFile, type StoreManifest } from './manifest.ts'
import { unpackRecords } from './record-lines.ts'

export const NAME_COLUMNS = { kind: 'INTEGER', hash: 'BIGINT', text: 'VARCHAR' } as const

/** The newest manifest; that of an empty store where there is none. */
export async function currentManifest(files: UsageStoreFiles): Promise<StoreManifest> {
  const kept = await files.newest()
  return kept === undefined ? emptyManifest() : parseManifest(files.name, kept.text)
}

/** The ledger of all that a store holds. */
export async function buildLedgerOfStore(
  files: UsageStoreFiles,
  engine: FactStore,
  options: LedgerOptions,
  progress: ReportProgress,
): Promise<UsageLedger> {
  const manifest = await currentManifest(files)
  progress({ phase: 'reading', count: manifest.events, noun: 'events' })
  await engine.seal()
  const fetch = async (...kinds: Parameters<typeof filesOf>[1][]): Promise<string[]> =>
    files.fetch(filesOf(manifest, ...kinds))
  await engine.readParquet('names', NAME_COLUMNS, await fetch('names'))
  await engine.readParquet('closed', CLOSED_COLUMNS, await fetch('closed'))
  await engine.readParquet(
    'facts',
    FACT_COLUMNS,
    await fetch('facts', 'open', ...(options.wantUsers ? ['users' as const] : [])),
  )
  return await judgeReading(engine, await readingOf(files, manifest, options.cluster), options, progress)
}

/** What is known of the inputs that a store has read, in the order of their names; each as it was when last read. */
export async function readingOf(files: UsageStoreFiles, manifest: StoreManifest, cluster: string): Promise<Reading> {
  const latest = new Map<string, InputRecord>()
  for (const bytes of await readKept(files, filesOf(manifest, 'records')))
    for (const record of unpackRecords(bytes)) latest.set(record.account.file, record)
  const reading = emptyReading()
  const pages = new Map<string, PageCoverage>()
  for (const name of [...latest.keys()].sort())
    addRecord(reading, ofCluster(covered(latest.get(name)!, pages), cluster))
  return reading
}

/** Bytes of files in the store. */
export async function readKept(files: UsageStoreFiles, kept: readonly StoreFile[]): Promise<Uint8Array[]> {
  return await Promise.all(kept.map((file) => files.read(file)))
}

/** Pages go on from input to input, so what they cover is worked out in the order of all that is known now. */
function covered(record: InputRecord, shared: Map<string, PageCoverage>): InputRecord {
  const pages = record.apart ? new Map<string, PageCoverage>() : shared
  const sources = record.sources.map((source) => {
    if (source.pages === undefined) return source
    const key = JSON.stringify([source.cluster, source.instance])
    const coverage = pages.get(key) ?? new PageCoverage()
    pages.set(key, coverage)
    for (const page of source.pages) coverage.add(page)
    return { ...source, stretches: coverage.stretches() }
  })
  return { ...record, sources }
}

/** Gives what does not name its cluster the name that the user gives. */
function ofCluster(record: InputRecord, name: string): InputRecord {
  if (name === '') return record
  const named = <One extends { cluster: string }>(one: One): One =>
    one.cluster === '' ? { ...one, cluster: name } : one
  const applications = [...record.seen.applications.values()]
    .map(named)
    .map((one) => [applicationKey(one), one] as const)
  return {
    ...record,
    sources: record.sources.map(named),
    heartbeats: record.heartbeats.map(named),
    seen: { ...record.seen, applications: new Map(applications) },
  }
}
