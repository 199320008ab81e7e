/** Kinds of compression, told by the first bytes of a file and never by its name. */

const MAGIC = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  bzip2: [0x42, 0x5a, 0x68],
  lz4: [0x04, 0x22, 0x4d, 0x18],
  parquet: [0x50, 0x41, 0x52, 0x31],
  zip: [0x50, 0x4b, 0x03, 0x04],
} as const

/** The kind of compression that first bytes tell of; undefined for none. */
export function kindOf(first: Buffer): keyof typeof MAGIC | undefined {
  const kinds = Object.keys(MAGIC) as (keyof typeof MAGIC)[]
  return kinds.find((kind) => MAGIC[kind].every((byte, index) => first[index] === byte))
}
