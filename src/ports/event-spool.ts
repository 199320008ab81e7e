/**
 * What a collector has taken and not yet handed on everywhere: a log on the local disk, in segments. What is appended
 * is on the disk when the call returns; each sink reads it at its own pace and says how far it is.
 */

/** Where the collector is in the events of a scheduler. */
export interface EventPosition {
  /** InstanceUUID of the scheduler's process. */
  instance: string
  /** Number of the next event to ask for. */
  next: number
}

/** Names a segment: enough to name an object that holds it, the same at every attempt. */
export interface SegmentName {
  /** Counted from 1, never used again. */
  sequence: number
  /** Unix milliseconds of its first line. */
  startedAt: number
  /** Of the events in it; a segment holds those of one scheduler only. */
  position: EventPosition
}

/** A piece of a segment that a sink is to keep: whole lines. */
export interface SpoolPiece {
  segment: SegmentName
  /** Bytes of the segment, from (inclusive), to (exclusive). */
  from: number
  to: number
  read(): Promise<Buffer>
}

export interface EventSpool {
  /** Where the last durable line left the collector; undefined when the spool is new. */
  readonly position: EventPosition | undefined
  /** Bytes held for sinks that have not kept them yet. */
  readonly bytes: number
  /** Whether so much is held that no more should be taken. */
  readonly isFull: boolean
  /** Appends lines, each without its end. Throws when the disk does not take them; then none of them is kept. */
  append(lines: readonly string[], after: EventPosition): Promise<void>
  /** Ends the segment that grows when it is old or large enough, or `now`. */
  roll(now?: boolean): Promise<void>
  /** The next piece that a sink has not kept; waits for one. Undefined when there is none and `drained` has been told. */
  next(sink: string, unit: 'segments' | 'lines', signal: AbortSignal): Promise<SpoolPiece | undefined>
  /** Says that a sink has kept a piece for good. */
  acknowledge(sink: string, piece: SpoolPiece): Promise<void>
  /** Says that nothing more will be appended: `next` no longer waits. */
  finish(): Promise<void>
  /** Bytes that a sink has not kept yet. */
  backlog(sink: string): number
  close(): Promise<void>
}
