/** Keeps events as messages of a Kafka topic, one for each line, keyed by the scheduler's process. */
import { GenericError, MultipleErrors, Producer, type SASLOptions } from '@platformatic/kafka'
import { SparkopsError } from '../../domain/errors.ts'
import type { EventSink } from '../../ports/event-sink.ts'

export interface TopicSinkOptions {
  brokers: readonly string[]
  topic: string
  /** TLS: undefined for none; `ca` as PEM beside those of the system. */
  tls: { ca: string | undefined } | undefined
  sasl: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string } | undefined
  /** The line that takes the place of one that the topic does not take. */
  leftOut: (line: string) => string
}

/** A write that takes longer has failed: an idempotent producer can wait for ever for a topic that is not there. */
const WRITE_MS = 20_000
const TOO_LARGE = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']

/** Messages in the order of the events of each process: one key, so one partition. Acknowledged by all replicas. */
export function topicSink(options: TopicSinkOptions): EventSink {
  const { brokers, topic, leftOut } = options
  let open: LineProducer | undefined
  const drop = async (): Promise<void> => {
    const producer = open
    open = undefined
    // Whatever it says to that, it is gone.
    if (producer !== undefined) await new Promise<void>((done) => producer.close(true, () => done()))
  }
  return {
    name: `kafka://${brokers.join(',')}/${topic}`,
    unit: 'lines',
    write: async (piece, signal) => {
      const lines = (await piece.read()).toString('utf8').trimEnd().split('\n')
      const { instance } = piece.segment.position
      try {
        open ??= openProducer(options)
        await within(sendFitting(open, topic, instance, lines, leftOut), signal)
      } catch (error) {
        // Whatever went wrong, the next attempt begins with new connections and a new session.
        await drop()
        throw unwritable(topic, brokers, error)
      }
    },
    close: drop,
  }
}

type LineProducer = Producer<string, string, string, string>

function openProducer({ brokers, tls, sasl }: TopicSinkOptions): LineProducer {
  const serialize = (text?: string): Buffer => Buffer.from(text ?? '')
  return new Producer({
    clientId: 'sparkops-collect',
    bootstrapBrokers: [...brokers],
    ...(tls === undefined ? {} : { tls: tls.ca === undefined ? {} : { ca: tls.ca }, tlsServerName: true }),
    ...(sasl === undefined ? {} : { sasl: sasl satisfies SASLOptions }),
    serializers: { key: serialize, value: serialize, headerKey: serialize, headerValue: serialize },
    idempotent: true,
    acks: -1,
    compression: 'gzip',
    // What fails is tried again by whoever hands it on, and told.
    retries: 1,
    connectTimeout: 10_000,
    requestTimeout: 30_000,
  })
}

/** Sends lines together; where they are too large for the topic, in halves, and what is too large alone as a marker. */
async function sendFitting(
  producer: LineProducer,
  topic: string,
  key: string,
  lines: readonly string[],
  leftOut: (line: string) => string,
): Promise<void> {
  try {
    await producer.send({ messages: lines.map((value) => ({ topic, key, value })) })
  } catch (error) {
    if (!isTooLarge(error)) throw error
    if (lines.length === 1) {
      const marker = leftOut(lines[0]!)
      if (marker === lines[0]) throw error
      await sendFitting(producer, topic, key, [marker], (line) => line)
      return
    }
    const half = lines.length >> 1
    await sendFitting(producer, topic, key, lines.slice(0, half), leftOut)
    await sendFitting(producer, topic, key, lines.slice(half), leftOut)
  }
}

function isTooLarge(error: unknown): boolean {
  if (error instanceof MultipleErrors) return TOO_LARGE.some((id) => error.findBy('apiId', id) !== null)
  return error instanceof GenericError && TOO_LARGE.some((id) => error.findBy('apiId', id) !== null)
}

async function within(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(WRITE_MS)])
  await new Promise<void>((resolve, reject) => {
    const give = (): void =>
      reject(new Error(signal.aborted ? 'no answer yet when the time was up' : `no answer in ${WRITE_MS / 1000} s`))
    end.addEventListener('abort', give, { once: true })
    work.then(resolve, reject).finally(() => end.removeEventListener('abort', give))
  })
}

function unwritable(topic: string, brokers: readonly string[], cause: unknown): SparkopsError {
  const reasons = cause instanceof AggregateError ? cause.errors.map(reasonOf) : [reasonOf(cause)]
  return new SparkopsError({
    code: 'SO_SINK_UNWRITABLE',
    message: `cannot write to topic ${topic} at ${brokers.join(', ')}`,
    why: [...new Set(reasons)].join('; '),
    hint: 'check that the topic is there and that the login may write to it; nothing is lost, the spool holds it',
    exit: 'unreachable',
    cause,
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause
  return inner instanceof Error && inner.message !== '' ? `${error.message}: ${reasonOf(inner)}` : error.message
}
