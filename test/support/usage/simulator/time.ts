// Simulated time. Inside the model a moment is a plain number of nanoseconds since ORIGIN, which a double holds
// exactly for 104 days; outside, it is YuniKorn's own int64 wall-clock nanoseconds, always a bigint.

/** Nanoseconds since ORIGIN, an integer. */
export type Nanos = number

/** The recordings begin around this second. */
export const ORIGIN = 1_795_375_760_000_000_000n

export const MICRO = 1_000
export const MILLI = 1_000_000
export const SECOND = 1_000_000_000

/** Unix nanoseconds of a simulated moment. */
export function wall(t: Nanos): bigint {
  return ORIGIN + BigInt(Math.round(t))
}

/** Unix milliseconds, as YuniKorn prints times in summaries. */
export function wallMillis(t: Nanos): bigint {
  return wall(t) / 1_000_000n
}

/** RFC 3339 with milliseconds, as zap prints the time of a log line. */
export function rfc3339(t: Nanos): string {
  return new Date(Number(wallMillis(t))).toISOString()
}

/** RFC 3339 in whole seconds, as Kubernetes writes every time of an object. */
export function kubernetesTime(t: Nanos): string {
  return `${new Date(Number(wall(t) / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}Z`
}
