/** Files that are on the disk when the call returns, readable by their owner alone. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'

/** Writes a file whole: it is there with all of the text, or not at all. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(draft, { force: true })
    throw writeFailure(path, error)
  }
}

/** Appends to an open file and waits for the disk. What was written of it when that fails is taken away again. */
export async function appendDurably(file: FileHandle, path: string, text: string): Promise<void> {
  const { size } = await file.stat()
  try {
    await file.appendFile(text)
    await file.datasync()
  } catch (error) {
    await file.truncate(size).catch(() => undefined)
    throw writeFailure(path, error)
  }
}

/** A new name in a directory lasts only when the directory is on the disk too. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The error for what cannot be written, with what the system said. */
export function writeFailure(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause instanceof SparkopsError) return cause
  return new SparkopsError({
    code: 'SO_JOURNAL_UNWRITABLE',
    message: `cannot write ${path}`,
    why: REASONS[String(cause.code)] ?? cause.message,
    hint: 'make room or permission there, or set XDG_STATE_HOME to another place; nothing is changed without a journal',
    cause,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a directory',
}
