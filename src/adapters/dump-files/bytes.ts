// The bytes of a file, decompressed as its own first bytes say (never by its name): gzip, zstd, or plain.
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import type { DumpLocation } from '../../ports/dump-source.ts'
import { SparkopsError } from '../../domain/errors.ts'
import { unreadable } from './inputs.ts'
import { unzstd } from './zstd.ts'

const CHUNK = 1 << 20

const MAGIC = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  bzip2: [0x42, 0x5a, 0x68],
  lz4: [0x04, 0x22, 0x4d, 0x18],
  parquet: [0x50, 0x41, 0x52, 0x31],
  zip: [0x50, 0x4b, 0x03, 0x04],
} as const

/** Opens a file, or a part of it. A chunk is good until the next one is asked for. */
export function openBytes(location: DumpLocation, onBytes: (bytes: number) => void): AsyncIterable<Uint8Array> {
  return decompressed(location.path, fileChunks(location), onBytes)
}

/** Opens standard input. */
export function openStandardInput(onBytes: (bytes: number) => void): AsyncIterable<Uint8Array> {
  return decompressed('<stdin>', process.stdin as AsyncIterable<Buffer>, onBytes)
}

/** Reads into one buffer again and again: a stream would take fresh memory for each chunk, which costs as much as the reading. */
async function* fileChunks({ path, range }: DumpLocation): AsyncGenerator<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafeSlow(CHUNK)
    const to = range?.to ?? Infinity
    for (let at = range?.from ?? 0; at < to;) {
      // A pipe has no positions.
      const position = range === undefined ? null : at
      const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK, to - at), position)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** Stored bytes of any source, decompressed. */
export async function* decompressed(
  name: string,
  stored: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  const counted = counting(stored, onBytes)
  try {
    const first = await firstBytes(counted)
    const chunks = rejoin(first, counted)
    const kind = kindOf(first)
    if (kind === 'gzip') yield* gunzip(name, copies(chunks))
    else if (kind === 'zstd') yield* unzstd(name, copies(chunks))
    else if (kind === undefined) yield* chunks
    else throw notSupported(name, kind)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    throw ['EACCES', 'EISDIR', 'ENOENT', 'EIO', 'EPERM'].includes(code) ? unreadable(name, error) : error
  } finally {
    // What was begun by hand ends by hand: else the file stays open until it is collected.
    await counted.return(undefined)
  }
}

/** Passes chunks on, and says how large they are. */
export async function* counting(
  stored: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of stored) {
    onBytes(chunk.length)
    yield chunk
  }
}

/** At least six bytes, if the stream has them: a pipe may give them one by one. */
async function firstBytes(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0)
  while (first.length < 6) {
    const next = await chunks.next()
    if (next.done === true) break
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
  }
  return first
}

/** For readers that take several chunks before they use the first. */
async function* copies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

async function* rejoin(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  yield* rest
}

/** The kind of compression that first bytes tell of; undefined for none. */
export function kindOf(first: Buffer): keyof typeof MAGIC | undefined {
  const kinds = Object.keys(MAGIC) as (keyof typeof MAGIC)[]
  return kinds.find((kind) => MAGIC[kind].every((byte, index) => first[index] === byte))
}

async function* gunzip(name: string, chunks: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: true })
  const gunzipped = zlib.createGunzip({ chunkSize: CHUNK })
  source.on('error', (error) => gunzipped.destroy(error))
  source.pipe(gunzipped)
  try {
    yield* gunzipped as AsyncIterable<Buffer>
  } catch (error) {
    throw damaged(name, 'gzip', error)
  }
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

function notSupported(name: string, kind: string): SparkopsError {
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

/** Node's own zstd, from 22.15 on. */
export const nativeZstd = (zlib as { createZstdDecompress?: (options: { chunkSize: number }) => zlib.Gunzip })
  .createZstdDecompress
