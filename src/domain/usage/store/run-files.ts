// The files that one run adds to a store.
import { randomBytes } from 'node:crypto'
import type { FactStore } from '../../../ports/fact-store.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { type FileKind, type StoreFile } from './manifest.ts'

/** Writes files of a run and puts them into the store; they count once a manifest names them. */
export class RunFiles {
  readonly files: StoreFile[] = []
  readonly #store: UsageStoreFiles
  readonly #run: number
  /** Tells two runs of one number apart, one of which will not count. */
  readonly #nonce = randomBytes(4).toString('hex')

  constructor(store: UsageStoreFiles, run: number) {
    this.#store = store
    this.#run = run
  }

  /** Keeps a query's answer by the days in its column `day`. */
  async days(engine: FactStore, kind: FileKind, sql: string): Promise<void> {
    for (const { day, path } of await engine.writeDays(sql, await this.#store.stage(this.#run)))
      await this.#put(kind, path, `${kind}/day=${dateOf(day)}`, 'parquet', day)
  }

  /** Keeps a query's answer. */
  async query(engine: FactStore, kind: FileKind, sql: string): Promise<void> {
    const path = `${await this.#store.stage(this.#run)}/${kind}.parquet`
    await engine.writeParquet(sql, path)
    await this.#put(kind, path, kind, 'parquet')
  }

  /** Keeps bytes. */
  async bytes(kind: FileKind, bytes: Uint8Array): Promise<void> {
    await this.#put(kind, await this.#store.write(this.#run, bytes), kind, 'ndjson.gz')
  }

  async #put(kind: FileKind, path: string, directory: string, ending: string, day?: number): Promise<void> {
    const name = `${directory}/r${String(this.#run).padStart(8, '0')}-${this.#nonce}.${ending}`
    const bytes = await this.#store.put(name, path)
    this.files.push({ name, kind, bytes, ...(day === undefined ? {} : { day }) })
  }
}

function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
