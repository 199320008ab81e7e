// Reads the files given beside a dump: pod listings (--pods) and Spark event logs (--spark-events).
import { stat } from 'node:fs/promises'
import { SparkopsError } from '../../domain/errors.ts'
import type { PodListing, SparkLog } from '../../domain/usage/outside/evidence.ts'
import { latestTimeIn, listedNodeTypes, listedPods } from '../../domain/usage/outside/pod-list.ts'
import { readSparkLog } from '../../domain/usage/outside/spark-log.ts'
import { isObject, type JsonValue, LineError, parseJson } from '../../domain/usage/scan/json-event.ts'
import { findInputs } from './inputs.ts'

const MS = 1_000_000n
const TIMED = /^(.*)@(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))$/

/**
 * Reads pod listings (`kubectl get pods -A -o json`), each optionally with the time it was taken: `FILE@2026-01-31T03:00:00Z`.
 * Without it a listing is taken to be no older than the latest time it holds, and no younger than its file.
 */
export async function readPodListings(files: readonly string[]): Promise<PodListing[]> {
  const listings: PodListing[] = []
  for (const file of files) {
    const timed = TIMED.exec(file)
    const path = timed?.[1] ?? file
    const taken = timed === null ? undefined : BigInt(Date.parse(timed[2]!)) * MS
    for (const input of await findInputs([path])) listings.push(await readListing(input.name, taken))
  }
  return listings
}

/** Reads Spark event logs, plain or compressed; directories of them too. */
export async function readSparkLogs(paths: readonly string[]): Promise<SparkLog[]> {
  const logs: SparkLog[] = []
  for (const input of await findInputs(paths)) {
    const log = await readSparkLog(linesOf(input.open(() => undefined)))
    if (log === undefined && input.named) {
      throw malformed(
        input.name,
        'It has no SparkListenerApplicationStart.',
        'Give an event log as Spark writes it (spark.eventLog.dir).',
      )
    }
    if (log !== undefined) logs.push(log)
  }
  return logs
}

async function readListing(path: string, taken: bigint | undefined): Promise<PodListing> {
  const [input] = await findInputs([path])
  const pieces: Buffer[] = []
  for await (const chunk of input!.open(() => undefined)) pieces.push(Buffer.from(chunk))
  const value = parsed(path, Buffer.concat(pieces).toString('latin1'))
  if (!isObject(value) || !Array.isArray(value['items'])) {
    throw malformed(path, 'It has no list of items.', 'Give the output of: kubectl get pods -A -o json')
  }
  const pods = listedPods(value)
  const nodeTypes = listedNodeTypes(value)
  if (pods.size === 0 && nodeTypes.size === 0)
    throw malformed(path, 'It lists not one pod.', 'Give the output of: kubectl get pods -A -o json')
  const written = path === '-' ? BigInt(Date.now()) * MS : BigInt(Math.ceil((await stat(path)).mtimeMs)) * MS
  const inside = latestTimeIn(value)
  return { source: path, from: taken ?? inside ?? 0n, to: taken ?? written, pods, nodeTypes }
}

function parsed(path: string, text: string): JsonValue {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    throw malformed(path, error.message, 'Give the output of: kubectl get pods -A -o json')
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

function malformed(path: string, why: string, hint: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_EVIDENCE',
    message: `${path}: this evidence cannot be read.`,
    why,
    hint,
    exit: 'data',
  })
}
