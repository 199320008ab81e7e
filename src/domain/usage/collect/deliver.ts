/** Hands on what is in the spool to one sink, in order, as often as it takes. */
import type { Clock } from '../../../ports/clock.ts'
import type { EventSink } from '../../../ports/event-sink.ts'
import type { EventSpool, SpoolPiece } from '../../../ports/event-spool.ts'
import type { SinkStatus } from './collector-status.ts'

export interface DeliverPorts {
  sink: EventSink
  spool: EventSpool
  clock: Clock
  status: SinkStatus
  /** Waits so many milliseconds; rejects when the signal aborts. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  log: (level: 'info' | 'warn', message: string) => void
  random: () => number
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000

/** Ends when the spool is finished and empty, or when the signal aborts. */
export async function deliver(ports: DeliverPorts, signal: AbortSignal): Promise<void> {
  const { sink, spool } = ports
  try {
    for (;;) {
      const piece = await spool.next(sink.name, sink.unit, signal)
      if (piece === undefined) return
      await keep(ports, piece, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function keep(ports: DeliverPorts, piece: SpoolPiece, signal: AbortSignal): Promise<void> {
  const { sink, spool, clock, status, log } = ports
  for (let attempt = 0; ; attempt++) {
    const begun = clock.now()
    try {
      await sink.write(piece, signal)
      await spool.acknowledge(sink.name, piece)
      if (status.trouble !== undefined) log('info', `${sink.name} keeps what is sent to it again`)
      status.kept(piece.to - piece.from, (clock.now() - begun) / 1000)
      return
    } catch (error) {
      const why = explain(error)
      if (signal.aborted) {
        status.trouble ??= why
        throw error
      }
      if (status.trouble !== why) log('warn', `${sink.name} did not keep what was sent to it: ${why}`)
      status.trouble = why
      status.failures++
      await ports.sleep(waitBefore(attempt, ports.random()), signal)
    }
  }
}

/** Milliseconds to wait after a failed attempt, counted from 0: doubled each time, and spread over a half. */
function waitBefore(attempt: number, random: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + random / 2)
}

/** An error in one line. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { why } = error as { why?: unknown }
  return typeof why === 'string' ? `${error.message}: ${why}` : error.message
}
