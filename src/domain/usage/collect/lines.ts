/** The lines that a collector writes: docs/dump-format.md says what each field is. */

/** Milliseconds of a clock as the integer nanoseconds of our lines. Rounded down: never later than it was. */
export function nanoseconds(milliseconds: number): string {
  return `${Math.floor(milliseconds)}000000`
}

/** One event with its number. `event` is YuniKorn's own text of it. */
export function envelopeLine(envelope: {
  cluster: string
  instance: string
  id: number
  /** Unix milliseconds. */
  receivedAt: number
  event: string
}): string {
  const { cluster, instance, id, receivedAt, event } = envelope
  const head = `{"v":1,"cluster":${JSON.stringify(cluster)},"instance":${JSON.stringify(instance)},"id":${id}`
  return `${head},"recv":${nanoseconds(receivedAt)},"event":${event}}`
}

/** What a look at the scheduler found. `t` is when the request was sent. */
export function heartbeatLine(
  beat: { cluster: string; sentAt: number } & (
    { ok: false } | { ok: true; instance: string; lowest: number; highest: number }
  ),
): string {
  const { cluster, sentAt, ok } = beat
  const head = `{"t":${nanoseconds(sentAt)},"ok":${ok},"cluster":${JSON.stringify(cluster)}`
  if (!ok) return `${head}}`
  return `${head},"instance":${JSON.stringify(beat.instance)},"lowest":${beat.lowest},"highest":${beat.highest}}`
}

/** An answer of the REST API. `body` is JSON on one line. `t` is when it had come. */
export function snapshotLine(snapshot: {
  cluster: string
  receivedAt: number
  path: string
  status: number
  body: string
}): string {
  const { cluster, receivedAt, path, status, body } = snapshot
  const head = `{"t":${nanoseconds(receivedAt)},"cluster":${JSON.stringify(cluster)},"path":${JSON.stringify(path)}`
  return `${head},"status":${status},"body":${body}}`
}

/** Why events are missing. */
export type GapCause = 'the ring wrapped' | 'the spool was full' | 'before the first look'

/** Events that the scheduler no longer had when they were asked for: their numbers, first and last. */
export function gapLine(gap: {
  cluster: string
  instance: string
  foundAt: number
  first: number
  last: number
  why: GapCause
}): string {
  const { cluster, instance, foundAt, first, last, why } = gap
  return JSON.stringify({ marker: 'gap', cluster, instance, first, last, why }).replace(
    '{',
    `{"t":${nanoseconds(foundAt)},`,
  )
}

/** Another process of the scheduler answers. `next` is the number that came next in the one before. */
export function restartLine(restart: {
  cluster: string
  instance: string
  foundAt: number
  previous: { instance: string; next: number }
}): string {
  const { cluster, instance, foundAt, previous } = restart
  return JSON.stringify({
    marker: 'restart',
    cluster,
    instance,
    previous: previous.instance,
    next: previous.next,
  }).replace('{', `{"t":${nanoseconds(foundAt)},`)
}

/** The beginning of a line, for whoever looks for what was left out. */
const TOLD = 200

/** Takes the place of a line that a sink can never keep, such as a listing that is larger than a topic's messages. */
export function leftOutLine(line: string): string {
  const [, time] = /^\{"t":(\d{19})/.exec(line) ?? []
  const marker = { marker: 'left-out', bytes: Buffer.byteLength(line), begins: line.slice(0, TOLD) }
  return time === undefined ? line : JSON.stringify(marker).replace('{', `{"t":${time},`)
}
