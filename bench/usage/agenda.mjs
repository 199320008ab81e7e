// What will happen when, in the made cluster: a binary heap by time.
// A task may belong to one scheduler instance; with that instance it is forgotten.

/**
 * @typedef {object} Task
 * @property {number} at microseconds
 * @property {number} instance 0 for what happens whether or not a scheduler runs
 * @property {() => void} run
 */

export class Agenda {
  /** @type {Task[]} */
  #heap = []

  /** @param {Task} task */
  put(task) {
    const heap = this.#heap
    let place = heap.length
    heap.push(task)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || parent.at <= task.at) break
      heap[place] = parent
      place = above
    }
    heap[place] = task
  }

  /** @returns {Task | undefined} the earliest */
  take() {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) this.#sink(last)
    return first
  }

  /** @param {Task} task */
  #sink(task) {
    const heap = this.#heap
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      let child = heap[below]
      if (child === undefined) break
      const right = heap[below + 1]
      if (right !== undefined && right.at < child.at) {
        child = right
        below++
      }
      if (child.at >= task.at) break
      heap[place] = child
      place = below
    }
    heap[place] = task
  }
}
