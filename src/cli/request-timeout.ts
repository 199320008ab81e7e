/** Reads --request-timeout; apart from the flags, so that whoever opens a cluster need not load the parser. */
import { parseDuration } from '../domain/usage/duration.ts'

/** The time of --request-timeout in milliseconds; undefined where it is not set. A bare number is seconds. */
export function requestTimeoutMs(text: string): number | undefined {
  const nanoseconds = parseDuration('--request-timeout', /^\d+$/.test(text) ? `${text}s` : text)
  return nanoseconds === 0n ? undefined : Number(nanoseconds / 1_000_000n)
}
