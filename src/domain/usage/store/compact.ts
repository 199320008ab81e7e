// One run of `usage compact`: reads what no run before it has read, packs it, and publishes a manifest that counts it.
// Whenever it is killed, the store is what its newest manifest says, and the next run does what is left.
import type { DumpInput } from '../../../ports/dump-source.ts'
import type { FactStore, Row } from '../../../ports/fact-store.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import type { ScanPool } from '../../../ports/scan-pool.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { API_VERSION } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { type InputRecord } from '../input-record.ts'
import { refuseCollisions } from '../ledger.ts'
import { FACT } from '../facts.ts'
import { APART, CLOSED, FACT_COLUMNS, groupsSql, OPEN, USERS } from '../pack-sql.ts'
import { readInputs } from '../read-inputs.ts'
import { currentManifest } from './contents.ts'
import { filesOf, type StoreManifest } from './manifest.ts'
import { numberSources } from './number-sources.ts'
import { objectsToRead, type ObjectState, packObjects } from './objects.ts'
import { packRecords } from './record-lines.ts'
import { restate, type StatementTally } from './restate.ts'
import { RunFiles } from './run-files.ts'

/** How long an allocation that tells nothing more is waited for before its facts are kept as they are: seven days. */
const OPEN_FOR_NS = 7n * 86_400_000_000_000n

export interface CompactParts {
  files: UsageStoreFiles
  /** A new engine, empty; it is closed after use. */
  engine: () => Promise<FactStore>
  pool?: ScanPool | undefined
  now: () => number
  /** Bytes of input, as stored, that one manifest takes in at most; an object larger than that is one by itself. */
  batchBytes: number
}

export interface CompactOptions {
  cluster: string
  lenient: boolean
}

/** What a command says of its runs. */
export interface Compaction {
  apiVersion: typeof API_VERSION
  kind: 'Compaction'
  store: string
  /** Manifests published. */
  runs: number
  objects: { read: number; known: number; changed: string[] }
  events: number
  /** Rows stated for allocations whose bounds were new, or not what they had been. */
  statement: StatementTally
  broken: { file: string; line: number; why: string }[]
}

/** Takes in all objects that are not in the store yet. */
export async function compact(
  inputs: readonly DumpInput[],
  parts: CompactParts,
  options: CompactOptions,
  report: ReportProgress,
): Promise<Compaction> {
  const first = await currentManifest(parts.files)
  const { wanted, known, changed } = await objectsToRead(inputs, first, parts.files)
  const done: Compaction = {
    ...{
      apiVersion: API_VERSION,
      kind: 'Compaction' as const,
      store: parts.files.name,
      runs: 0,
      objects: { read: 0, known, changed },
      events: 0,
    },
    ...{ statement: { original: 0, retraction: 0, restatement: 0 }, broken: [] },
  }
  let manifest = first
  for (const batch of batches(wanted, parts.batchBytes)) {
    manifest = await new Run(manifest, parts, options, report, done).take(batch)
    done.runs++
    done.objects.read += batch.length
  }
  return done
}

/** Objects in the order of their names, cut where a batch has its bytes. */
function batches(objects: readonly ObjectState[], most: number): ObjectState[][] {
  const all: ObjectState[][] = []
  let bytes = Infinity
  for (const object of objects) {
    if (bytes + object.bytes > most) {
      all.push([])
      bytes = 0
    }
    all.at(-1)!.push(object)
    bytes += object.bytes
  }
  return all
}

class Run {
  readonly #base: StoreManifest
  readonly #parts: CompactParts
  readonly #options: CompactOptions
  readonly #report: ReportProgress
  readonly #done: Compaction
  readonly #records: InputRecord[] = []

  constructor(
    base: StoreManifest,
    parts: CompactParts,
    options: CompactOptions,
    report: ReportProgress,
    done: Compaction,
  ) {
    this.#base = base
    this.#parts = parts
    this.#options = options
    this.#report = report
    this.#done = done
  }

  async take(objects: readonly ObjectState[]): Promise<StoreManifest> {
    const { files } = this.#parts
    const next = await this.#add(objects).catch((error: unknown) => this.#explained(error))
    if (!(await files.publish({ number: next.run, text: `${JSON.stringify(next)}\n` }))) throw overtaken(files.name)
    await this.#tidy(next)
    return next
  }

  /** Whoever was faster also took away what this run still needed: then that is what to tell. */
  async #explained(error: unknown): Promise<never> {
    const { files } = this.#parts
    const newest = await files.newest().catch(() => undefined)
    throw newest !== undefined && newest.number > this.#base.run ? overtaken(files.name, error) : error
  }

  async #add(objects: readonly ObjectState[]): Promise<StoreManifest> {
    const out = new RunFiles(this.#parts.files, this.#base.run + 1)
    const engine = await this.#parts.engine()
    let next: StoreManifest
    try {
      await this.#read(engine, objects)
      next = await this.#pack(engine, out, objects)
    } finally {
      await engine.close()
    }
    return await restate(next, this.#base, out, this.#parts, this.#done.statement)
  }

  async #read(engine: FactStore, objects: readonly ObjectState[]): Promise<void> {
    const options = { ...this.#options, wantUsers: true, onRecord: (one: InputRecord) => void this.#records.push(one) }
    const inputs = objects.map(({ input }) => input)
    const reading = await readInputs(inputs, engine, this.#parts.pool, options, this.#report)
    await engine.seal()
    await refuseCollisions(engine)
    this.#done.events += reading.events
    this.#done.broken.push(...reading.broken)
  }

  async #pack(engine: FactStore, out: RunFiles, objects: readonly ObjectState[]): Promise<StoreManifest> {
    const base = this.#base
    this.#report({ phase: 'packing', count: this.#done.events, noun: 'events' })
    const { numbers, sources, nextSource } = numberSources(this.#records, base)
    const renumbered = [...numbers].map(([src, unit]): Row => [src, unit])
    await engine.table('units', { src: 'INTEGER', unit: 'INTEGER' }, renumbered)
    await engine.readParquet('carried', FACT_COLUMNS, await this.#parts.files.fetch(filesOf(base, 'open')))
    await engine.run(`CREATE VIEW fresh AS SELECT u.unit AS src, f.code, f.ts, f.obj, f.k1, f.k2, f.res FROM facts f
      JOIN units u ON u.src = f.src UNION ALL SELECT src, code, ts, obj, k1, k2, res FROM carried`)
    await engine.run(`CREATE TABLE groups AS ${groupsSql(await openSince(engine))}`)
    await out.days(engine, 'closed', CLOSED)
    await out.days(engine, 'facts', APART)
    await out.days(engine, 'users', USERS)
    await out.query(engine, 'open', OPEN)
    await out.query(engine, 'names', 'SELECT DISTINCT kind, hash, text FROM names')
    await out.bytes('records', packRecords(this.#renumbered(numbers)))
    await out.bytes('objects', packObjects(objects))
    const kept = base.files.filter(({ kind }) => kind !== 'open')
    return {
      ...base,
      run: base.run + 1,
      at: new Date(this.#parts.now()).toISOString(),
      objects: base.objects + objects.length,
      events: base.events + this.#records.reduce((sum, { account }) => sum + account.counts.events, 0),
      nextSource,
      sources,
      files: [...kept, ...out.files],
    }
  }

  #renumbered(numbers: ReadonlyMap<number, number>): InputRecord[] {
    return this.#records.map((record) => ({
      ...record,
      sources: record.sources.map((source) => ({
        ...source,
        src: numbers.get(source.src)!,
        sameAs: source.sameAs === undefined ? undefined : numbers.get(source.sameAs),
      })),
    }))
  }

  async #tidy(next: StoreManifest): Promise<void> {
    const { files } = this.#parts
    // Whoever reads by the manifest before this one may still be at it.
    const named = new Set([...next.files, ...this.#base.files].map(({ name }) => name))
    const stray = (await files.list()).filter((name) => !named.has(name) && runOf(name) <= next.run)
    await files.remove(stray, next.run)
  }
}

/** The run that a file of ours belongs to; others are left alone. */
function runOf(name: string): number {
  const digits = /\/r(\d{8})-[0-9a-f]{8}\.[a-z.]+$/.exec(name)?.[1]
  return digits === undefined ? Infinity : Number(digits)
}

async function openSince(engine: FactStore): Promise<bigint> {
  const [row] = await engine.rows(`SELECT max(ts) FROM fresh WHERE code < ${FACT.alive}`)
  return ((row?.[0] as bigint | null | undefined) ?? 0n) - OPEN_FOR_NS
}

function overtaken(store: string, cause?: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_STORE_OVERTAKEN',
    message: `${store}: another run has added to this store meanwhile.`,
    why: 'Two runs cannot both add to what was there before them; what this one had not published by then does not count.',
    hint: 'Run it again: it then reads what the other one did not.',
    exit: 'stale',
    cause,
  })
}
