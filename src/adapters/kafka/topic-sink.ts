/** Keeps events as messages of a Kafka topic, one for each line, keyed by the scheduler's process. */
import { Producer } from '@platformatic/kafka'
import { SparkopsError } from '../../domain/errors.ts'
import type { EventSink } from '../../ports/event-sink.ts'
import { accessOptions, hasCause, type KafkaAccess, reasonsOf } from './client-options.ts'

export interface TopicSinkOptions extends KafkaAccess {
  brokers: readonly string[]
  topic: string
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

function openProducer(options: TopicSinkOptions): LineProducer {
  const serialize = (text?: string): Buffer => Buffer.from(text ?? '')
  return new Producer({
    clientId: 'sparkops-collect',
    ...accessOptions(options.brokers, options),
    serializers: { key: serialize, value: serialize, headerKey: serialize, headerValue: serialize },
    idempotent: true,
    acks: -1,
    compression: 'gzip',
    // What fails is tried again by whoever hands it on, and told.
    retries: 1,
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
  return TOO_LARGE.some((id) => hasCause(error, 'apiId', id))
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
  return new SparkopsError({
    code: 'SO_SINK_UNWRITABLE',
    message: `cannot write to topic ${topic} at ${brokers.join(', ')}`,
    why: reasonsOf(cause),
    hint: 'check that the topic is there and that the login may write to it; nothing is lost, the spool holds it',
    exit: 'unreachable',
    cause,
  })
}
