/** Files that hold Kubernetes objects. */

export interface ObjectText {
  /** As people name it: the path, or `<stdin>`. */
  name: string
  /** Whether it was named itself, rather than found in a directory. */
  isNamed: boolean
  text: () => Promise<string>
  /** Undefined for what can be read once only. */
  stored?: StoredBytes
}

/** A file that can be read piece by piece, and again. */
export interface StoredBytes {
  /** All of it, in order; each piece until the next is asked for. */
  pieces: () => AsyncIterable<Uint8Array>
  /** The bytes from one place to before another. Throws where the file has changed since its pieces were read. */
  again: (from: number, to: number) => Uint8Array
}
