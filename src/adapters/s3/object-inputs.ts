/** Dumps in a store that speaks S3: the objects below a prefix, each read as a file is. */
import { GetObjectCommand, ListObjectsV2Command, type S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { type StoreOptions, openStore } from './open-store.ts'
import { unreadable } from './unreadable.ts'

/** An object of a listing. */
export interface ListedObject {
  /** `s3://bucket/key`, for people. */
  name: string
  bytes: number
  /** Unix milliseconds. */
  modifiedAt: number
  /** Its bytes as stored. */
  read: () => AsyncGenerator<Buffer>
  /** Begins to fetch it. */
  prepare: () => void
}

/** How large an object may be to be held whole before it is its turn. */
const AHEAD_BYTES = 8 << 20
const ATTEMPTS = 5
const FIRST_WAIT_MS = 200

/**
 * Lists the objects below `s3://bucket/prefix`, by name, but for those that connectors leave while they write: names
 * that begin with `.` or `_`, end with `.crc`, or hold nothing. Throws where it cannot be listed whole.
 */
export async function listObjects(address: string, options: StoreOptions): Promise<ListedObject[]> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(address) ?? []
  const client = openStore(options)
  const found: StoredKey[] = []
  try {
    for await (const object of keysBelow(client, bucket, prefix)) if (isWanted(object, prefix)) found.push(object)
  } catch (error) {
    throw unreadable(address, error)
  }
  found.sort((a, b) => (a.key < b.key ? -1 : 1))
  return found.map((object) => listed(client, bucket, object))
}

function listed(client: S3Client, bucket: string, object: StoredKey): ListedObject {
  let whole: Promise<Buffer> | undefined
  return {
    name: `s3://${bucket}/${object.key}`,
    bytes: object.bytes,
    modifiedAt: object.modifiedAt,
    prepare: () => {
      if (object.bytes > AHEAD_BYTES || whole !== undefined) return
      whole = collect(chunksOf(client, bucket, object))
      // Whoever reads it is told; until then a failure is nobody's.
      whole.catch(() => undefined)
    },
    async *read() {
      const prepared = whole
      whole = undefined
      if (prepared === undefined) yield* chunksOf(client, bucket, object)
      else yield await prepared
    },
  }
}

interface StoredKey {
  key: string
  bytes: number
  modifiedAt: number
  etag: string | undefined
}

async function* keysBelow(client: S3Client, bucket: string, prefix: string): AsyncGenerator<StoredKey> {
  let token: string | undefined
  do {
    const request = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })
    const { Contents = [], IsTruncated, NextContinuationToken } = await client.send(request)
    for (const { Key: key = '', Size: bytes = 0, LastModified, ETag: etag } of Contents)
      yield { key, bytes, modifiedAt: LastModified?.getTime() ?? 0, etag }
    token = IsTruncated === true ? NextContinuationToken : undefined
  } while (token !== undefined)
}

function isWanted({ key, bytes }: StoredKey, prefix: string): boolean {
  const below = key.slice(prefix.lastIndexOf('/') + 1)
  return bytes > 0 && !below.split('/').some((part) => /^[._]/.test(part)) && !key.endsWith('.crc')
}

/** The bytes of an object; a connection that breaks is taken up again where it broke, of the very same object. */
async function* chunksOf(client: S3Client, bucket: string, object: StoredKey): AsyncGenerator<Buffer> {
  const name = `s3://${bucket}/${object.key}`
  let at = 0
  for (let attempt = 1; at < object.bytes; attempt++) {
    try {
      const { Body } = await client.send(
        new GetObjectCommand({
          ...{ Bucket: bucket, Key: object.key, IfMatch: object.etag },
          ...(at === 0 ? {} : { Range: `bytes=${at}-` }),
        }),
      )
      for await (const chunk of Body as AsyncIterable<Buffer>) {
        at += chunk.length
        yield chunk
      }
      if (at >= object.bytes) return
      throw new Error(`the store sent ${at} of ${object.bytes} bytes`)
    } catch (error) {
      if (attempt >= ATTEMPTS || isRefusal(error)) throw unreadable(name, error)
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt))
    }
  }
}

/** What will not be otherwise when it is asked for again. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false
  const status = error.$metadata.httpStatusCode ?? 0
  return status >= 400 && status < 500 && status !== 429
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
