/**
 * Files that are on the disk when the call returns, readable by their owner alone. What the system says is thrown as it
 * is: the caller knows what the file was for.
 */
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'

/** Writes a new file and waits for the disk. Flag `wx` refuses a file that is there, `w` writes it over. */
export async function writeSynced(path: string, data: string | Uint8Array, flag: 'a' | 'w' | 'wx'): Promise<void> {
  const file = await open(path, flag, 0o600)
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Writes a file whole: it is there with all of the data, or as it was before. One writer at a time. */
export async function writeDurably(path: string, data: string | Uint8Array): Promise<void> {
  // Named by what it becomes: what a killed process left is written over at the next attempt. Readers pass over dots.
  const draft = join(dirname(path), `.${basename(path)}.tmp`)
  try {
    await writeSynced(draft, data, 'w')
    await rename(draft, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

/** Appends to an open file and waits for the disk. What was written of it when that fails is taken away again. */
export async function appendDurably(file: FileHandle, data: string | Uint8Array): Promise<void> {
  const { size } = await file.stat()
  try {
    await file.appendFile(data)
    await file.datasync()
  } catch (error) {
    await file.truncate(size).catch(() => undefined)
    throw error
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

/** Makes a directory below a root, and has the names of all that are new on the disk. */
export async function makeDirectories(root: string, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = path; at.length >= Math.min(first.length, root.length); at = dirname(at)) {
    await syncDirectory(dirname(at))
    if (at === dirname(at)) return
  }
}

/** How to speak of something that cannot be written. */
export interface Unwritable {
  code: SparkopsError['code']
  hint: string
}

/** The error for what the system would not write, with its reason in words; every other error as it is. */
export function unwritable(path: string, cause: unknown, { code, hint }: Unwritable): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause instanceof SparkopsError) return cause
  const why = REASONS[String(cause.code)] ?? cause.message
  return new SparkopsError({ code, message: `cannot write ${path}`, why, hint, cause })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a directory',
}
