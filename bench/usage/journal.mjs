// The scheduler's clock and its event log: turns what happens into lines as GET /ws/v1/events/stream gives them.
// Field order, integers for enums and omitted zeroes are those of Go's encoding/json of si.EventRecord.

/** @typedef {import('./random.mjs').Random} Random */

/**
 * @typedef {object} Batch Lines of one scheduler instance, in order.
 * @property {string} instance
 * @property {number} firstId
 * @property {string[]} lines
 */

export const TYPE = { REQUEST: 1, APP: 2, NODE: 3, QUEUE: 4, USERGROUP: 5 }
export const CHANGE = { NONE: 0, SET: 1, ADD: 2, REMOVE: 3 }

const BATCH = 2048

export class Journal {
  #random
  #events
  /** @type {string[]} */
  #lines = []
  #firstId = 0
  #instance = ''
  #second = 0
  #secondText = ''
  /** Events written, over all instances. */
  written = 0
  /** After this many events the process dies: nothing it says is heard. */
  deadline
  silent = false
  /** Microseconds, so that a JavaScript number holds them exactly. */
  now
  /** The time of the last event, as whole seconds and the rest. */
  seconds = 0
  nanos = 0
  /** @type {Batch[]} full batches, to be taken by whoever writes */
  ready = []

  /**
   * @param {Random} random
   * @param {number} events
   * @param {number} start microseconds
   */
  constructor(random, events, start) {
    this.#random = random
    this.#events = events
    this.deadline = events
    this.now = start
  }

  get finished() {
    return this.written >= this.#events
  }

  /** The process has died, and the dump goes on after it. */
  get broken() {
    return this.silent && !this.finished
  }

  /** @param {string} instance */
  open(instance) {
    this.flush()
    this.#instance = instance
    this.#firstId = 0
    this.silent = false
  }

  /** The clock moves on a little with everything said: the core needs time too. It stops with the last event. */
  stamp() {
    if (this.finished) return
    this.now += 5 + this.#random.below(110)
    this.seconds = Math.floor(this.now / 1_000_000)
    this.nanos = (this.now - this.seconds * 1_000_000) * 1000 + this.#random.below(1000)
  }

  /**
   * @param {number} type
   * @param {string} object
   * @param {number} change
   * @param {number} detail
   * @param {string} reference
   * @param {string} resource
   * @param {string} message
   */
  say(type, object, change, detail, reference = '', resource = '{}', message = '') {
    this.stamp()
    if (this.silent) return
    if (this.seconds !== this.#second) {
      this.#second = this.seconds
      this.#secondText = String(this.seconds)
    }
    const time = this.#secondText + String(1_000_000_000 + this.nanos).slice(1)
    this.#lines.push(
      `{"type":${type},"objectID":"${object}"${message ? `,"message":"${message}"` : ''},"timestampNano":${time}${
        change > 0 ? `,"eventChangeType":${change}` : ''
      }${detail > 0 ? `,"eventChangeDetail":${detail}` : ''}${
        reference ? `,"referenceID":"${reference}"` : ''
      },"resource":${resource}}`,
    )
    this.written++
    if (this.written >= this.deadline) this.silent = true
    if (this.#lines.length >= BATCH) this.flush()
  }

  flush() {
    if (this.#lines.length === 0) return
    this.ready.push({ instance: this.#instance, firstId: this.#firstId, lines: this.#lines })
    this.#firstId += this.#lines.length
    this.#lines = []
  }
}
