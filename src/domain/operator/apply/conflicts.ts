/** Writes that others may get ahead of: read again and tried again, so often and no more. */
import { SparkopsError } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'

/** Somebody who writes in a loop without a pause is ahead nine times of ten, of a large object. */
const TRIES_MAX = 100

/**
 * Does what reads an object and writes it guarded by its resourceVersion, until nobody was faster. `name` is the
 * object's; where somebody always is, it ends with exit 8, and nothing was written.
 */
export async function despiteOthers<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write()
    } catch (error) {
      if (!isRefusal(error, 'Conflict')) throw error
      if (attempt === TRIES_MAX) throw neverFirst(name, error)
    }
  }
}

function neverFirst(name: string, cause: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_CONFLICTS',
    message: `${name} cannot be written: somebody else was faster ${TRIES_MAX} times in a row`,
    why: 'something writes it all the time without a pause; nothing of it was overwritten',
    hint: 'metadata.managedFields of the object says who; stop that, and resume',
    exit: 'pending',
    cause,
  })
}
