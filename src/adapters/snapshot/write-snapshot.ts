/**
 * Writes a snapshot directory: objects first, flushed and read back, then the list of their sums, and last the manifest,
 * without which a directory is no snapshot. Readable by its owner alone.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import { stringifyExact } from '../../domain/exact-json.ts'
import type { SnapshotWriter } from '../../ports/snapshot.ts'
import { syncDirectory, writeSynced } from '../disk/durable-file.ts'
import { MANIFEST, OBJECTS, objectFile, SUMS } from './layout.ts'

/** So many files are flushed at once: one after the other a disk would wait for each. */
const AT_ONCE = 32

/** Begins a snapshot. Refuses a directory that holds anything. */
export async function writeSnapshot(directory: string): Promise<SnapshotWriter> {
  const existed = await prepare(directory)
  const sums = new Map<string, string>()
  const directories = new Set<string>([directory])
  const pending = new Set<Promise<void>>()
  let failure: unknown
  let finished = false

  const writeFile = async (path: string, text: string): Promise<void> => {
    await makeDirectory(directory, dirname(path), directories)
    await writeSynced(join(directory, path), text, 'wx')
  }
  const settle = async (): Promise<void> => {
    await Promise.all(pending)
    if (failure !== undefined) throw writeFailure(directory, failure)
  }
  return {
    directory,
    add: async (type, object) => {
      const path = objectFile(type, object.metadata.namespace, object.metadata.name)
      const text = `${stringifyExact(object)}\n`
      sums.set(path, sha256(text))
      const writing = writeFile(path, text)
        .catch((error: unknown) => (failure ??= error))
        .then(() => void pending.delete(writing))
      pending.add(writing)
      if (pending.size >= AT_ONCE) await Promise.race(pending)
      if (failure !== undefined) await settle()
    },
    finish: async (manifest) => {
      await settle()
      for (const [path, sum] of sums) await verify(directory, path, sum)
      const list = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, sum]) => `${sum}  ${path}\n`)
      const text = list.join('')
      try {
        await writeFile(SUMS, text)
        const whole = { ...manifest, sha256sums: sha256(text) }
        await writeFile(MANIFEST, `${JSON.stringify(whole, null, 2)}\n`)
        for (const one of directories) await syncDirectory(one)
        finished = true
      } catch (error) {
        throw writeFailure(directory, error)
      }
    },
    abandon: async () => {
      if (finished) return
      await Promise.allSettled(pending)
      const made = existed ? [OBJECTS, SUMS, MANIFEST].map((name) => join(directory, name)) : [directory]
      for (const path of made) await rm(path, { recursive: true, force: true })
    },
  }
}

/** Makes the directory; true where it was there, empty. */
async function prepare(directory: string): Promise<boolean> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 })
    if (made !== undefined) return false
    if ((await readdir(directory)).length === 0) return true
  } catch (error) {
    throw writeFailure(directory, error)
  }
  throw new SparkopsError({
    code: 'SO_SNAPSHOT_EXISTS',
    message: `${directory} is not empty`,
    why: 'a snapshot never mixes with what is there',
    hint: 'name another directory with --out',
    exit: 'usage',
  })
}

async function makeDirectory(root: string, path: string, known: Set<string>): Promise<void> {
  const missing: string[] = []
  for (let at = path; at !== '.' && !known.has(join(root, at)); at = dirname(at)) missing.unshift(join(root, at))
  for (const one of missing) {
    await mkdir(one, { recursive: true, mode: 0o700 })
    known.add(one)
  }
}

async function verify(directory: string, path: string, sum: string): Promise<void> {
  const found = await readFile(join(directory, path)).catch((error: unknown) => {
    throw writeFailure(directory, error)
  })
  if (sha256(found) === sum) return
  throw new SparkopsError({
    code: 'SO_SNAPSHOT_CORRUPT',
    message: `${join(directory, path)} is not what was written`,
    why: 'the disk gave back something else',
    hint: 'write the snapshot to another disk',
  })
}

function writeFailure(directory: string, cause: unknown): unknown {
  if (cause instanceof SparkopsError || !(cause instanceof Error)) return cause
  const { code } = cause as NodeJS.ErrnoException
  return new SparkopsError({
    code: 'SO_SNAPSHOT_WRITE',
    message: `cannot write the snapshot ${directory}`,
    why: code === 'ENOSPC' ? 'the disk is full' : cause.message,
    hint: 'name another place with --out, or make room or permission there; nothing was left behind',
    cause,
  })
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
