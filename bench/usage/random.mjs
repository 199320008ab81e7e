// A seeded source of chance for the generator: the same seed gives the same dump on every machine.
// Not for anything that must be unpredictable.

/** Four hex digits of every 16-bit number: a UUID is eight of them. */
const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, '0'))

export class Random {
  #a
  #b
  #c
  #counter = 1

  /** @param {number} seed */
  constructor(seed) {
    this.#a = seed | 0
    this.#b = 0x9e3779b9
    this.#c = 0x243f6a88
    for (let round = 0; round < 16; round++) this.bits()
  }

  /** 32 random bits by sfc32 (PractRand), chosen for its speed in JavaScript. */
  bits() {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }

  /** In [0, 1). */
  unit() {
    return this.bits() / 4_294_967_296
  }

  /**
   * A whole number in [0, bound).
   * @param {number} bound
   */
  below(bound) {
    return Math.floor(this.unit() * bound)
  }

  /**
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + this.unit() * (high - low)
  }

  /** @param {number} probability */
  chance(probability) {
    return this.unit() < probability
  }

  /** @param {number} mean */
  exponential(mean) {
    return -Math.log(1 - this.unit()) * mean
  }

  /**
   * Many small, few large: sizes of Spark applications look like this.
   * @param {number} median
   * @param {number} sigma
   */
  logNormal(median, sigma) {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()))
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.unit()))
  }

  /**
   * @template T
   * @param {readonly T[]} list
   * @returns {T}
   */
  pick(list) {
    const chosen = list[this.below(list.length)]
    if (chosen === undefined) throw new Error('nothing to pick from')
    return chosen
  }

  /** A version 4 UUID, as Kubernetes gives to pods. */
  uuid() {
    const [a, b, c, d] = [this.bits(), this.bits(), this.bits(), this.bits()]
    const text = `${hex(a >>> 16)}${hex(a)}-${hex(b >>> 16)}-${hex((b & 0x0fff) | 0x4000)}-${hex((c & 0x3fff) | 0x8000)}-${hex(c >>> 16)}${hex(d >>> 16)}${hex(d)}`
    // Reading a character makes V8 flatten the pieces once, instead of at each of the dozen uses of the text.
    text.charCodeAt(0)
    return text
  }
}

/** @param {number} value */
function hex(value) {
  return HEX[value & 0xffff] ?? ''
}
