/** Names of what holds a segment, in a directory or in an object store. */
import { createHash } from 'node:crypto'
import type { SegmentName } from '../../../ports/event-spool.ts'

const ID_DIGITS = 16
const SEQUENCE_DIGITS = 8

/**
 * `cluster=C/dt=2026-11-23/INSTANCE-ID-SEQUENCE.ndjson.gz`: the day (UTC) on which the segment began, the scheduler's
 * process, the number of the event that came next, and the segment's own number, since one without events shares the
 * others with the next. The same segment has the same name at each attempt, so that writing it again changes nothing.
 */
export function objectName(cluster: string, { sequence, startedAt, position }: SegmentName): string {
  const day = new Date(startedAt).toISOString().slice(0, 10)
  const id = String(position.next).padStart(ID_DIGITS, '0')
  const number = String(sequence).padStart(SEQUENCE_DIGITS, '0')
  return `cluster=${escapeName(cluster)}/dt=${day}/${escapeName(position.instance)}-${id}-${number}.ndjson.gz`
}

/** A part of a path that leads nowhere else, whatever it is made of. */
export function escapeName(name: string): string {
  const escaped = Buffer.from(name)
    .toString('latin1')
    .replace(/[^A-Za-z0-9._-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
    .replace(/^[._]/, (first) => `%${first.charCodeAt(0).toString(16).toUpperCase()}`)
  return escaped.length <= 150
    ? escaped || '%00'
    : `${escaped.slice(0, 150)}~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
