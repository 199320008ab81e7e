/** Dumps in Kafka topics: the messages of each partition, read as the lines of a file are. */
import { type Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka'
import { SparkopsError } from '../../domain/errors.ts'
import type { Reach } from '../../ports/dump-source.ts'
import { hasCause, type KafkaAccess, reasonsOf } from './client-options.ts'
import { readAllCompressions } from './compression.ts'
import { MessageLines } from './message-lines.ts'
import { openConsumer, partitionAnswers, type PartitionAnswer, type PartitionRange } from './open-partition.ts'

/** What to read; as `parseTopicRange` of the domain gives it. */
export interface TopicRequest {
  brokers: readonly string[]
  topic: string
  partitions: readonly number[] | undefined
  from: Limit | undefined
  to: Limit | undefined
}

type Limit = { offset: bigint } | { at: bigint }

/** The messages of a partition that there were when it was listed. */
export interface TopicPartition {
  /** `kafka://host:9092/topic?partition=0`, for people. */
  name: string
  /** Lines, one for each message. */
  read: () => AsyncGenerator<Buffer>
  /** Asks for what comes first. */
  prepare: () => void
  /** Which message a line was: its offset. */
  numberOf: (line: number) => number
  /** Its messages of some time (nanoseconds, each bound optional); undefined where there are none. */
  narrow: (reach: Reach) => Promise<NarrowedPartition>
}

export interface NarrowedPartition {
  messages: TopicPartition | undefined
  /** Whether earlier, or later, messages were left out. */
  before: boolean
  after: boolean
}

const MS = 1_000_000n

/**
 * The partitions of a topic that hold messages of the range, each up to its end of now: what is written while it is
 * read does not count, nor what a transaction has not committed. Throws where one cannot be read.
 */
export async function listPartitions(request: TopicRequest, access: KafkaAccess): Promise<TopicPartition[]> {
  await readAllCompressions()
  const { brokers, topic } = request
  const address = `kafka://${brokers.join(',')}/${topic}`
  const ranges = await telling(address, async () => await rangesOf(request, access, address))
  return ranges.map((range) => partitionOf({ brokers, topic, ...range }, access))
}

function partitionOf(range: PartitionRange, access: KafkaAccess): TopicPartition {
  const name = `kafka://${range.brokers.join(',')}/${range.topic}?partition=${range.partition}`
  let lines = new MessageLines()
  let prepared: AsyncGenerator<PartitionAnswer, void> | undefined
  return {
    name,
    numberOf: (line) => Number(lines.offsetOf(line)),
    prepare: () => {
      prepared ??= ahead(partitionAnswers(range, access))
    },
    async *read() {
      const answers = prepared ?? partitionAnswers(range, access)
      prepared = undefined
      lines = new MessageLines()
      try {
        for await (const { answer, from } of answers) yield lines.take(answer, from, range.to)
      } catch (error) {
        throw unreadable(name, error)
      }
    },
    narrow: async (reach) => await telling(name, async () => await narrowed(range, access, reach)),
  }
}

async function narrowed(range: PartitionRange, access: KafkaAccess, reach: Reach): Promise<NarrowedPartition> {
  const consumer = openConsumer(range.brokers, access)
  try {
    const offsetAt = async (at: bigint | undefined, otherwise: bigint): Promise<bigint> => {
      if (at === undefined) return otherwise
      const found = await offsetsAt(consumer, range.topic, [range.partition], ceilToMs(at))
      const offset = found.get(range.partition) ?? -1n
      // No message is as late as that.
      return offset < 0n || offset > range.to ? range.to : offset < range.from ? range.from : offset
    }
    const from = await offsetAt(reach.from, range.from)
    const to = await offsetAt(reach.to, range.to)
    const messages = from < to ? partitionOf({ ...range, from, to }, access) : undefined
    return { messages, before: from > range.from, after: to < range.to }
  } finally {
    await new Promise<void>((done) => consumer.close(true, () => done()))
  }
}

interface Range {
  partition: number
  from: bigint
  to: bigint
}

async function rangesOf(request: TopicRequest, access: KafkaAccess, address: string): Promise<Range[]> {
  const consumer = openConsumer(request.brokers, access)
  try {
    const { topic } = request
    const found = (await consumer.metadata({ topics: [topic] })).topics.get(topic)
    const count = found?.partitionsCount ?? 0
    const partitions = request.partitions ?? Array.from({ length: count }, (_, index) => index)
    const missing = partitions.find((partition) => partition >= count)
    if (missing !== undefined)
      throw unusable(address, `It has no partition ${missing}.`, `It has ${count}, counted from 0.`)
    const offsets = async (timestamp: bigint): Promise<Map<number, bigint>> =>
      await offsetsAt(consumer, topic, partitions, timestamp)
    const earliest = await offsets(ListOffsetTimestamps.EARLIEST)
    const latest = await offsets(ListOffsetTimestamps.LATEST)
    const limit = async (asked: Limit | undefined, otherwise: Map<number, bigint>): Promise<Map<number, bigint>> => {
      if (asked === undefined) return otherwise
      if ('offset' in asked) return new Map(partitions.map((partition) => [partition, asked.offset]))
      const at = await offsets(ceilToMs(asked.at))
      // No message is as late as that.
      return new Map([...at].map(([partition, offset]) => [partition, offset < 0n ? latest.get(partition)! : offset]))
    }
    const begins = await limit(request.from, earliest)
    const ends = await limit(request.to, latest)
    return partitions
      .map((partition): Range => {
        const [first, last] = [earliest.get(partition)!, latest.get(partition)!]
        const [from, to] = [begins.get(partition)!, ends.get(partition)!]
        if (request.from !== undefined && 'offset' in request.from && (from < first || from > last))
          throw unusable(
            `${address}?partition=${partition}`,
            `Offset ${from} is not kept: there are ${first} to ${last} (exclusive).`,
            'Begin with one that is; what was deleted by the topic’s retention is gone.',
          )
        return { partition, from, to: to < last ? to : last }
      })
      .filter(({ from, to }) => from < to)
  } finally {
    await new Promise<void>((done) => consumer.close(true, () => done()))
  }
}

/** Times of messages are in milliseconds. */
function ceilToMs(at: bigint): bigint {
  return (at + MS - 1n) / MS
}

async function offsetsAt(
  consumer: Consumer,
  topic: string,
  partitions: readonly number[],
  timestamp: bigint,
): Promise<Map<number, bigint>> {
  const found = await consumer.listOffsetsWithTimestamps({
    topics: [topic],
    partitions: { [topic]: [...partitions] },
    timestamp,
    isolationLevel: FetchIsolationLevels.READ_COMMITTED,
  })
  return new Map([...(found.get(topic) ?? [])].map(([partition, { offset }]) => [partition, offset]))
}

/** Begins at once, and holds what comes first until somebody asks for it. */
function ahead<Item>(items: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  const first = items.next()
  first.catch(() => undefined)
  return (async function* () {
    try {
      const { done, value } = await first
      if (done === true) return
      yield value
      yield* items
    } finally {
      await items.return()
    }
  })()
}

async function telling<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw unreadable(name, error)
  }
}

function unusable(name: string, why: string, hint: string): SparkopsError {
  return new SparkopsError({ code: 'SO_UNREADABLE', message: `${name}: cannot be read.`, why, hint, exit: 'data' })
}

const DENIED = ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']

function unreadable(name: string, cause: unknown): SparkopsError {
  if (cause instanceof SparkopsError) return cause
  const is = (id: string): boolean => hasCause(cause, 'apiId', id)
  const said = (exit: 'auth' | 'data' | 'stale' | 'unreachable', why: string, hint: string): SparkopsError =>
    new SparkopsError({ code: 'SO_UNREADABLE', message: `${name}: cannot be read.`, why, hint, exit, cause })
  if (/^Unknown topic/.test(cause instanceof Error ? cause.message : '') || is('UNKNOWN_TOPIC_OR_PARTITION'))
    return said('data', 'The brokers know no topic of that name.', 'Check the name.')
  if (DENIED.some(is))
    return said('auth', 'The login may not read it.', 'Allow it Describe and Read on the topic; no group is needed.')
  if (hasCause(cause, 'code', 'PLT_KFK_AUTHENTICATION') || is('SASL_AUTHENTICATION_FAILED'))
    return said('auth', `The login was refused: ${reasonsOf(cause)}`, 'Check --kafka-sasl, user and password.')
  if (is('OFFSET_OUT_OF_RANGE'))
    return said('stale', 'Messages were deleted while it was read.', 'Run it again: it begins with what is kept now.')
  return said('unreachable', reasonsOf(cause), 'Check the brokers, --kafka-tls and --kafka-sasl.')
}
