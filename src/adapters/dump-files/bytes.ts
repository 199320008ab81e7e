// The bytes of a file, decompressed as its own first bytes say (never by its name): gzip, zstd, or plain.
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import type { DumpLocation } from '../../ports/dump-source.ts'
import { kindOf } from './compression.ts'
import { damaged, notSupported, unreadable } from './faults.ts'
import { unzstd } from './zstd.ts'

const CHUNK = 1 << 20

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
