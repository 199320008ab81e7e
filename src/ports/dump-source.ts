/** Where the bytes of dumps come from. */

/** A file, or the part of it between two ends of lines: enough for another thread to open it. */
export interface DumpLocation {
  path: string
  range: { from: number; to: number } | undefined
}

/** A stretch of time in Unix nanoseconds; undefined where it has no end. */
export interface Reach {
  from: bigint | undefined
  to: bigint | undefined
}

/** What is left of an input when only some time of it is asked for. */
export interface NarrowedInput {
  /** Undefined when nothing of it lies there. */
  input: DumpInput | undefined
  /** Whether something earlier, or later, was left out. */
  before: boolean
  after: boolean
}

export interface DumpInput {
  /** What messages call it: a path, or `<stdin>`. */
  name: string
  /** The end of its name, below the directory or prefix that was named; its connector's time may stand there. */
  below?: string | undefined
  /** No event in it is later, in Unix nanoseconds: a store stamps what it keeps by its own clock. */
  latest?: bigint | undefined
  /** Leaves out what was written before or after a time, for what can be asked for by time. */
  narrow?: ((reach: Reach) => Promise<NarrowedInput>) | undefined
  /** Size as stored, for progress; undefined when not known. */
  bytes: number | undefined
  /** When the file was last written, in Unix nanoseconds; undefined for a pipe. */
  modifiedAt: bigint | undefined
  /** The user named this very file: if it is not a dump, that is an error. Files found in a directory may be anything. */
  named: boolean
  /** Says that it is among the next to be opened: what lies far away begins to come. */
  prepare?: (() => void) | undefined
  /** Opens it, decompressed. `onBytes` is told how many stored bytes have been read. */
  open(onBytes: (bytes: number) => void): AsyncIterable<Uint8Array>
  /**
   * Parts of about so many bytes that can be scanned apart; one where it must be read in one go (compressed, or pages
   * whose ids follow from each other). Undefined for what cannot be opened twice.
   */
  split: ((partBytes: number) => Promise<DumpLocation[]>) | undefined
  /** The number by which people find a line, such as the offset of a message; its place in the file unless given. */
  numberOf?: ((line: number) => number) | undefined
}
