// zstd, by the fastest way this machine has: Node's own (22.15 on), the zstd command, else fzstd in JavaScript.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { damaged } from './faults.ts'

const CHUNK = 1 << 20

/** Node's own zstd, from 22.15 on. */
const nativeZstd = (zlib as { createZstdDecompress?: (options: { chunkSize: number }) => zlib.Gunzip })
  .createZstdDecompress

/** Decompresses a zstd stream of one or more frames. */
export async function* unzstd(name: string, chunks: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
  try {
    if (nativeZstd !== undefined) yield* piped(chunks, nativeZstd({ chunkSize: CHUNK }))
    else if (await hasCommand()) yield* byCommand(chunks)
    else yield* inJavaScript(chunks)
  } catch (error) {
    throw damaged(name, 'zstd', error)
  }
}

async function* piped(
  chunks: AsyncIterable<Buffer>,
  through: NodeJS.ReadWriteStream & { destroy(error?: Error): void },
): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: true })
  source.on('error', (error) => {
    through.destroy(error)
  })
  source.pipe(through)
  yield* through as AsyncIterable<Buffer>
}

let command: Promise<boolean> | undefined

function hasCommand(): Promise<boolean> {
  command ??= new Promise((resolve) => {
    const probe = spawn('zstd', ['--version'], { stdio: 'ignore' })
    probe.on('error', () => {
      resolve(false)
    })
    probe.on('exit', (code) => {
      resolve(code === 0)
    })
  })
  return command
}

async function* byCommand(chunks: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
  const child = spawn('zstd', ['-dc', '--quiet'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const complaint: Buffer[] = []
  child.stderr.on('data', (data: Buffer) => complaint.push(data))
  const source = Readable.from(chunks, { objectMode: true })
  source.on('error', (error) => {
    child.stdout.destroy(error)
  })
  // The command closing early tells why by its exit code, not by a broken pipe.
  child.stdin.on('error', () => undefined)
  source.pipe(child.stdin)
  try {
    yield* child.stdout as AsyncIterable<Buffer>
    const [code] = await exit
    if (code !== 0)
      throw new Error(Buffer.concat(complaint).toString('utf8').trim().split('\n').at(-1) ?? 'zstd failed')
  } finally {
    child.kill()
  }
}

async function* inJavaScript(chunks: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
  const { Decompress } = await import('fzstd')
  const ready: Uint8Array[] = []
  const stream = new Decompress((data) => ready.push(data))
  for await (const chunk of chunks) {
    stream.push(chunk)
    yield* ready.splice(0)
  }
  stream.push(new Uint8Array(0), true)
  yield* ready.splice(0)
}
