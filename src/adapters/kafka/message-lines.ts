/** The values of messages as lines, and which message a line was. */
import { committedRecords } from './committed.ts'

const NEWLINE = Buffer.from('\n')

/** Lines from `line` on (counted from 1) whose messages follow each other; all of them the one message if `isOne`. */
interface Run {
  line: number
  offset: bigint
  isOne: boolean
}

/** Makes lines of the messages of a partition, in order. */
export class MessageLines {
  readonly #runs: Run[] = []
  #lines = 0
  #next: bigint | undefined

  /** Values of an answer, each with a line end; those without a value (deleted by their key) are none. */
  take(...answer: Parameters<typeof committedRecords>): Buffer {
    const parts: Buffer[] = []
    for (const { offset, record } of committedRecords(...answer)) {
      if (record.value === null || record.value.length === 0) continue
      parts.push(record.value, NEWLINE)
      this.#count(offset, record.value)
    }
    return Buffer.concat(parts)
  }

  /** The offset of the message that a line belongs to. */
  offsetOf(line: number): bigint {
    const run = this.#runs.findLast((one) => one.line <= line)
    if (run === undefined) return 0n
    return run.isOne ? run.offset : run.offset + BigInt(line - run.line)
  }

  #count(offset: bigint, value: Buffer): void {
    const line = this.#lines + 1
    const isOne = value.includes(NEWLINE)
    if (isOne || offset !== this.#next) this.#runs.push({ line, offset, isOne })
    this.#lines++
    if (isOne) for (let at = value.indexOf(NEWLINE); at >= 0; at = value.indexOf(NEWLINE, at + 1)) this.#lines++
    this.#next = isOne ? undefined : offset + 1n
  }
}
