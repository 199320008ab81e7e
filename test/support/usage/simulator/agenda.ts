// What happens next: a queue of actions by simulated time; equal times keep the order in which they were planned.
import { type Nanos } from './time.ts'

interface Entry {
  readonly at: Nanos
  readonly order: number
  readonly act: () => void
}

export class Agenda {
  now: Nanos = 0
  #heap: Entry[] = []
  #planned = 0

  /** Plans an action; one planned for the past happens now. */
  at(moment: Nanos, act: () => void): void {
    const entry = { at: Math.max(Math.round(moment), this.now), order: this.#planned++, act }
    const heap = this.#heap
    let i = heap.push(entry) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (before(heap[parent]!, entry)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
  }

  in(pause: Nanos, act: () => void): void {
    this.at(this.now + pause, act)
  }

  /** Runs every action up to and including `end`, or until `done` says so. */
  run(end: Nanos, done: () => boolean): void {
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.at > end || done()) break
      this.#drop()
      this.now = next.at
      next.act()
    }
    if (!done()) this.now = end
  }

  #drop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (before(last, heap[child]!)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
