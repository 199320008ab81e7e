/**
 * Runs as directories: `plan.json`, `journal.ndjson`, `lock`, and `kept/` with what was saved before it was changed.
 */
import { createHash } from 'node:crypto'
import {
  appendFile,
  type FileHandle,
  chmod,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises'
import { join } from 'node:path'
import { parseExact, stringifyExact } from '../../domain/exact-json.ts'
import type { RunEvent, RunRecord } from '../../domain/plan/run-record.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OpenRun, RunStore, StoredRun } from '../../ports/journal.ts'
import { appendDurably, syncDirectory, writeDurably } from '../disk/durable-file.ts'
import { lockedBy, takeLock } from '../disk/process-lock.ts'
import { inUse, writeFailure } from './refusals.ts'

export interface RunDirectoryOptions {
  /** Where runs are: `$XDG_STATE_HOME/sparkops/runs`. */
  root: string
  clock: Clock
  readRecords: (text: string, file: string) => RunRecord[]
  /** Nothing else becomes a path. */
  isRunId: (text: string) => boolean
}

/** The runs under a directory. */
export function runDirectories(options: RunDirectoryOptions): RunStore {
  const directoryOf = (id: string): string => {
    if (!options.isRunId(id)) throw new Error(`${id} is no run id`)
    return join(options.root, id)
  }
  return {
    list: async () => (await namesIn(options.root)).filter(options.isRunId).sort(),
    read: async (id) => {
      const directory = directoryOf(id)
      return (await isDirectory(directory)) ? await readRun(id, directory, options) : undefined
    },
    create: async (id, plan) => {
      const directory = directoryOf(id)
      await makeDirectory(options.root, directory)
      const release = await lockRun(id, directory)
      await writeWhole(join(directory, PLAN), plan)
      return await openRun(id, directory, release, options)
    },
    open: async (id) => {
      const directory = directoryOf(id)
      const release = await lockRun(id, directory)
      return await openRun(id, directory, release, options)
    },
    remove: async (id) => {
      const directory = directoryOf(id)
      const release = await lockRun(id, directory)
      // A removal that is cut short must not leave half a run that looks like a whole one.
      const aside = join(options.root, `.removed-${id}`)
      try {
        await rename(directory, aside)
        await rm(aside, { recursive: true, force: true })
      } catch (error) {
        await release()
        throw writeFailure(directory, error)
      }
    },
  }
}

const PLAN = 'plan.json'
const JOURNAL = 'journal.ndjson'
const LOCK = 'lock'
const KEPT = 'kept'

async function lockRun(id: string, directory: string): Promise<() => Promise<void>> {
  const path = join(directory, LOCK)
  try {
    return await takeLock(path, { refuse: (holder) => inUse(`run ${id}`, path, holder) })
  } catch (error) {
    throw writeFailure(path, error)
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeDurably(path, text).catch((error: unknown) => {
    throw writeFailure(path, error)
  })
}

async function makeDirectory(root: string, directory: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 })
    await chmod(root, 0o700)
    await mkdir(directory, { mode: 0o700 })
    await mkdir(join(directory, KEPT), { mode: 0o700 })
    await syncDirectory(root)
  } catch (error) {
    throw writeFailure(directory, error)
  }
}

async function readRun(id: string, directory: string, { readRecords }: RunDirectoryOptions): Promise<StoredRun> {
  const journal = join(directory, JOURNAL)
  const [plan, text, holder] = await Promise.all([
    textOf(join(directory, PLAN)),
    textOf(journal),
    lockedBy(join(directory, LOCK)),
  ])
  return {
    id,
    directory,
    plan,
    records: readRecords(text, journal),
    torn: text !== '' && !text.endsWith('\n'),
    bytes: await bytesOf(directory),
    openBy: holder === undefined ? undefined : { host: holder.host, pid: holder.pid },
    kept: (name) => keptUnder(join(directory, KEPT), name),
  }
}

async function openRun(
  id: string,
  directory: string,
  release: () => Promise<void>,
  options: RunDirectoryOptions,
): Promise<OpenRun> {
  let file: FileHandle | undefined
  const path = join(directory, JOURNAL)
  try {
    await cutTornEnd(path)
    const stored = await readRun(id, directory, options)
    file = await open(path, 'a', 0o600)
    await syncDirectory(directory)
    return asOpen(stored, file, path, release, options.clock)
  } catch (error) {
    await file?.close()
    await release()
    throw writeFailure(path, error)
  }
}

function asOpen(
  stored: StoredRun,
  file: FileHandle,
  path: string,
  release: () => Promise<void>,
  clock: Clock,
): OpenRun {
  const keptDirectory = join(stored.directory, KEPT)
  return {
    ...stored,
    append: async (event: RunEvent) => {
      const record: RunRecord = { at: new Date(clock.now()).toISOString(), ...event }
      await appendDurably(file, `${stringifyExact(record)}\n`).catch((error: unknown) => {
        throw writeFailure(path, error)
      })
      stored.records.push(record)
    },
    keep: async (name, value) => {
      const earlier = await keptFiles(keptDirectory, name)
      const target = join(keptDirectory, `${fileNameOf(name)}.${earlier.length}.json`)
      await writeWhole(target, stringifyExact(value))
    },
    record: async (name, value) => {
      const path = join(stored.directory, `${name.replaceAll(/[^A-Za-z0-9-]+/g, '-')}.ndjson`)
      await appendFile(path, `${stringifyExact(value)}\n`, { mode: 0o600 })
    },
    close: async () => {
      await file.close()
      await release()
    },
  }
}

/** What was cut off when the machine died would spoil the line that is written next. */
async function cutTornEnd(path: string): Promise<void> {
  const text = await readFile(path).catch(() => undefined)
  if (text === undefined || text.length === 0 || text.at(-1) === 0x0a) return
  await truncate(path, text.lastIndexOf(0x0a) + 1)
}

async function keptUnder(directory: string, name: string): Promise<unknown[]> {
  const files = await keptFiles(directory, name)
  return await Promise.all(files.map(async (file) => parseExact(await readFile(join(directory, file), 'utf8'))))
}

/** Files of a name, the earliest first. */
async function keptFiles(directory: string, name: string): Promise<string[]> {
  const prefix = `${fileNameOf(name)}.`
  const number = (file: string): number => Number(file.slice(prefix.length, -'.json'.length))
  return (await namesIn(directory))
    .filter((file) => file.startsWith(prefix) && /^\d+\.json$/.test(file.slice(prefix.length)))
    .sort((one, other) => number(one) - number(other))
}

const NAME_MAX = 120

/** A name that is safe in a path, and of which no two are alike. */
function fileNameOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12)
  return `${name.replaceAll(/[^A-Za-z0-9-]+/g, '-').slice(0, NAME_MAX)}-${hash}`
}

async function bytesOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined)
      return found?.size ?? 0
    })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(absentAs([]))
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(absentAs(''))
}

function absentAs<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value
    throw error
  }
}
