/** What can be wrong with a stored dump, in words. */
import { SparkopsError } from '../../domain/errors.ts'

/** The error for a file that cannot be read, with the reason in words. */
export function unreadable(path: string, error: unknown): SparkopsError {
  const code = (error as NodeJS.ErrnoException).code
  return new SparkopsError({
    code: 'SO_UNREADABLE',
    message: `${path}: cannot be read.`,
    why:
      code === 'ENOENT'
        ? 'There is no such file.'
        : code === 'EACCES'
          ? 'The file may not be read by this user.'
          : String(error),
    hint: 'Check the path.',
    exit: 'data',
    cause: error,
  })
}

/** The error for compressed data that ends early or is not what it claims. */
export function damaged(name: string, kind: string, error: unknown): unknown {
  if (error instanceof SparkopsError) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (['EACCES', 'EISDIR', 'ENOENT', 'EIO', 'EPERM'].includes(code)) return error
  return new SparkopsError({
    code: 'SO_DAMAGED',
    message: `${name}: the ${kind} data is damaged or cut off.`,
    why: error instanceof Error ? error.message : String(error),
    hint: 'Copy the file again. If its writer is still at work, wait until the file is closed. Nothing has been computed.',
    exit: 'data',
    cause: error,
  })
}

/** The error for a kind of compression that is known and not read. */
export function notSupported(name: string, kind: string): SparkopsError {
  const hint =
    kind === 'parquet'
      ? 'Give the raw dump instead.'
      : `Unpack it first, or pack it with gzip or zstd: these are read as they are.`
  return new SparkopsError({
    code: 'SO_COMPRESSION',
    message: `${name}: ${kind} is not read.`,
    why: 'Dumps are plain, gzip or zstd.',
    hint,
    exit: 'data',
  })
}
