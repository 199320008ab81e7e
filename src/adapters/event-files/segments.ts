/** The files of a spool: a segment is a file of lines and a file that names it. */
import { mkdir, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventPosition, SegmentName } from '../../ports/event-spool.ts'
import { writeDurably } from '../disk/durable-file.ts'

/** A segment on the disk. */
export interface Segment extends SegmentName {
  /** Bytes of whole lines. */
  bytes: number
}

const DIGITS = 12
const NAME = /^(\d{12})\.json$/
const NEWLINE = 10
/** Envelopes and markers as `domain/usage/collect/lines.ts` writes them, up to what moves the position. */
const ENVELOPE = /^\{"v":1,"cluster":"(?:[^"\\]|\\.)*","instance":"(?:[^"\\]|\\.)*","id":(\d+)/
const GAP = /^\{"t":\d+,"marker":"gap",/

export function linesPath(directory: string, sequence: number): string {
  return join(directory, `${String(sequence).padStart(DIGITS, '0')}.ndjson`)
}

function namePath(directory: string, sequence: number): string {
  return join(directory, `${String(sequence).padStart(DIGITS, '0')}.json`)
}

/** Names a segment before its first line is written: a name without lines is an empty segment. */
export async function beginSegment(directory: string, name: SegmentName): Promise<Segment> {
  await writeDurably(namePath(directory, name.sequence), JSON.stringify(name))
  const file = await open(linesPath(directory, name.sequence), 'w', 0o600)
  await file.close()
  return { ...name, bytes: 0 }
}

/** Removes a segment: its lines first, so that what is half removed has a name and no lines. */
export async function removeSegment(directory: string, sequence: number): Promise<void> {
  await rm(linesPath(directory, sequence), { force: true })
  await rm(namePath(directory, sequence), { force: true })
}

/** The segments of a directory, oldest first. A line that a killed process left half written is cut off. */
export async function findSegments(directory: string): Promise<Segment[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const names = (await readdir(directory)).flatMap((file) => NAME.exec(file)?.[1] ?? []).sort()
  const segments: Segment[] = []
  for (const digits of names) {
    const name = JSON.parse(await readFile(namePath(directory, Number(digits)), 'utf8')) as SegmentName
    segments.push({ ...name, bytes: await cutToLines(linesPath(directory, Number(digits))) })
  }
  return segments
}

async function cutToLines(path: string): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size === 0) return 0
  const bytes = await readFile(path)
  const whole = bytes.lastIndexOf(NEWLINE) + 1
  if (whole < size) await truncate(path, whole)
  return whole
}

/** Where the lines of a segment leave the collector. */
export async function positionAfter(directory: string, segment: Segment): Promise<EventPosition> {
  if (segment.bytes === 0) return segment.position
  const lines = (await readFile(linesPath(directory, segment.sequence), 'utf8')).split('\n')
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = lines[at]!
    const id = ENVELOPE.exec(line)?.[1]
    if (id !== undefined) return { instance: segment.position.instance, next: Number(id) + 1 }
    if (GAP.test(line)) {
      const { last } = JSON.parse(line) as { last: number }
      return { instance: segment.position.instance, next: last + 1 }
    }
  }
  return segment.position
}
