/** What is said of a store that speaks S3 when it does not give what it was asked for. */
import { S3ServiceException } from '@aws-sdk/client-s3'
import { SparkopsError } from '../../domain/errors.ts'

/** The error for an object or a prefix, with what the store said. */
export function unreadable(name: string, cause: unknown): SparkopsError {
  const isAnswer = cause instanceof S3ServiceException
  const status = isAnswer ? cause.$metadata.httpStatusCode : undefined
  const text = cause instanceof Error ? cause.message || cause.name : String(cause)
  const hasChanged = status === 412
  return new SparkopsError({
    code: hasChanged ? 'SO_OBJECT_CHANGED' : 'SO_UNREADABLE',
    message: `${name}: cannot be read.`,
    why: hasChanged
      ? 'It was written again since it was listed.'
      : isAnswer
        ? `${cause.name}${status === undefined ? '' : ` (${status})`}: ${text}`
        : text,
    hint: hasChanged ? 'Run it again.' : 'Check bucket, prefix, region, endpoint and credentials.',
    exit: hasChanged ? 'stale' : isLogin(cause, status) ? 'auth' : status === 404 ? 'data' : 'unreachable',
    cause,
  })
}

/** Whether it was refused for who asks, or nobody could be found to ask as. */
export function isLogin(cause: unknown, status: number | undefined): boolean {
  return status === 401 || status === 403 || (cause instanceof Error && cause.name === 'CredentialsProviderError')
}
