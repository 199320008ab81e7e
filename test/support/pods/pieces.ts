/** A file as a stream gives it: piece by piece, all in one and the same memory. */
import { Buffer } from 'node:buffer'

export async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(size)
  for (let from = 0; from < bytes.length; from += size) {
    const part = bytes.subarray(from, from + size)
    piece.set(part)
    yield await Promise.resolve(piece.subarray(0, part.length))
  }
}
