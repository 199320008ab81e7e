// Which stretches of time of which scheduler instance a dump covers without a hole (docs/usage-rules.md §2).
// The scanner reports every event and page here; nothing is kept but the ends of stretches.
import { ContentMarks } from './content-marks.ts'

/** A moment in Unix time, split so that no event costs a BigInt. */
export interface Moment {
  seconds: number
  nanos: number
}

/** A stretch in which every event is held: ids where known, and the times of its first and last event. */
export interface Stretch {
  firstId: number | null
  lastId: number | null
  from: Moment
  to: Moment
  /** Begins with the first event that a scheduler writes. */
  boot: boolean
}

export function isBefore(a: Moment, b: Moment): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos)
}

function copy(moment: Moment): Moment {
  return { seconds: moment.seconds, nanos: moment.nanos }
}

function widen(stretch: Stretch, from: Moment, to: Moment): void {
  if (isBefore(from, stretch.from)) stretch.from = copy(from)
  if (isBefore(stretch.to, to)) stretch.to = copy(to)
}

interface Identified extends Stretch {
  firstId: number
  lastId: number
}

/** Coverage by ids, in whatever order they come: maximal runs of consecutive ids. */
export class IdCoverage {
  readonly marks = new ContentMarks()
  readonly #runs: Identified[] = []
  #current: Identified | undefined

  /** Takes note of an event; false when its id was held already. */
  add(id: number, at: Moment, boot: boolean): boolean {
    const current = this.#current
    if (current !== undefined && id === current.lastId + 1 && this.#runs.at(-1) === current) {
      current.lastId = id
      if (isBefore(current.to, at)) copyMoment(current.to, at)
      else if (isBefore(at, current.from)) copyMoment(current.from, at)
      return true
    }
    return this.#insert(id, at, boot)
  }

  stretches(): readonly Stretch[] {
    return this.#runs
  }

  #insert(id: number, at: Moment, boot: boolean): boolean {
    const runs = this.#runs
    const next = this.#firstAfter(id)
    const previous = next > 0 ? runs[next - 1] : undefined
    if (previous !== undefined && id <= previous.lastId) return false
    const following = runs[next]
    if (previous !== undefined && previous.lastId + 1 === id) {
      previous.lastId = id
      widen(previous, at, at)
      this.#current = previous
      if (following !== undefined && following.firstId === id + 1) this.#join(previous, following, next)
    } else if (following !== undefined && following.firstId === id + 1) {
      following.firstId = id
      following.boot = boot
      widen(following, at, at)
      this.#current = following
    } else {
      this.#current = { firstId: id, lastId: id, from: copy(at), to: copy(at), boot }
      runs.splice(next, 0, this.#current)
    }
    return true
  }

  #join(left: Identified, right: Identified, index: number): void {
    left.lastId = right.lastId
    widen(left, right.from, right.to)
    this.#runs.splice(index, 1)
  }

  /** Index of the first run that begins after the id. */
  #firstAfter(id: number): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#runs[middle]!.firstId > id) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Sets one moment to another. */
export function copyMoment(target: Moment, source: Moment): void {
  target.seconds = source.seconds
  target.nanos = source.nanos
}

/** A page of /events/batch as far as coverage goes: its records have no ids of their own. */
export interface Page {
  lowest: number
  highest: number
  records: number
  from: Moment
  to: Moment
  boot: boolean
  /** Where YuniKorn may have left records out, the last moment before that place and the first after it. */
  hole?: { before: Moment; after: Moment } | undefined
}

/**
 * How many records stand before the place where YuniKorn may have left some out; undefined where it cannot have.
 * `getEventsFromID` of a full ring can end with the ring's first slots, which hold its newest events: those whose id is
 * a multiple of the ring's capacity or follows it.
 */
export function holeAfter(lowest: number, highest: number, records: number): number | undefined {
  const capacity = highest - lowest + 1
  const newest = (highest + 1) % capacity
  return lowest > 0 && newest > 0 && newest < records && records < capacity ? records - newest : undefined
}

/** Pages of a multiple of so many records may have been cut by `count=`, which people and defaults set to round numbers. */
const ROUND_COUNT = 100

/**
 * Coverage by the pages of one instance in the order of one file. A page that fills up the ids to its `highest`
 * continues the run. One that does not was cut by `count`, in which case the next pages bring the rest, or has lost
 * records, or has YuniKorn's hole: until the ids add up again it counts as outside.
 */
export class PageCoverage {
  readonly #closed: Stretch[] = []
  #run: Identified | undefined
  /** The ids of the run are certain: it began with the first event, with a whole ring, or pages of different size agree. */
  #certain = false
  #firstRecords = 0
  #short: Page[] = []
  #taken: Page[] = []

  add(page: Page): void {
    if (page.records === 0) return
    this.#taken.push(page)
    const aligned = page.highest - page.records + 1
    const run = this.#run
    if (run === undefined) return this.#begin(page, aligned)
    const expected = run.lastId + 1 + this.#short.reduce((sum, short) => sum + short.records, 0)
    if (aligned === expected && this.#inOrder(page)) return this.#extend(run, page)
    const last = this.#short.at(-1)
    if (aligned <= expected || (last !== undefined && aligned === last.highest + 1)) {
      // Read again from an earlier id, or the ids up to the page before are known not to add up.
      this.#closed.push(this.#told(run))
      return this.#begin(page, aligned)
    }
    this.#short.push(page)
  }

  /** The pages added since this was last asked: what the coverage can be worked out from again. */
  takePages(): Page[] {
    const pages = this.#taken
    this.#taken = []
    return pages
  }

  stretches(): readonly Stretch[] {
    return this.#run === undefined ? this.#closed : [...this.#closed, this.#told(this.#run)]
  }

  #told(run: Identified): Stretch {
    return this.#certain ? run : { ...run, firstId: null, lastId: null }
  }

  #begin(page: Page, aligned: number): void {
    this.#short = []
    this.#run = undefined
    this.#firstRecords = page.records
    this.#certain = page.boot || aligned === page.lowest
    const { boot, records, highest, hole } = page
    if (this.#certain) {
      const ids = boot ? { firstId: 0, lastId: records - 1 } : { firstId: aligned, lastId: highest }
      this.#run = { ...ids, from: copy(page.from), to: copy(page.to), boot }
    } else if (hole !== undefined) {
      this.#closed.push(unnumbered(page.from, hole.before), unnumbered(hole.after, page.to))
    } else if (records % ROUND_COUNT === 0) {
      this.#closed.push(unnumbered(page.from, page.to))
    } else {
      this.#run = { firstId: Math.max(aligned, 0), lastId: highest, from: copy(page.from), to: copy(page.to), boot }
    }
  }

  /** A page that may have a hole ends with the newest event; if a later page begins before that, the hole is there. */
  #inOrder(page: Page): boolean {
    const pages = [...this.#short, page]
    return pages.every((one, index) => {
      const next = pages[index + 1]
      return one.hole === undefined || next === undefined || isBefore(one.to, next.from)
    })
  }

  #extend(run: Identified, page: Page): void {
    for (const part of [...this.#short, page]) widen(run, part.from, part.to)
    run.lastId = page.highest
    // Pages that were all cut by the same count agree on ids that are all wrong by the same number.
    this.#certain ||= page.records !== this.#firstRecords
    this.#short = []
  }
}

function unnumbered(from: Moment, to: Moment): Stretch {
  return { firstId: null, lastId: null, from: copy(from), to: copy(to), boot: false }
}

/** Coverage by one connection of /events/stream: every line from its first to its last. */
export class StreamCoverage {
  #stretch: Stretch | undefined
  #lines = 0

  /** Events read. */
  get lines(): number {
    return this.#lines
  }

  add(at: Moment, boot: boolean): void {
    this.#lines++
    if (this.#stretch === undefined) {
      this.#stretch = { firstId: boot ? 0 : null, lastId: null, from: copy(at), to: copy(at), boot }
    } else if (isBefore(this.#stretch.to, at)) copyMoment(this.#stretch.to, at)
    else if (isBefore(at, this.#stretch.from)) copyMoment(this.#stretch.from, at)
  }

  /** Takes note of more events of the stretch, none of which is a scheduler's first, by their first and last moment. */
  addRun(lines: number, from: Moment, to: Moment): void {
    this.add(from, false)
    this.add(to, false)
    this.#lines += lines - 2
  }

  stretches(): readonly Stretch[] {
    if (this.#stretch === undefined) return []
    // A connection that begins with the scheduler's first event has its ids by counting.
    return [{ ...this.#stretch, lastId: this.#stretch.boot ? this.#lines - 1 : null }]
  }
}
