// What a thread of the scan pool runs: it opens a part of a dump, scans it, and hands facts over as they come.
import { parentPort } from 'node:worker_threads'
import type { Failure, FromThread, ToThread } from './adapters/threads/messages.ts'
import { openDumpBytes } from './cli/usage-wiring.ts'
import { SparkopsError } from './domain/errors.ts'
import type { FactBatch, FactSink } from './domain/usage/facts.ts'
import { scanKit, scanPart } from './domain/usage/scan/scan-part.ts'
import { StreamLane } from './domain/usage/scan/stream-lane.ts'

/** Batches on their way before the thread waits for the main one to take some. */
const MOST_UNDERWAY = 16

const port = parentPort!
let underway = 0
/** Kept from part to part: all parts of one run ask the same. */
let lane: StreamLane | undefined
let resume: (() => void) | undefined

const send = (message: FromThread, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

/** Hands over copies: the writer goes on using its own buffers. */
const sink: FactSink = {
  facts: ({ rows, src, code, ts, obj, k1, k2, res }) => {
    const wide = [ts, obj, k1, k2, res].map((column) => column.slice(0, rows)) as [BigInt64Array, ...BigInt64Array[]]
    const [t, o, a, b, r] = wide as [BigInt64Array, BigInt64Array, BigInt64Array, BigInt64Array, BigInt64Array]
    const batch: FactBatch = {
      rows,
      src: src.slice(0, rows),
      code: code.slice(0, rows),
      ts: t,
      obj: o,
      k1: a,
      k2: b,
      res: r,
    }
    underway++
    const columns = [batch.src, batch.code, ...wide]
    send(
      { kind: 'facts', batch },
      columns.map((column) => column.buffer as ArrayBuffer),
    )
  },
  names: (names) => send({ kind: 'names', names }),
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'scan') void scan(message)
  else if (--underway < MOST_UNDERWAY) resume?.()
})

async function scan({ location, options }: Extract<ToThread, { kind: 'scan' }>): Promise<void> {
  try {
    const bytes = await openDumpBytes(location, (count) => send({ kind: 'bytes', bytes: count }))
    lane ??= new StreamLane(sink, options.wantUsers)
    const result = await scanPart(paced(bytes), scanKit(sink, lane), options, () => undefined)
    send({ kind: 'done', result })
  } catch (error) {
    send({ kind: 'failed', failure: failureOf(error) })
  }
}

/** Lets no more be read than the main thread takes. */
async function* paced(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    if (underway >= MOST_UNDERWAY) await new Promise<void>((done) => (resume = done))
    yield chunk
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof SparkopsError))
    return { expected: undefined, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  const { code, message, why, hint, exit } = error
  return { expected: { code, message, why, hint, exit }, text: message }
}
