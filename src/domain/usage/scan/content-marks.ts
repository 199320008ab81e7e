// Short marks of what the events of one scheduler said, by id: enough to see that an id comes again with another event.

/** Ids a block holds, and blocks that are kept: 64 MB at most. Ids beyond are not compared. */
const BLOCK_IDS = 4096
const MOST_BLOCKS = 8192

/** Marks by id; they can be sent from thread to thread as they are. */
export type MarkBlocks = Map<number, Uint16Array>

/** Marks of 16 bits, so that one of 65,535 contradictions goes unseen, and memory stays small. */
export class ContentMarks {
  readonly blocks: MarkBlocks = new Map()
  #block: Uint16Array | undefined
  #number = -1

  /** Whether the id is new, or came with the same mark; undefined if it is not known. The first mark is kept. */
  agrees(id: number, mark: number): boolean | undefined {
    const block = this.#blockOf(Math.floor(id / BLOCK_IDS))
    if (block === undefined) return undefined
    const place = id % BLOCK_IDS
    const short = shorten(mark)
    if (block[place] === 0) block[place] = short
    return block[place] === short
  }

  /** Takes over the marks of another part of the dump; returns an id that contradicts, if there is one. */
  join(blocks: MarkBlocks): number | undefined {
    for (const [number, marks] of blocks) {
      const own = this.#blockOf(number)
      if (own === undefined) continue
      const place = marks.findIndex((mark, index) => mark !== 0 && own[index] !== 0 && own[index] !== mark)
      if (place >= 0) return number * BLOCK_IDS + place
      for (let index = 0; index < BLOCK_IDS; index++) own[index] ||= marks[index]!
    }
    return undefined
  }

  #blockOf(number: number): Uint16Array | undefined {
    if (number === this.#number) return this.#block
    let block = this.blocks.get(number)
    if (block === undefined && this.blocks.size < MOST_BLOCKS) {
      block = new Uint16Array(BLOCK_IDS)
      this.blocks.set(number, block)
    }
    this.#number = number
    this.#block = block
    return block
  }
}

/** 1 to 65,535; 0 means none. */
function shorten(mark: number): number {
  return (mark ^ (mark >>> 16)) & 0xffff || 1
}
