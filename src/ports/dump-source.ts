/** Where the bytes of dumps come from. */

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
}
