/** Where the bytes of dumps come from. */

/** A file, or the part of it between two ends of lines: enough for another thread to open it. */
export interface DumpLocation {
  path: string
  range: { from: number; to: number } | undefined
}

export interface DumpInput {
  /** What messages call it: a path, or `<stdin>`. */
  name: string
  /** Size as stored, for progress; undefined when not known. */
  bytes: number | undefined
  /** When the file was last written, in Unix nanoseconds; undefined for a pipe. */
  modifiedAt: bigint | undefined
  /** The user named this very file: if it is not a dump, that is an error. Files found in a directory may be anything. */
  named: boolean
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
