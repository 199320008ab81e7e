// The facts table: what the scanner keeps of a dump, in columns, before any rule is applied.
// One row a fact; texts are 64-bit hashes here and stand once in a name table, so that a row has a fixed width
// and an engine can spill it. Not here: what a fact means (docs/usage-rules.md, judge/).

/** What a row of the facts table says. The numbers are YuniKorn's details, moved apart by type. */
export const FACT = {
  add: 200,
  ask: 201,
  rejected: 202,
  new: 203,
  accepted: 204,
  running: 206,
  completing: 207,
  completed: 208,
  failed: 210,
  resuming: 211,
  left: 298,
  endFirst: 500,
  preempted: 501,
  timedOut: 502,
  replaced: 503,
  endUnknown: 599,
  node: 1000,
  nodeGone: 1300,
  ready: 1302,
  place: 1303,
  capacity: 1304,
  preemptedBy: 3000,
  boot: 4000,
  queue: 4405,
  user: 5603,
  alive: 6000,
  absent: 6001,
} as const

/** Which dictionary a name belongs to. */
export const NAME = { text: 0, resource: 1, key: 2 } as const

/** Rows in one batch of facts. A multiple of every engine's vector size. */
export const BATCH_ROWS = 16384

/**
 * A batch of facts in columns of equal length, of which the first `rows` count.
 * `ts` is Unix nanoseconds; `obj`, `k1`, `k2`, `res` are 64-bit hashes or halves of a UUID; 0 is nothing.
 */
export interface FactBatch {
  rows: number
  src: Int32Array
  code: Int16Array
  ts: BigInt64Array
  obj: BigInt64Array
  k1: BigInt64Array
  k2: BigInt64Array
  res: BigInt64Array
}

/** A text behind a hash. */
export interface Name {
  kind: number
  hash: bigint
  text: string
}

/** Where batches of facts and new names go. */
export interface FactSink {
  facts(batch: FactBatch): void
  names(names: readonly Name[]): void
}

/** Collects facts row by row and hands full batches on. The buffers are reused: a sink copies what it keeps. */
export class FactWriter {
  readonly #sink: FactSink
  readonly #batch: FactBatch
  readonly #code: Int16Array
  readonly #src: Int32Array
  // 32-bit views: a row is written without making a BigInt.
  readonly #ts: Int32Array
  readonly #obj: Int32Array
  readonly #k1: Int32Array
  readonly #k2: Int32Array
  readonly #res: Int32Array
  #rows = 0

  constructor(sink: FactSink) {
    this.#sink = sink
    const wide = (): BigInt64Array => new BigInt64Array(BATCH_ROWS)
    this.#src = new Int32Array(BATCH_ROWS)
    this.#code = new Int16Array(BATCH_ROWS)
    this.#batch = {
      rows: 0,
      src: this.#src,
      code: this.#code,
      ts: wide(),
      obj: wide(),
      k1: wide(),
      k2: wide(),
      res: wide(),
    }
    this.#ts = new Int32Array(this.#batch.ts.buffer)
    this.#obj = new Int32Array(this.#batch.obj.buffer)
    this.#k1 = new Int32Array(this.#batch.k1.buffer)
    this.#k2 = new Int32Array(this.#batch.k2.buffer)
    this.#res = new Int32Array(this.#batch.res.buffer)
  }

  /** Adds a row; every wide value comes as its high and low 32 bits. */
  write(src: number, code: number, ts: Wide, obj: Wide, key: WideKey, res: Wide): void {
    const i = this.#rows * 2
    this.#src[this.#rows] = src
    this.#code[this.#rows] = code
    this.#ts[i] = ts.lo
    this.#ts[i + 1] = ts.hi
    this.#obj[i] = obj.lo
    this.#obj[i + 1] = obj.hi
    this.#k1[i] = key.lo1
    this.#k1[i + 1] = key.hi1
    this.#k2[i] = key.lo2
    this.#k2[i + 1] = key.hi2
    this.#res[i] = res.lo
    this.#res[i + 1] = res.hi
    if (++this.#rows === BATCH_ROWS) this.flush()
  }

  /** Hands on what has been collected. */
  flush(): void {
    if (this.#rows === 0) return
    this.#batch.rows = this.#rows
    this.#sink.facts(this.#batch)
    this.#rows = 0
  }
}

/** A 64-bit value as two 32-bit halves: arithmetic on these needs no allocation. */
export interface Wide {
  hi: number
  lo: number
}

/** An allocation's key: 128 bits, of its UUID, or of a hash where it is not one. */
export interface WideKey {
  hi1: number
  lo1: number
  hi2: number
  lo2: number
}

/** The halves as one signed 64-bit integer. */
export function wideToBigInt(value: Wide): bigint {
  return (BigInt(value.hi) << 32n) | BigInt(value.lo >>> 0)
}

/** Splits a signed 64-bit integer. */
export function bigIntToWide(value: bigint): Wide {
  return { hi: Number(BigInt.asIntN(32, value >> 32n)), lo: Number(BigInt.asIntN(32, value)) }
}
