// Reads the files given beside a dump: pod listings (--pods) and Spark event logs (--spark-events).
import type { DumpInput } from '../../../ports/dump-source.ts'
import { SparkopsError } from '../../errors.ts'
import { isObject, type JsonValue, LineError, parseJson } from '../scan/json-event.ts'
import type { PodListing, SparkLog } from './evidence.ts'
import { latestTimeIn, listedNodeTypes, listedPods } from './pod-list.ts'
import { readSparkLog } from './spark-log.ts'

/** Finds the files behind paths, as those of dumps are found. */
export type FindInputs = (paths: readonly string[]) => Promise<DumpInput[]>

const MS = 1_000_000n
const LISTING_HINT = 'Give the output of: kubectl get pods -A -o json'
const TIMED = /^(.*)@(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))$/

/**
 * Reads pod listings (`kubectl get pods -A -o json`), each optionally with the time it was taken: `FILE@2026-01-31T03:00:00Z`.
 * Without it a listing is taken to be no older than the latest time it holds, and no younger than its file.
 */
export async function readPodListings(files: readonly string[], find: FindInputs): Promise<PodListing[]> {
  const listings: PodListing[] = []
  for (const file of files) {
    const timed = TIMED.exec(file)
    const path = timed?.[1] ?? file
    const taken = timed === null ? undefined : BigInt(Date.parse(timed[2]!)) * MS
    for (const input of await find([path])) listings.push(await readListing(input, taken))
  }
  return listings
}

/** Reads Spark event logs, plain or compressed; directories of them too. */
export async function readSparkLogs(paths: readonly string[], find: FindInputs): Promise<SparkLog[]> {
  const logs: SparkLog[] = []
  for (const input of await find(paths)) {
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

async function readListing(input: DumpInput, taken: bigint | undefined): Promise<PodListing> {
  const path = input.name
  const pieces: Buffer[] = []
  for await (const chunk of input.open(() => undefined)) pieces.push(Buffer.from(chunk))
  const value = parsed(path, Buffer.concat(pieces).toString('latin1'))
  if (!isObject(value) || !Array.isArray(value['items']))
    throw malformed(path, 'It has no list of items.', LISTING_HINT)
  const pods = listedPods(value)
  const nodeTypes = listedNodeTypes(value)
  if (pods.size === 0 && nodeTypes.size === 0) throw malformed(path, 'It lists not one pod.', LISTING_HINT)
  const inside = latestTimeIn(value) ?? 0n
  const written = input.modifiedAt ?? inside
  return { source: path, from: taken ?? inside, to: latest(taken ?? written, inside), pods, nodeTypes }
}

function parsed(path: string, text: string): JsonValue {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    throw malformed(path, error.message, LISTING_HINT)
  }
}

function latest(a: bigint, b: bigint): bigint {
  return a > b ? a : b
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
