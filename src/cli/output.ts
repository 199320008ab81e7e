/**
 * Where documents go: standard output or a file. Writes wait for a slow reader instead of filling the memory, and a
 * file appears only when it is whole.
 */
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { SparkopsError } from '../domain/errors.ts'
import type { Chunks } from '../ui/view.ts'
import { onShutdown } from './shutdown.ts'

const BATCH = 64 * 1024

let begun = false

/** Whether anything has gone to standard output: an error document must not follow half a result. */
export function stdoutBegun(): boolean {
  return begun
}

/** Writes to standard output and waits until it is taken. `guardStreams` ends the process if that fails. */
export async function writeStdout(text: string): Promise<void> {
  if (text === '') return
  begun = true
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}

/** Writes all chunks to standard output in large pieces, the first one as soon as it is there. */
export async function streamToStdout(chunks: Chunks, eager: boolean): Promise<void> {
  for await (const piece of eager ? chunks : inBatches(chunks)) await writeStdout(piece)
}

/**
 * Writes a file as a whole: beside its place first, flushed to the disk, then renamed onto it. A device or a pipe is
 * written to directly. `mode`: who may read a new file; what the user's umask says, unless given.
 */
export async function writeFileWhole(path: string, chunks: Chunks, { mode }: { mode?: number } = {}): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path)
    const isPlain = await stat(target).then(
      (found) => found.isFile() || found.isDirectory(),
      () => true,
    )
    if (isPlain) await writeBesideAndRename(target, chunks, mode)
    else await writeAll(await open(target, 'w'), chunks)
  } catch (error) {
    throw writeError(path, error)
  }
}

/** Writes a file anew as a whole, and leaves to those who may read it what they had. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  await writeFileWhole(path, [text], found === undefined ? {} : { mode: found.mode & 0o777 })
}

async function writeBesideAndRename(target: string, chunks: Chunks, mode: number | undefined): Promise<void> {
  const draft = `${target}.${process.pid}.tmp`
  const removeDraft = (): Promise<void> => rm(draft, { force: true })
  const forget = onShutdown(removeDraft)
  try {
    await writeAll(await open(draft, 'wx', mode), chunks, { sync: true })
    await rename(draft, target)
  } catch (error) {
    await removeDraft()
    throw error
  } finally {
    forget()
  }
}

async function writeAll(file: FileHandle, chunks: Chunks, { sync = false } = {}): Promise<void> {
  try {
    for await (const piece of inBatches(chunks)) await file.writeFile(piece)
    if (sync) await file.sync()
  } finally {
    await file.close()
  }
}

/** The error for a file that cannot be written: names the file and what the system said. */
export function writeError(path: string, cause: unknown): unknown {
  if (!isSystemError(cause)) return cause
  return new SparkopsError({
    code: 'SO_WRITE_FAILED',
    message: `cannot write ${path}`,
    why: WRITE_REASONS[cause.code] ?? cause.message,
    hint: 'name another place, or make room or permission there; what stood in that place before is unchanged',
    cause,
  })
}

const WRITE_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'the directory does not exist',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EDQUOT: 'the disk quota is used up',
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string'
}

async function* inBatches(pieces: Chunks): AsyncGenerator<string> {
  let batch = ''
  for await (const piece of pieces) {
    batch += piece
    if (batch.length < BATCH) continue
    yield batch
    batch = ''
  }
  if (batch !== '') yield batch
}
