/** A store of usage below a prefix of a bucket. */
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { SparkopsError } from '../../domain/errors.ts'
import { isLogin, unreadable } from './unreadable.ts'
import type { KeptManifest, UsageStoreFiles } from '../../ports/usage-store.ts'
import { openStore, type StoreOptions } from './open-store.ts'

const MANIFESTS = 'manifests/'
const AT_ONCE = 8
/** What one request may delete. */
const MOST_DELETED = 1000

/** Opens the store at `s3://bucket/prefix`. */
export function bucketStore(address: string, options: StoreOptions): UsageStoreFiles {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(address) ?? []
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  return new BucketStore(`s3://${bucket}/${prefix}`, { bucket, prefix, client: openStore(options) })
}

interface Place {
  bucket: string
  prefix: string
  client: S3Client
}

class BucketStore implements UsageStoreFiles {
  readonly name: string
  readonly #place: Place
  #local: Promise<string> | undefined
  /** Files are written once, so what was fetched is as good as what is there. */
  readonly #copies = new Map<string, Promise<string>>()

  constructor(name: string, place: Place) {
    this.name = name
    this.#place = place
  }

  async newest(): Promise<KeptManifest | undefined> {
    // Whether a store is there at all is asked of every place that dumps are read from.
    const names = await this.#names(MANIFESTS).catch((error: unknown) => {
      throw unreadable(this.name.replace(/\/$/, ''), error)
    })
    const newest = names
      .filter((name) => /^manifests\/\d{8}\.json$/.test(name))
      .sort()
      .at(-1)
    if (newest === undefined) return undefined
    const { Body } = await this.#asked(() => this.#get(newest))
    return { number: Number(newest.slice(MANIFESTS.length, -'.json'.length)), text: await Body!.transformToString() }
  }

  async publish({ number, text }: KeptManifest): Promise<boolean> {
    const { client, bucket, prefix } = this.#place
    const Key = `${prefix}${MANIFESTS}${String(number).padStart(8, '0')}.json`
    try {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: text, IfNoneMatch: '*', ContentType: 'application/json' }),
      )
      return true
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
      // 409: somebody else is putting it at this very moment.
      if (status === 412 || status === 409) return false
      throw this.#failure(error)
    }
  }

  stage(): Promise<string> {
    return (this.#local ??= mkdtemp(join(tmpdir(), 'sparkops-store-')))
  }

  async write(_run: number, bytes: Uint8Array): Promise<string> {
    const path = join(await this.stage(), randomBytes(8).toString('hex'))
    await writeFile(path, bytes, { mode: 0o600 })
    return path
  }

  async put(name: string, path: string): Promise<number> {
    const { client, bucket, prefix } = this.#place
    const { size } = await stat(path)
    const params = { Bucket: bucket, Key: prefix + name, Body: createReadStream(path) }
    await this.#asked(() => new Upload({ client, params }).done())
    const copy = await this.#newCopy()
    await rename(path, copy)
    this.#copies.set(name, Promise.resolve(copy))
    return size
  }

  async fetch(files: readonly { name: string; bytes: number }[]): Promise<string[]> {
    const paths: string[] = []
    let next = 0
    const worker = async (): Promise<void> => {
      for (let index = next++; index < files.length; index = next++) paths[index] = await this.#copyOf(files[index]!)
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, worker))
    return paths
  }

  async read(file: { name: string; bytes: number }): Promise<Uint8Array> {
    return await readFile(await this.#copyOf(file))
  }

  async list(): Promise<string[]> {
    return (await this.#asked(() => this.#names(''))).filter((name) => !name.startsWith(MANIFESTS))
  }

  async remove(names: readonly string[]): Promise<void> {
    const { client, bucket, prefix } = this.#place
    for (let at = 0; at < names.length; at += MOST_DELETED) {
      const Objects = names.slice(at, at + MOST_DELETED).map((name) => ({ Key: prefix + name }))
      await this.#asked(() =>
        client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
      )
    }
  }

  async close(): Promise<void> {
    this.#place.client.destroy()
    if (this.#local !== undefined) await rm(await this.#local, { recursive: true, force: true })
  }

  #copyOf(file: { name: string; bytes: number }): Promise<string> {
    const known = this.#copies.get(file.name)
    if (known !== undefined) return known
    const copy = this.#download(file)
    this.#copies.set(file.name, copy)
    return copy
  }

  async #download(file: { name: string; bytes: number }): Promise<string> {
    const path = await this.#newCopy()
    const { Body } = await this.#asked(() => this.#get(file.name))
    await pipeline(Body as NodeJS.ReadableStream, createWriteStream(path, { mode: 0o600 }))
    const { size } = await stat(path)
    if (size === file.bytes) return path
    throw notWhole(this.name + file.name, `It has ${size} bytes, and should have ${file.bytes}.`)
  }

  async #newCopy(): Promise<string> {
    return join(await this.stage(), `copy-${randomBytes(8).toString('hex')}`)
  }

  #get(name: string) {
    const { client, bucket, prefix } = this.#place
    return client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }))
  }

  async #names(below: string): Promise<string[]> {
    const { client, bucket, prefix } = this.#place
    const names: string[] = []
    let token: string | undefined
    do {
      const page: ListObjectsV2CommandOutput = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + below, ContinuationToken: token }),
      )
      for (const { Key = '' } of page.Contents ?? []) names.push(Key.slice(prefix.length))
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined
    } while (token !== undefined)
    return names
  }

  async #asked<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #failure(cause: unknown): unknown {
    const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined
    const text = cause instanceof Error ? cause.message || cause.name : String(cause)
    if (cause instanceof S3ServiceException && cause.name === 'NoSuchKey') return notWhole(this.name, text, cause)
    return new SparkopsError({
      code: 'SO_STORE_UNREACHABLE',
      message: `${this.name}: the usage store cannot be used.`,
      why:
        cause instanceof S3ServiceException
          ? `${cause.name}${status === undefined ? '' : ` (${status})`}: ${text}`
          : text,
      hint: 'Check bucket, region, endpoint and credentials; the store is as it was before.',
      exit: isLogin(cause, status) ? 'auth' : 'unreachable',
      cause,
    })
  }
}

function notWhole(name: string, why: string, cause?: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_STORE_BROKEN',
    message: `${name}: this file of the usage store cannot be used.`,
    why,
    hint: 'If another run has just ended, run this again; else put the file back, or make the store anew from the dumps.',
    exit: 'data',
    cause,
  })
}
