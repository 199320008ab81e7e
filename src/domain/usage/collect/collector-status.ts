/** How a collector is doing, for its log, its probes, its metrics and its last words. */
import type { EventPosition } from '../../../ports/event-spool.ts'

/** Upper ends of a histogram's buckets, in seconds. */
export const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const

/** How one sink is doing. */
export class SinkStatus {
  readonly name: string
  /** What it has kept. */
  pieces = 0
  bytes = 0
  failures = 0
  /** Why it does not keep anything now; undefined when all is well. */
  trouble: string | undefined
  /** How many pieces took at most as long as each bucket, and in all. */
  readonly buckets: number[] = LATENCY_BUCKETS.map(() => 0)
  seconds = 0

  constructor(name: string) {
    this.name = name
  }

  /** Counts a piece that was kept. */
  kept(bytes: number, seconds: number): void {
    this.pieces++
    this.bytes += bytes
    this.seconds += seconds
    this.trouble = undefined
    for (const [index, end] of LATENCY_BUCKETS.entries()) if (seconds <= end) this.buckets[index]!++
  }
}

/** How the whole is doing. */
export class CollectorStatus {
  readonly startedAt: number
  readonly sinks: readonly SinkStatus[]
  /** Unix milliseconds of the last look, whatever it brought. */
  lookedAt: number | undefined
  /** Unix milliseconds of the last look that brought a page; undefined before the first. */
  answeredAt: number | undefined
  /** Why the scheduler is silent; undefined while it answers. */
  silence: string | undefined
  trackingOff = false
  /** Applications changed and no event told of it: YuniKorn's event system stands still until it is restarted. */
  frozen = false
  /** Why nothing more is taken; undefined while there is room. */
  blocked: string | undefined
  position: EventPosition | undefined
  lowest = 0
  highest = 0
  /** Events that the scheduler has and the collector has not. */
  behind = 0
  events = 0
  snapshots = 0
  gaps = 0
  missing = 0
  restarts = 0

  constructor(startedAt: number, sinks: readonly string[]) {
    this.startedAt = startedAt
    this.sinks = sinks.map((name) => new SinkStatus(name))
  }

  /** Whether events are being taken: the scheduler answers, and there is room for what it says. */
  get isReady(): boolean {
    return this.answeredAt !== undefined && this.silence === undefined && this.blocked === undefined
  }
}
