/** Names of Kafka topics as people give them: `kafka://HOST:PORT,HOST:PORT/TOPIC`, to write to and to read from. */
import { SparkopsError } from '../errors.ts'
import { parseMoment } from './windows.ts'

/** A topic of a cluster. */
export interface TopicAddress {
  /** Each as HOST:PORT; one of them that answers is enough. */
  brokers: string[]
  topic: string
}

/** Where the reading of a partition begins (inclusive) or ends (exclusive). */
export type TopicLimit = { offset: bigint } | { at: bigint }

/** What of a topic is to be read. */
export interface TopicRange extends TopicAddress {
  /** All of them unless given. */
  partitions: number[] | undefined
  from: TopicLimit | undefined
  to: TopicLimit | undefined
}

const TOPIC = /^[A-Za-z0-9._-]{1,249}$/
const BROKER = /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/
/** Offsets are signed 64-bit integers. */
const OFFSET = /^\d{1,18}$/
const PARTITION = /^\d{1,9}$/

/** A topic; where it is none, why: for whoever knows which flag or argument that was. */
export function parseTopicAddress(text: string): TopicAddress | { why: string } {
  const [, hosts = '', topic = ''] = /^kafka:\/\/([^/]*)\/(.*)$/s.exec(text) ?? []
  const brokers = hosts.split(',')
  if (!TOPIC.test(topic) || topic === '.' || topic === '..') return { why: `${text} names no topic` }
  const odd = brokers.find((broker) => !BROKER.test(broker))
  return odd === undefined ? { brokers, topic } : { why: `${odd} is no HOST:PORT of a broker` }
}

/**
 * A topic to read, with what of it after a question mark: `?partition=0,2`, `?from=TIME&to=TIME`, or, of one
 * partition, `?partition=0&from=OFFSET&to=OFFSET`. Times are those of the messages.
 */
export function parseTopicRange(text: string): TopicRange {
  const mark = text.indexOf('?')
  const address = parseTopicAddress(mark < 0 ? text : text.slice(0, mark))
  if ('why' in address) throw refused(text, address.why)
  const asked = new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1))
  for (const name of asked.keys()) {
    if (!['partition', 'from', 'to'].includes(name)) throw refused(text, `${name} is not known`)
    if (asked.getAll(name).length > 1) throw refused(text, `${name} is given twice`)
  }
  const list = asked.get('partition')?.split(',')
  const odd = list?.find((one) => !PARTITION.test(one))
  if (odd !== undefined) throw refused(text, `${odd === '' ? 'nothing' : odd} is no number of a partition`)
  const partitions = list === undefined ? undefined : [...new Set(list.map(Number))].sort((a, b) => a - b)
  const [from, to] = [limitOf(text, 'from', asked), limitOf(text, 'to', asked)]
  if ([from, to].some((limit) => limit !== undefined && 'offset' in limit) && partitions?.length !== 1)
    throw refused(text, 'each partition has offsets of its own, so they need one partition')
  return { ...address, partitions, from, to }
}

function limitOf(text: string, name: 'from' | 'to', asked: URLSearchParams): TopicLimit | undefined {
  const value = asked.get(name)
  if (value === null) return undefined
  // A year alone would be an offset, and is taken for one.
  if (OFFSET.test(value)) return { offset: BigInt(value) }
  // In a query a plus sign is a blank, and a time zone begins with one.
  return { at: parseMoment(`${name} of ${text}`, value.replace(' ', '+'), 'UTC') }
}

function refused(text: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message: `${text}: this is no topic that could be read`,
    why,
    hint: 'for example kafka://host:9092/topic, …/topic?from=2026-11-01&to=2026-11-08, …/topic?partition=0&from=1200',
    exit: 'usage',
  })
}
