/** Reads the messages of one partition between two offsets, whatever happens to the connection meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  Consumer,
  type Connection,
  fetchV12,
  fetchV13,
  fetchV14,
  fetchV15,
  fetchV16,
  fetchV17,
  FetchIsolationLevels,
  TimeoutError,
} from '@platformatic/kafka'
import { accessOptions, hasCause, type KafkaAccess } from './client-options.ts'
import { offsetAfter, type PartitionData } from './committed.ts'

/** Offsets of a partition: from (inclusive), to (exclusive). */
export interface PartitionRange {
  brokers: readonly string[]
  topic: string
  partition: number
  from: bigint
  to: bigint
}

/** Newest first. All speak of a topic by its id but the oldest, which does by its name. */
const FETCHES = [fetchV17, fetchV16, fetchV15, fetchV14, fetchV13, fetchV12].map(({ api }) => api)
const BY_NAME = 12
/** Of an answer at most, compressed; events take some fifteen times that when they are unpacked. */
const MOST_BYTES = 1 << 20
const LEAST_BYTES = 1 << 14
const WAIT_MS = 500
const ATTEMPTS = 5
const FIRST_WAIT_MS = 200
/** Answers without a message after which there is none before the end: what a compacted topic has left out. */
const MOST_EMPTY = 3

/** A client that joins no group: it commits nothing, and needs no right but to read the topic. */
export function openConsumer(brokers: readonly string[], access: KafkaAccess): Consumer {
  return new Consumer({
    clientId: 'sparkops-usage',
    groupId: 'sparkops-usage',
    ...accessOptions(brokers, access),
    retries: 1,
  })
}

/** An answer of a broker, and where in the partition it was asked for. */
export interface PartitionAnswer {
  answer: PartitionData
  from: bigint
}

/** The answers that hold the messages of a range, in order. Asks for the next one while one is worked upon. */
export async function* partitionAnswers(
  range: PartitionRange,
  access: KafkaAccess,
): AsyncGenerator<PartitionAnswer, void> {
  let connected: Fetcher | undefined
  // A connection that breaks again and again brings little at a time, but brings it.
  let bytes = MOST_BYTES
  const fetchFrom = async (offset: bigint): Promise<PartitionData> => {
    for (let attempt = 1; ; attempt++) {
      try {
        connected ??= await connect(range, access)
        const answer = await connected.fetch(offset, bytes)
        bytes = Math.min(bytes * 2, MOST_BYTES)
        return answer
      } catch (error) {
        bytes = Math.max(bytes / 8, LEAST_BYTES)
        await connected?.close()
        connected = undefined
        if (attempt >= ATTEMPTS || isLasting(error)) throw error
        await sleep(FIRST_WAIT_MS * 2 ** attempt)
      }
    }
  }
  const underway = (offset: bigint): Promise<PartitionData> => {
    const answer = fetchFrom(offset)
    // Whoever waits for it is told; until then a failure is nobody's.
    answer.catch(() => undefined)
    return answer
  }
  try {
    let empty = 0
    let next = underway(range.from)
    for (let at = range.from; at < range.to && empty < MOST_EMPTY;) {
      const from = at
      const answer = await next
      const after = offsetAfter(answer)
      empty = after === undefined ? empty + 1 : 0
      at = after ?? at
      if (at < range.to && empty < MOST_EMPTY) next = underway(at)
      yield { answer, from }
    }
  } finally {
    await connected?.close()
  }
}

/** What will not be otherwise when it is asked for again. */
function isLasting(error: unknown): boolean {
  return hasCause(error, 'canRetry', false) && !(error instanceof TimeoutError)
}

interface Fetcher {
  fetch: (offset: bigint, bytes: number) => Promise<PartitionData>
  close: () => Promise<void>
}

/** Connects to the broker that leads the partition now. */
async function connect({ brokers, topic, partition }: PartitionRange, access: KafkaAccess): Promise<Fetcher> {
  const consumer = openConsumer(brokers, access)
  const close = async (): Promise<void> => {
    await new Promise<void>((done) => consumer.close(true, () => done()))
  }
  try {
    const metadata = await consumer.metadata({ topics: [topic] })
    const { id, partitions } = metadata.topics.get(topic)!
    const leader = partitions[partition]!.leader
    const connection = (await consumer.connectToBrokers([leader])).get(leader)
    if (connection === undefined) throw new Error(`partition ${partition} has no leader now`)
    const fetch = await newestFetch(consumer)
    const topicId = fetch.version === BY_NAME ? topic : id
    return {
      fetch: async (fetchOffset, bytes) => await ask(fetch, connection, topicId, { partition, fetchOffset, bytes }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

type Fetch = (typeof FETCHES)[number]

async function newestFetch(consumer: Consumer): Promise<Fetch> {
  const { maxVersion = 0 } = (await consumer.listApis()).find(({ name }) => name === 'Fetch') ?? {}
  const fetch = FETCHES.find(({ version }) => version <= maxVersion)
  if (fetch === undefined) throw new Error('the broker is older than Kafka 2.7')
  return fetch
}

async function ask(
  fetch: Fetch,
  connection: Connection,
  topicId: string,
  asked: { partition: number; fetchOffset: bigint; bytes: number },
): Promise<PartitionData> {
  const { bytes, ...where } = asked
  const partitions = [{ ...where, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: bytes }]
  const topics = [{ topicId, partitions }]
  const level = FetchIsolationLevels.READ_COMMITTED
  const answer = await fetch.async(connection, WAIT_MS, 1, bytes, level, 0, 0, topics, [], '')
  const found = answer.responses[0]?.partitions[0]
  if (found === undefined) throw new Error('the broker answered for no partition')
  // A broker that slows a reader down sends nothing meanwhile, which says nothing about what there is.
  if (answer.throttleTimeMs > 0 && offsetAfter(found) === undefined) {
    await sleep(answer.throttleTimeMs)
    return await ask(fetch, connection, topicId, asked)
  }
  return found
}
