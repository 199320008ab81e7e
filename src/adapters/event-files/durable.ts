/** Files that are on the disk when the call returns, readable by their owner alone. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'

/** Writes a file whole: it is there with all of the text, or as it was before. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.tmp`
  try {
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw spoolFailure(path, error)
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

/** The error for a spool that cannot be written, with what the system said. */
export function spoolFailure(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause instanceof SparkopsError) return cause
  return new SparkopsError({
    code: 'SO_SPOOL_UNWRITABLE',
    message: `cannot write ${path}`,
    why: cause.code === 'ENOSPC' ? 'the disk is full' : cause.message,
    hint: 'make room or permission there, or name another place with --spool',
    cause,
  })
}
