/** A spool in a directory of the local disk: docs/collect.md says what is where. */
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventPosition, EventSpool, SpoolPiece } from '../../ports/event-spool.ts'
import { unwritable, writeDurably } from '../disk/durable-file.ts'
import { holderText, takeLock } from '../disk/process-lock.ts'
import { SparkopsError } from '../../domain/errors.ts'
import { beginSegment, findSegments, linesPath, positionAfter, removeSegment, type Segment } from './segments.ts'

export interface SpoolOptions {
  directory: string
  /** Names of the sinks that must keep a segment before it goes. */
  sinks: readonly string[]
  /** When a segment ends: bytes, and milliseconds since its first line. */
  segmentBytes: number
  segmentMs: number
  /** Bytes held at most for sinks that are behind. */
  mostBytes: number
  now: () => number
}

/** How far a sink is: all before this place is kept. */
interface Mark {
  sequence: number
  offset: number
}

/** Lines are handed to a sink in pieces of at most this many bytes, unless one line is longer. */
const PIECE_BYTES = 1 << 20
const NEWLINE = 10

/** Opens the spool of a directory, or makes one. What a killed process left is mended. */
export async function openSpool(options: SpoolOptions): Promise<EventSpool> {
  const { directory } = options
  try {
    await mkdir(join(directory, 'sinks'), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw spoolFailure(directory, error)
  }
  const release = await lockSpool(directory)
  const segments = await findSegments(join(directory, 'segments'))
  const last = segments.at(-1)
  const position = last === undefined ? undefined : await positionAfter(join(directory, 'segments'), last)
  const marks = new Map<string, Mark>()
  for (const sink of options.sinks) marks.set(sink, await readMark(directory, sink))
  return new DirectorySpool(options, { segments, position, marks, release })
}

async function lockSpool(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'lock')
  const refuse = (holder: Parameters<typeof holderText>[0]): SparkopsError =>
    new SparkopsError({
      code: 'SO_SPOOL_IN_USE',
      message: `spool ${directory} is in use by ${holderText(holder)}`,
      why: 'two collectors must not write one spool',
      hint: `stop that one, or name another directory; if its machine is gone for good, remove ${path}`,
      exit: 'stale',
    })
  try {
    return await takeLock(path, { refuse })
  } catch (error) {
    throw spoolFailure(path, error)
  }
}

/** The error for a spool that cannot be written, with what the system said. */
function spoolFailure(path: string, cause: unknown): unknown {
  const hint = 'make room or permission there, or name another place with --spool'
  return unwritable(path, cause, { code: 'SO_SPOOL_UNWRITABLE', hint })
}

class DirectorySpool implements EventSpool {
  readonly #options: SpoolOptions
  readonly #directory: string
  readonly #segments: Segment[]
  readonly #marks: Map<string, Mark>
  readonly #release: () => Promise<void>
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #position: EventPosition | undefined
  /** The segment that grows; undefined when the newest one has ended. */
  #growing: { segment: Segment; file: FileHandle } | undefined
  #isFinished = false

  constructor(
    options: SpoolOptions,
    found: {
      segments: Segment[]
      position: EventPosition | undefined
      marks: Map<string, Mark>
      release: () => Promise<void>
    },
  ) {
    this.#options = options
    this.#directory = join(options.directory, 'segments')
    this.#segments = found.segments
    this.#position = found.position
    this.#marks = found.marks
    this.#release = found.release
  }

  get position(): EventPosition | undefined {
    return this.#position
  }

  get bytes(): number {
    return Math.max(0, ...this.#options.sinks.map((sink) => this.backlog(sink)))
  }

  get isFull(): boolean {
    return this.bytes >= this.#options.mostBytes
  }

  backlog(sink: string): number {
    const { sequence, offset } = this.#mark(sink)
    const behind = this.#segments.filter((segment) => segment.sequence >= sequence)
    return behind.reduce((sum, one) => sum + one.bytes - (one.sequence === sequence ? offset : 0), 0)
  }

  async append(lines: readonly string[], after: EventPosition): Promise<void> {
    if (lines.length > 0) {
      if (this.#growing !== undefined && this.#growing.segment.position.instance !== after.instance)
        await this.roll(true)
      const { segment, file } = (this.#growing ??= await this.#begin(after, this.#position))
      const bytes = Buffer.from(`${lines.join('\n')}\n`)
      try {
        await writeAll(file, bytes, segment.bytes)
        await file.datasync()
      } catch (error) {
        await file.truncate(segment.bytes).catch(() => undefined)
        throw spoolFailure(linesPath(this.#directory, segment.sequence), error)
      }
      segment.bytes += bytes.length
    }
    this.#position = after
    this.#changes.emit('change')
  }

  /** A segment of another instance than the one before begins where that instance does. */
  async #begin(
    after: EventPosition,
    before: EventPosition | undefined,
  ): Promise<{ segment: Segment; file: FileHandle }> {
    const position = before?.instance === after.instance ? before : { instance: after.instance, next: 0 }
    const sequence = (this.#segments.at(-1)?.sequence ?? this.#furthestMark()) + 1
    try {
      const segment = await beginSegment(this.#directory, { sequence, startedAt: this.#options.now(), position })
      const file = await open(linesPath(this.#directory, sequence), 'r+')
      this.#segments.push(segment)
      return { segment, file }
    } catch (error) {
      throw spoolFailure(this.#directory, error)
    }
  }

  /** Numbers are never used again, also when all segments are gone. */
  #furthestMark(): number {
    return Math.max(0, ...[...this.#marks.values()].map(({ sequence }) => sequence - 1))
  }

  async roll(now = false): Promise<void> {
    const growing = this.#growing
    if (growing === undefined) return
    const { segment, file } = growing
    const age = this.#options.now() - segment.startedAt
    // Below zero the clock was set back, and its age is not known.
    const isOld = age < 0 || age >= this.#options.segmentMs
    if (!now && segment.bytes < this.#options.segmentBytes && !isOld) return
    this.#growing = undefined
    await file.close()
    this.#changes.emit('change')
  }

  async next(sink: string, unit: 'segments' | 'lines', signal: AbortSignal): Promise<SpoolPiece | undefined> {
    for (;;) {
      signal.throwIfAborted()
      const piece = unit === 'segments' ? this.#nextSegment(sink) : await this.#nextLines(sink)
      if (piece !== undefined) return piece
      if (this.#isFinished) return undefined
      await once(this.#changes, 'change', { signal })
    }
  }

  #nextSegment(sink: string): SpoolPiece | undefined {
    const { sequence, offset } = this.#mark(sink)
    const segment = this.#unkept(sequence, offset)
    if (segment === undefined || segment === this.#growing?.segment) return undefined
    return this.#piece(segment, 0, segment.bytes)
  }

  async #nextLines(sink: string): Promise<SpoolPiece | undefined> {
    const { sequence, offset } = this.#mark(sink)
    const segment = this.#unkept(sequence, offset)
    if (segment === undefined) return undefined
    const from = segment.sequence === sequence ? offset : 0
    const to = await this.#lineEnd(segment, from)
    return this.#piece(segment, from, to)
  }

  /** The first segment that has more than a sink has kept. */
  #unkept(sequence: number, offset: number): Segment | undefined {
    return this.#segments.find(
      (one) => (one.sequence === sequence && one.bytes > offset) || (one.sequence > sequence && one.bytes > 0),
    )
  }

  /** Where whole lines end, at most PIECE_BYTES on, or the one line that is longer. */
  async #lineEnd(segment: Segment, from: number): Promise<number> {
    if (segment.bytes - from <= PIECE_BYTES) return segment.bytes
    for (let length = PIECE_BYTES; ; length *= 2) {
      const bytes = await this.#read(segment, from, Math.min(segment.bytes, from + length))
      const end = length === PIECE_BYTES ? bytes.lastIndexOf(NEWLINE) : bytes.indexOf(NEWLINE, length / 2)
      if (end >= 0) return from + end + 1
    }
  }

  #piece(segment: Segment, from: number, to: number): SpoolPiece {
    const { sequence, startedAt, position } = segment
    return { segment: { sequence, startedAt, position }, from, to, read: () => this.#read(segment, from, to) }
  }

  async #read(segment: Segment, from: number, to: number): Promise<Buffer> {
    const file = await open(linesPath(this.#directory, segment.sequence), 'r')
    try {
      const bytes = Buffer.alloc(to - from)
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at)
        if (bytesRead === 0) throw new Error(`${linesPath(this.#directory, segment.sequence)} became shorter`)
        at += bytesRead
      }
      return bytes
    } finally {
      await file.close()
    }
  }

  async acknowledge(sink: string, piece: SpoolPiece): Promise<void> {
    const mark = { sequence: piece.segment.sequence, offset: piece.to }
    const path = markPath(this.#options.directory, sink)
    await writeDurably(path, JSON.stringify({ sink, ...mark })).catch((error: unknown) => {
      throw spoolFailure(path, error)
    })
    this.#marks.set(sink, mark)
    await this.#removeKept()
  }

  /** Removes segments that every sink has kept whole, but the newest: it says where the collector is. */
  async #removeKept(): Promise<void> {
    while (this.#segments.length > 1) {
      const oldest = this.#segments[0]!
      const isKept = [...this.#marks.values()].every(
        ({ sequence, offset }) =>
          sequence > oldest.sequence || (sequence === oldest.sequence && offset >= oldest.bytes),
      )
      if (!isKept) return
      await removeSegment(this.#directory, oldest.sequence)
      this.#segments.shift()
    }
  }

  async finish(): Promise<void> {
    await this.roll(true)
    this.#isFinished = true
    this.#changes.emit('change')
  }

  async close(): Promise<void> {
    await this.#growing?.file.close()
    this.#growing = undefined
    await this.#release()
  }

  #mark(sink: string): Mark {
    return this.#marks.get(sink) ?? { sequence: 0, offset: 0 }
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

/** The name of a sink may hold anything; its file's name holds none of it. */
function markPath(directory: string, sink: string): string {
  return join(directory, 'sinks', `${createHash('sha256').update(sink).digest('hex').slice(0, 32)}.json`)
}

async function readMark(directory: string, sink: string): Promise<Mark> {
  try {
    const { sequence, offset } = JSON.parse(await readFile(markPath(directory, sink), 'utf8')) as Mark
    return { sequence, offset }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { sequence: 0, offset: 0 }
    throw error
  }
}
