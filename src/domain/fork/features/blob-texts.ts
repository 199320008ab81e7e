/** Contents of files as they are asked for again: by the reader, by line, and by the next commit that changes them. */
import type { Git, Oid } from '../../../ports/git.ts'

/** A definition of a resource has a megabyte. */
const KEPT = 64

export class BlobTexts {
  private readonly git: Pick<Git, 'readBlob'>
  private readonly known = new Map<Oid, Promise<Uint8Array>>()

  constructor(git: Pick<Git, 'readBlob'>) {
    this.git = git
  }

  /** The bytes; asked for at once, so that several are under way together. */
  bytes(oid: Oid): Promise<Uint8Array> {
    const known = this.known.get(oid) ?? this.git.readBlob(oid)
    // A failure is the asker's; nobody may be waiting for what was only fetched ahead.
    known.catch(() => this.known.delete(oid))
    this.known.delete(oid)
    this.known.set(oid, known)
    if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value!)
    return known
  }
}

/** Runs over items in portions that are under way together, in order. */
export async function inPortions<T, R>(
  items: readonly T[],
  size: number,
  run: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += size) {
    signal?.throwIfAborted()
    results.push(...(await Promise.all(items.slice(at, at + size).map(run))))
  }
  return results
}
