/** Reads where a collector reads from and where it is to keep what it read. */
import { SparkopsError } from '../../errors.ts'
import { parseTopicAddress, type TopicAddress } from '../topic-address.ts'

/** A place to keep events. */
export interface FilesTarget {
  kind: 'files'
  directory: string
}
/** Objects of a store that speaks S3. */
export interface ObjectsTarget {
  kind: 's3'
  bucket: string
  /** Before every name; empty, or ends with a slash. */
  prefix: string
}
/** Messages of a Kafka topic. */
export interface TopicTarget extends TopicAddress {
  kind: 'kafka'
}
export type SinkTarget = FilesTarget | ObjectsTarget | TopicTarget

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The scheduler's address. Throws where it is not on this host, unless that is allowed. */
export function parseSchedulerAddress(text: string, allowRemote: boolean): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (address === undefined || !['http:', 'https:'].includes(address.protocol))
    throw refusedFlag('--yunikorn', `${text} is no address`, 'give it as http://localhost:9080')
  if (address.username !== '' || address.password !== '' || address.pathname !== '/' || address.search !== '')
    throw refusedFlag('--yunikorn', 'more is given than scheme, host and port', 'give it as http://localhost:9080')
  if (!allowRemote && !LOOPBACK.test(address.hostname))
    throw refusedFlag(
      '--yunikorn',
      `${address.host} is not on this host: what goes over a network can be read and altered on its way`,
      'run the collector in the pod of the scheduler; or give --allow-remote, best with https',
    )
  return address
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const PLACES = 'for example --to files:/events, --to s3://bucket/prefix or --to kafka://host:9092/topic'

/** A sink. */
export function parseSink(text: string): SinkTarget {
  const [, kind, rest = ''] = /^(files|s3|kafka):(.*)$/s.exec(text) ?? []
  if (kind === 'files' && rest !== '') return { kind, directory: rest.replace(/^\/\/(?=\/)/, '') }
  if (kind === 's3') return parseObjects(text, rest)
  if (kind === 'kafka') return parseTopic(text)
  throw refusedFlag('--to', `${text} is no place to keep events`, PLACES)
}

function parseObjects(text: string, rest: string): ObjectsTarget {
  const [, bucket = '', path = ''] = /^\/\/([^/]*)\/?(.*)$/s.exec(rest) ?? []
  if (!BUCKET.test(bucket)) throw refusedFlag('--to', `${text} names no bucket`, PLACES)
  const prefix = path.replace(/\/+$/, '')
  return { kind: 's3', bucket, prefix: prefix === '' ? '' : `${prefix}/` }
}

function parseTopic(text: string): TopicTarget {
  const address = parseTopicAddress(text)
  if ('why' in address) throw refusedFlag('--to', address.why, PLACES)
  return { kind: 'kafka', ...address }
}

/** Bytes of a size, such as 8MB or 1GiB. */
export function parseSize(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})\s*([kMGT]i?)?B?$/i.exec(text) ?? []
  if (digits === undefined) throw refusedFlag(flag, `${text} is no size`, `for example ${flag} 64MB or ${flag} 1GiB`)
  const power = ' kmgt'.indexOf(unit.charAt(0).toLowerCase() || ' ')
  return Number(digits) * (unit.length === 2 ? 1024 : 1000) ** power
}

/** The error for a flag whose value cannot be meant. */
export function refusedFlag(flag: string, why: string, hint: string): SparkopsError {
  return new SparkopsError({ code: 'SO_USAGE', message: `${flag} cannot be used`, why, hint, exit: 'usage' })
}
