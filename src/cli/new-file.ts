/** A file that a command is about to make: refused where one stands already, before any work is done for it. */
import { stat } from 'node:fs/promises'
import { SparkopsError } from '../domain/errors.ts'

/** Throws if a file stands at the path and may not be replaced; devices and pipes may always be written to. */
export async function refuseToReplace(path: string, force: boolean): Promise<void> {
  if (force || path === '-') return
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return
  throw new SparkopsError({
    code: 'SO_FILE_EXISTS',
    message: `${path} exists already.`,
    why: 'A report never replaces a file by accident.',
    hint: 'Name another with --out, or replace this one with --force.',
  })
}
