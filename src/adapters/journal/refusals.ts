/** What is said of a run that cannot be written, or that another process has. */
import { SparkopsError } from '../../domain/errors.ts'
import { unwritable } from '../disk/durable-file.ts'
import { holderText, type LockHolder } from '../disk/process-lock.ts'

/** The error for a file of a run, with what the system said. */
export function writeFailure(path: string, cause: unknown): unknown {
  const hint =
    'make room or permission there, or set XDG_STATE_HOME to another place; nothing is changed without a journal'
  return unwritable(path, cause, { code: 'SO_JOURNAL_UNWRITABLE', hint })
}

/** The error (exit 5) for `what`, such as `run X`, while a living process has the lock. */
export function inUse(what: string, path: string, holder: LockHolder | undefined): SparkopsError {
  return new SparkopsError({
    code: 'SO_RUN_IN_USE',
    message: `${what} is in use by ${holderText(holder)}`,
    why: 'two processes must not work on it at once',
    hint: `wait for it or stop it; if that machine is gone for good, remove ${path}`,
    exit: 'stale',
  })
}
