// A page of /events/batch while it is being read.
import { copyMoment, holeAfter, isBefore, type Moment, type Page, type PageCoverage } from './coverage.ts'
import { type Source } from './sources.ts'

/** A page being read: what coverage needs to know of its records. */
export class PageReading {
  readonly source: Source & { coverage: PageCoverage }
  readonly #seconds: number[] = []
  readonly #nanos: number[] = []
  #boot = false

  constructor(source: Source & { coverage: PageCoverage }) {
    this.source = source
  }

  get records(): number {
    return this.#seconds.length
  }

  add(at: Moment, boot: boolean): void {
    if (this.records === 0) this.#boot = boot
    this.#seconds.push(at.seconds)
    this.#nanos.push(at.nanos)
  }

  toPage(lowest: number, highest: number): Page {
    const { records } = this
    const { from, to } = this.#stretch(0, records)
    const hole = holeAfter(lowest, highest, records)
    return {
      ...{ lowest, highest, records, from, to, boot: this.#boot },
      hole:
        hole === undefined
          ? undefined
          : { before: this.#stretch(0, hole).to, after: this.#stretch(hole, records).from },
    }
  }

  /** First and last moment of the records from one place up to another. */
  #stretch(begin: number, end: number): { from: Moment; to: Moment } {
    const from: Moment = { seconds: Infinity, nanos: 0 }
    const to: Moment = { seconds: 0, nanos: 0 }
    for (let i = begin; i < end; i++) {
      const at = { seconds: this.#seconds[i]!, nanos: this.#nanos[i]! }
      if (isBefore(at, from)) copyMoment(from, at)
      if (isBefore(to, at)) copyMoment(to, at)
    }
    return { from, to }
  }
}
