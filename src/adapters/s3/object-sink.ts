/** Keeps events as compressed objects of a store that speaks S3, one for each segment. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { S3ServiceException, type ServerSideEncryption } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { SparkopsError } from '../../domain/errors.ts'
import type { EventSink } from '../../ports/event-sink.ts'
import type { SegmentName } from '../../ports/event-spool.ts'
import { openStore, type StoreOptions } from './open-store.ts'

export interface ObjectSinkOptions extends StoreOptions {
  bucket: string
  /** Before every name; empty, or ends with a slash. */
  prefix: string
  /** Encryption by the store: `AES256`, `aws:kms`, `aws:kms:dsse`; undefined for the bucket's own. */
  encryption: string | undefined
  kmsKey: string | undefined
  nameOf: (segment: SegmentName) => string
}

const compress = promisify(gzip)
const PART_BYTES = 8 << 20

/** Objects below a prefix, named by their segment: written again they are the same. */
export function objectSink(options: ObjectSinkOptions): EventSink {
  const { bucket, prefix, encryption, kmsKey, nameOf } = options
  const client = openStore(options)
  return {
    name: `s3://${bucket}/${prefix}`,
    unit: 'segments',
    write: async (piece, signal) => {
      const key = prefix + nameOf(piece.segment)
      const upload = new Upload({
        client,
        partSize: PART_BYTES,
        params: {
          Bucket: bucket,
          Key: key,
          Body: await compress(await piece.read()),
          ContentType: 'application/x-ndjson',
          ServerSideEncryption: encryption as ServerSideEncryption | undefined,
          SSEKMSKeyId: kmsKey,
        },
      })
      const abort = (): void => void upload.abort()
      signal.addEventListener('abort', abort)
      try {
        const { ETag } = await upload.done()
        // Every store tells what it kept; a proxy's page that says 200 does not.
        if (ETag === undefined) throw new Error('the answer does not say what was kept: it has no ETag')
      } catch (error) {
        throw unwritable(`s3://${bucket}/${key}`, error)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    close: () => {
      client.destroy()
      return Promise.resolve()
    },
  }
}

function unwritable(object: string, cause: unknown): SparkopsError {
  const isAnswer = cause instanceof S3ServiceException
  const status = isAnswer ? cause.$metadata.httpStatusCode : undefined
  const text = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new SparkopsError({
    code: 'SO_SINK_UNWRITABLE',
    message: `cannot write ${object}`,
    why: isAnswer ? `${cause.name}${status === undefined ? '' : ` (${status})`}: ${text}` : text,
    hint: 'check bucket, region, endpoint and credentials; nothing is lost meanwhile, the spool holds it',
    exit: status === 401 || status === 403 ? 'auth' : 'unreachable',
    cause,
  })
}
