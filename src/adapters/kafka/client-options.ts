/** What clients of Kafka have in common: how they log in, and how their failures are told. */
import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import type { ConnectionOptions, SASLOptions } from '@platformatic/kafka'

/** How brokers are reached. */
export interface KafkaAccess {
  /** TLS: undefined for none; `ca` as PEM beside those of the system. */
  tls: { ca: string | undefined } | undefined
  sasl: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string } | undefined
}

const CONNECT_MS = 10_000
const REQUEST_MS = 30_000

/** Options of any client of these brokers. Certificates are always verified, names included. */
export function accessOptions(
  brokers: readonly string[],
  { tls, sasl }: KafkaAccess,
): Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl' | 'connectTimeout' | 'requestTimeout'> & {
  bootstrapBrokers: string[]
} {
  // Given alone, an authority of one's own would take the place of all others.
  const authorities = tls?.ca === undefined ? {} : { ca: [...rootCertificates, tls.ca] }
  // The name is told to the broker, which may have several; an address must not be (RFC 6066).
  const tlsServerName = brokers.every((broker) => isIP(broker.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) === 0)
  return {
    bootstrapBrokers: [...brokers],
    ...(tls === undefined ? {} : { tls: authorities, tlsServerName }),
    ...(sasl === undefined ? {} : { sasl: sasl satisfies SASLOptions }),
    connectTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
  }
}

/** Why a client failed, in one line, each reason once. */
export function reasonsOf(cause: unknown): string {
  const reasons = cause instanceof AggregateError ? cause.errors.map(reasonOf) : [reasonOf(cause)]
  return [...new Set(reasons)].join('; ')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause
  return inner instanceof Error && inner.message !== '' ? `${error.message}: ${reasonOf(inner)}` : error.message
}

/** Whether a failure, or one that it was made of or came from, has this value. */
export function hasCause(error: unknown, property: string, value: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ((error as unknown as Record<string, unknown>)[property] === value) return true
  const within = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [...within, error.cause].some((one) => hasCause(one, property, value))
}
