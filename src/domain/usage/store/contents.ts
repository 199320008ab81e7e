// What a store holds, ready to be judged: the same facts and records that the dumps would give.
import type { DumpInput } from '../../../ports/dump-source.ts'
import type { FactStore } from '../../../ports/fact-store.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { addRecord, emptyReading, type InputRecord, type Reading } from '../input-record.ts'
import { judgeReading, type LedgerOptions, type UsageLedger } from '../ledger.ts'
import { CLOSED_COLUMNS, FACT_COLUMNS } from '../pack-sql.ts'
import { readInputs } from '../read-inputs.ts'
import { PageCoverage } from '../scan/coverage.ts'
import { applicationKey } from '../scan/observations.ts'
import { emptyManifest, type FileKind, filesOf, parseManifest, type StoreFile, type StoreManifest } from './manifest.ts'
import { unpackRecords } from './record-lines.ts'

const NAME_COLUMNS = { kind: 'INTEGER', hash: 'BIGINT', text: 'VARCHAR' } as const
const LINE_COLUMNS = { file: 'VARCHAR', block: 'BIGINT', line_no: 'BIGINT', line: 'VARCHAR' } as const

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
  const readingAt = await loadKept({ files, manifest, engine }, options)
  await engine.run('CREATE VIEW closed AS SELECT * FROM packed')
  await engine.run('CREATE VIEW facts AS SELECT * FROM apart')
  return await judgeReading(engine, readingAt(manifest), options, progress)
}

interface Kept {
  files: UsageStoreFiles
  manifest: StoreManifest
  engine: FactStore
}

/**
 * Gives an empty engine what a store holds: `packed`, with the columns of `closed`; `apart`, with those of `facts`; and
 * `names`. The rest is in the reading, of this manifest or of one before it.
 */
export async function loadKept(
  { files, manifest, engine }: Kept,
  options: { cluster: string; wantUsers: boolean },
): Promise<(manifest: StoreManifest) => Reading> {
  const fetch = (...kinds: FileKind[]): Promise<string[]> => files.fetch(filesOf(manifest, ...kinds))
  const records: InputRecord[] = []
  await engine.readParquet('kept_lines', LINE_COLUMNS, await fetch('lines'))
  const inputs = await linesKept(engine)
  const own = { cluster: '', lenient: false, wantUsers: true, onRecord: (one: InputRecord) => void records.push(one) }
  await readInputs(inputs, engine, undefined, own, () => undefined)
  await engine.seal()
  for (const table of ['facts', 'names']) await engine.run(`ALTER TABLE ${table} RENAME TO own_${table}`)
  await engine.readParquet('packed', CLOSED_COLUMNS, await fetch('closed'))
  await engine.readParquet('kept_names', NAME_COLUMNS, await fetch('names'))
  await engine.run('CREATE VIEW names AS SELECT * FROM kept_names UNION ALL SELECT kind, hash, text FROM own_names')
  const users = options.wantUsers ? ['users' as const] : []
  await engine.readParquet('kept_facts', FACT_COLUMNS, await fetch('facts', 'open', ...users))
  // The sources of lines are numbered beyond all others.
  const beyond = manifest.nextSource
  await engine.run(`CREATE VIEW apart AS SELECT * FROM kept_facts
    UNION ALL SELECT CAST(src + ${beyond} AS INTEGER), code, ts, obj, k1, k2, res FROM own_facts`)
  for (const record of records) for (const source of record.sources) source.src += beyond
  const kept = filesOf(manifest, 'records')
  const packed = await readKept(files, kept)
  const byFile = new Map(kept.map(({ name }, index) => [name, unpackRecords(packed[index]!)]))
  return (of) => {
    const told = filesOf(of, 'records').flatMap(({ name }) => byFile.get(name) ?? [])
    return readingOf([...told, ...records], options.cluster)
  }
}

/** What is known of the inputs that a store has read, in the order of their names; each as it was when last read. */
function readingOf(records: readonly InputRecord[], cluster: string): Reading {
  const latest = new Map(records.map((record) => [record.account.file, record]))
  const reading = emptyReading()
  const pages = new Map<string, PageCoverage>()
  for (const name of [...latest.keys()].sort())
    addRecord(reading, ofCluster(covered(latest.get(name)!, pages), cluster))
  return reading
}

/** Lines that were kept as they are, as the files they stood in. */
async function linesKept(engine: FactStore): Promise<DumpInput[]> {
  const texts = new Map<string, string[]>()
  for await (const rows of engine.chunks('SELECT file, line FROM kept_lines ORDER BY file, block, line_no'))
    for (const [file, line] of rows as [string, string][]) {
      const lines = texts.get(file) ?? []
      texts.set(file, lines)
      lines.push(line)
    }
  return [...texts].map(([name, lines]) => ({
    ...{ name: `${name}#lines`, bytes: undefined, modifiedAt: undefined, named: false, split: undefined },
    async *open() {
      yield await Promise.resolve(Buffer.from(lines.map((line) => `${line}\n`).join('')))
    },
  }))
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
