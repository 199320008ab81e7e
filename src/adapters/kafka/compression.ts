/**
 * Compressions that the client does not read by itself, put into its table of compressions: snappy as Java's producers
 * write it, and zstd where Node has none of its own (before 22.15).
 */
import { compressionsAlgorithms } from '@platformatic/kafka'

/** How snappy-java begins its frames, which is what Kafka's own clients write; others write snappy alone. */
const FRAMES = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
/** The mark, and two versions of four bytes each. */
const FRAMES_HEAD = 16

interface Algorithm {
  decompressSync: (bytes: Buffer) => Buffer
  readonly available: boolean
}

let taught: Promise<void> | undefined

/** To be called before the first message is read; the table is the client's own, one for the process. */
export async function readAllCompressions(): Promise<void> {
  await (taught ??= teach())
}

async function teach(): Promise<void> {
  const { snappy, zstd } = compressionsAlgorithms as unknown as { snappy: Algorithm; zstd: Algorithm }
  const plain = snappy.decompressSync
  snappy.decompressSync = (bytes) => unframed(bytes, plain)
  if (zstd.available) return
  const { decompress } = await import('fzstd')
  zstd.decompressSync = (bytes) => {
    const whole = decompress(bytes)
    return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength)
  }
}

/** Snappy with or without frames: in frames, each block after its length (four bytes, big-endian). */
export function unframed(bytes: Buffer, decompress: (block: Buffer) => Buffer): Buffer {
  if (!bytes.subarray(0, FRAMES.length).equals(FRAMES)) return decompress(bytes)
  const blocks: Buffer[] = []
  for (let at = FRAMES_HEAD; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    at += 4
    if (at + length > bytes.length) throw new RangeError('a block of snappy is cut off')
    blocks.push(decompress(bytes.subarray(at, at + length)))
    at += length
  }
  return Buffer.concat(blocks)
}
