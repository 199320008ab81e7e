/** How long the client waits for what. Tests shorten them; nothing else does, but --request-timeout. */

export interface Timings {
  /** For the answer to one request, its body included; watches and logs are timed otherwise. */
  requestMs: number
  /** For a connection, TLS included, and for the first byte of a stream. */
  connectMs: number
  /** What may be tried again is, for so long, once the server has ever answered. */
  retryForMs: number
  /** The same before its first answer: a person waits who may have chosen the wrong cluster. */
  firstContactMs: number
  /** The first pause between tries; each next is up to twice as long. */
  pauseMs: number
  longestPauseMs: number
  /**
   * A watch that says nothing for so long goes on over a new connection: it may be half open. Bookmarks come about once
   * a minute, but only where something of the type changed (cacher.go), so that silence alone is no trouble.
   */
  watchIdleMs: number
  /** A watch asks the server to end it after so long, so that a fresh one goes to a server with less load. */
  watchSeconds: number
  keepAliveMs: number
  /** A connection that nobody used for so long is not trusted with the next request. */
  unusedMs: number
}

export const TIMINGS: Timings = {
  requestMs: 60_000,
  connectMs: 20_000,
  retryForMs: 60_000,
  firstContactMs: 2_000,
  pauseMs: 250,
  longestPauseMs: 30_000,
  watchIdleMs: 150_000,
  watchSeconds: 290,
  keepAliveMs: 30_000,
  unusedMs: 30_000,
}

/** A pause before try number `tries` (from 1): grows by two, never the same for two clients that fail together. */
export function jitteredPause(tries: number, { pauseMs, longestPauseMs }: Timings): number {
  const longest = Math.min(longestPauseMs, pauseMs * 2 ** Math.min(tries, 20))
  return longest * (0.5 + Math.random() / 2)
}
