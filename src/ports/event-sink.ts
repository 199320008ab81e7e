/** A place where collected events are kept for good. */
import type { SpoolPiece } from './event-spool.ts'

export interface EventSink {
  /** Tells it from others, for people and for how far it is: `files:/var/dump`. Holds no secret. */
  readonly name: string
  /** Whether it takes whole segments, as objects, or lines as they come. */
  readonly unit: 'segments' | 'lines'
  /**
   * Keeps a piece. Resolves when it is kept for good; called again with the same piece when that was not seen to
   * happen, which must be harmless. Throws a SparkopsError when it cannot be kept now.
   */
  write(piece: SpoolPiece, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}
