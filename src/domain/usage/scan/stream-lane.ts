// The host of assembly/stream-lines.ts: gives it bytes and the table of events, takes facts and names from it.
// Whatever it leaves, event-line.ts reads; the two have one meaning.
import { BATCH_ROWS, type FactBatch, type FactSink, type Name } from '../facts.ts'
import { PREEMPTED_BY } from './event-facts.ts'
import { LITERALS } from './event-line.ts'
import { factOf, isPassedOver } from './event-rules.ts'
import { STREAM_LINES } from './stream-lines.gen.ts'

/** As in assembly/layout.ts. */
const LITERAL_SIZE = 48
const ACTIONS_SIZE = 10 * 10 * 1000 * 2
const SKIP = 1
const HOST = 2
/** Reading goes by sixteen bytes, so some behind the end are looked at. */
const BEYOND = 64
const PAGE = 1 << 16

/** What a run read: lines, all of them events, and their first and last time in Unix nanoseconds. */
export interface Run {
  lines: number
  earliest: bigint
  latest: bigint
  /** Where it stopped. */
  at: number
}

/** What of WebAssembly is used here: TypeScript has its types with a browser's only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: unknown }
}

interface Global<Value> {
  value: Value
}

interface Engine {
  memory: { buffer: ArrayBuffer; grow(pages: number): void }
  /** Where in memory: literals, the table of events, columns, texts of names, and the bytes to read. */
  literals: Global<number>
  actions: Global<number>
  columns: Global<number>
  texts: Global<number>
  input: Global<number>
  rows: Global<number>
  names: Global<number>
  events: Global<number>
  earliest: Global<bigint>
  latest: Global<bigint>
  isFull: Global<number>
  run(from: number, to: number, src: number): number
  taken(): void
}

/** Reads runs of plain event lines from bytes. One for a thread. */
export class StreamLane {
  readonly #sink: FactSink
  readonly #wantUsers: boolean
  #engine: Engine | undefined

  constructor(sink: FactSink, wantUsers: boolean) {
    this.#sink = sink
    this.#wantUsers = wantUsers
  }

  /** Takes the bytes that runs are to read next; each line in them has its end. */
  load(bytes: Uint8Array): void {
    const engine = (this.#engine ??= openEngine(this.#wantUsers))
    const missing = engine.input.value + bytes.length + BEYOND - engine.memory.buffer.byteLength
    if (missing > 0) engine.memory.grow(Math.ceil(missing / PAGE))
    new Uint8Array(engine.memory.buffer).set(bytes, engine.input.value)
  }

  /** Reads lines of the loaded bytes as far as they are plain events of the source. */
  run(from: number, to: number, src: number): Run {
    const engine = this.#engine!
    const base = engine.input.value
    const run: Run = { lines: 0, earliest: 0n, latest: 0n, at: from }
    for (;;) {
      run.at = engine.run(base + run.at, base + to, src) - base
      const lines = engine.events.value
      if (lines > 0) {
        if (run.lines === 0 || engine.earliest.value < run.earliest) run.earliest = engine.earliest.value
        if (engine.latest.value > run.latest) run.latest = engine.latest.value
        run.lines += lines
      }
      if (engine.isFull.value === 0) return run
      this.flush()
    }
  }

  /** Hands on what has been collected. */
  flush(): void {
    const engine = this.#engine
    if (engine === undefined) return
    const names = readNames(engine)
    if (names.length > 0) this.#sink.names(names)
    if (engine.rows.value > 0) this.#sink.facts(columns(engine))
    engine.taken()
  }
}

/** Views of the columns; a sink copies what it keeps. */
function columns({ memory: { buffer }, rows, columns: first }: Engine): FactBatch {
  let at = first.value
  const next = (width: number): number => {
    const here = at
    at += BATCH_ROWS * width
    return here
  }
  return {
    rows: rows.value,
    src: new Int32Array(buffer, next(4), BATCH_ROWS),
    code: new Int16Array(buffer, next(2), BATCH_ROWS),
    ts: new BigInt64Array(buffer, next(8), BATCH_ROWS),
    obj: new BigInt64Array(buffer, next(8), BATCH_ROWS),
    k1: new BigInt64Array(buffer, next(8), BATCH_ROWS),
    k2: new BigInt64Array(buffer, next(8), BATCH_ROWS),
    res: new BigInt64Array(buffer, next(8), BATCH_ROWS),
  }
}

/** Each: kind and length in 4 bytes, hash in 8, the text, filled up to 8. */
function readNames({ memory: { buffer }, names, texts }: Engine): Name[] {
  const view = new DataView(buffer, texts.value, names.value)
  const found: Name[] = []
  for (let at = 0; at < names.value;) {
    const length = view.getUint32(at + 4, true)
    found.push({
      kind: view.getUint32(at, true),
      hash: view.getBigInt64(at + 8, true),
      text: Buffer.from(buffer, texts.value + at + 16, length).toString('utf8'),
    })
    at += (16 + length + 7) & ~7
  }
  return found
}

function openEngine(wantUsers: boolean): Engine {
  const module = new WebAssembly.Module(Buffer.from(STREAM_LINES, 'base64'))
  const engine = new WebAssembly.Instance(module, {}).exports as Engine
  const bytes = Buffer.from(engine.memory.buffer)
  for (const [index, literal] of [...LITERALS, PREEMPTED_BY].entries())
    bytes.write(literal, engine.literals.value + index * LITERAL_SIZE, 'latin1')
  writeActions(new Int32Array(engine.memory.buffer, engine.actions.value, ACTIONS_SIZE), wantUsers)
  return engine
}

/** The rules of events as a table by type, change, detail, and whether there is a reference. */
function writeActions(table: Int32Array, wantUsers: boolean): void {
  for (let type = 1; type < 10; type++)
    for (let numbers = 0; numbers < 10_000; numbers++) {
      const [change, detail] = [Math.floor(numbers / 1000), numbers % 1000]
      const place = (type * 10_000 + numbers) * 2
      table[place] = actionOf(type, change, detail, false, wantUsers)
      table[place + 1] = actionOf(type, change, detail, true, wantUsers)
    }
}

function actionOf(type: number, change: number, detail: number, referenced: boolean, wantUsers: boolean): number {
  if (isPassedOver(type, change, detail, wantUsers)) return SKIP
  const { code, shape, condition } = factOf(type, change, detail, referenced, wantUsers)
  return condition === undefined ? code * 16 + shape : HOST
}
