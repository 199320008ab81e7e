// A simulation as the files a collector would have written: stream connections, batch pages, envelopes, heartbeats,
// REST snapshots and summary lines, byte-shaped like the recordings.
import { restLine } from './rest.ts'
import { type Instance, type InstanceRecord, type Simulation } from './simulate.ts'
import { VERSIONS } from './versions.ts'

export interface CollectOptions {
  /** Seconds between polls, and the first one's offset. */
  readonly poll?: number
  readonly phase?: number
  /** `count` of each request. */
  readonly count?: number
  /** Capacity of YuniKorn's ring buffer (event.ringBufferCapacity). */
  readonly capacity?: number
  /** Whether a page that starts past the head of a wrapped ring carries the newest lap as well (all versions do). */
  readonly hole?: boolean
  /** Stretches of seconds in which the collector did not poll. */
  readonly asleep?: readonly (readonly [from: number, to: number])[]
}

/** One request to `/events/batch` and its answer; `instance` is null when nobody answered. */
export interface Poll {
  readonly t: bigint
  readonly instance: Instance | null
  readonly start: number
  readonly lowest: number
  readonly highest: number
  /** What was asked for; what came too much by the hole is in `extra`. */
  readonly records: readonly InstanceRecord[]
  readonly extra: readonly InstanceRecord[]
}

/** Polls through the whole simulation, resuming by id, from 0 on a new instance. */
export function collect(simulation: Simulation, options: CollectOptions = {}): Poll[] {
  const { poll = 1, phase = 0.37, count = 5000, asleep = [] } = options
  const polls: Poll[] = []
  const begin = simulation.instances[0]!.started
  let next = 0
  let last: Instance | null = null
  for (let seconds = phase; ; seconds += poll) {
    const t = begin + BigInt(Math.round(seconds * 1e9))
    if (t > simulation.end) break
    if (asleep.some(([from, to]) => seconds >= from && seconds < to)) continue
    const instance = aliveAt(simulation, t)
    if (instance === null) {
      polls.push({ t, instance, start: next, lowest: 0, highest: 0, records: [], extra: [] })
      continue
    }
    if (instance !== last) next = 0
    last = instance
    const answer = page(instance, t, next, count, options)
    // The collector goes on at the lowest id when the ring has left it behind.
    const answered = answer.lowest > next ? page(instance, t, answer.lowest, count, options) : answer
    polls.push(answered)
    next = Math.max(next, answered.start + answered.records.length)
  }
  return polls
}

/** The body of `GET /ws/v1/events/batch?start=&count=` at time t. */
function page(instance: Instance, t: bigint, start: number, count: number, options: CollectOptions): Poll {
  const { capacity = 100_000, hole = false } = options
  const total = countReadable(instance.records, t)
  const lowest = Math.max(0, total - capacity)
  const highest = Math.max(0, total - 1)
  const none = { t, instance, start, lowest, highest, records: [], extra: [] }
  if (start < lowest || start > highest || total === 0) return none
  const records = instance.records.slice(start, Math.min(start + count, total))
  const head = total % capacity
  const position = start % capacity
  const jumps = hole && total > capacity && position >= head && position + count < capacity
  return { ...none, records, extra: jumps ? instance.records.slice(total - head, total) : [] }
}

/** Binary search: records are readable in the order of their ids. */
function countReadable(records: readonly InstanceRecord[], t: bigint): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (records[middle]!.readable <= t) low = middle + 1
    else high = middle
  }
  return low
}

function aliveAt(simulation: Simulation, t: bigint): Instance | null {
  const alive = simulation.instances.findLast(({ started }) => started <= t)
  return alive === undefined || (alive.died !== null && alive.died <= t) ? null : alive
}

/** Bodies of batch pages, one a line; pages without records are not kept. */
export function batchLines(polls: readonly Poll[]): string[] {
  return polls.flatMap(({ instance, lowest, highest, records, extra }) => {
    if (instance === null || records.length === 0) return []
    const lines = [...records, ...extra].map(({ line }) => line).join(',')
    return [`{"InstanceUUID":"${instance.uuid}","LowestID":${lowest},"HighestID":${highest},"EventRecords":[${lines}]}`]
  })
}

export function envelopeLines(polls: readonly Poll[], cluster = 'c1'): string[] {
  return polls.flatMap(({ t, instance, records }) =>
    records.map(({ id, line }) => {
      const head = `{"v":1,"cluster":${JSON.stringify(cluster)},"instance":"${instance!.uuid}"`
      return `${head},"id":${id},"recv":${t},"event":${line}}`
    }),
  )
}

export function heartbeatLines(polls: readonly Poll[]): string[] {
  return polls.map(({ t, instance, start, lowest, highest, records }) =>
    instance === null
      ? `{"t":${t},"ok":false,"status":0}`
      : `{"t":${t},"ok":true,"instance":"${instance.uuid}","start":${start},"lowest":${lowest},"highest":${highest},"got":${records.length}}`,
  )
}

/** One text per connection of `/events/stream`, each with its whole history, cut where the process died. */
export function streamConnections(simulation: Simulation): string[] {
  const { stream } = VERSIONS[simulation.params.version]
  if (stream === 'none') return []
  return simulation.instances.map(({ uuid, records }) => {
    const head = stream === 'named' ? `{"InstanceUUID":"${uuid}"}\n` : ''
    return head + records.map(({ line }) => `${line}\n`).join('')
  })
}

export function restLines(simulation: Simulation): string[] {
  return simulation.rest.map(restLine)
}

export function summaryLines(simulation: Simulation): string[] {
  return simulation.summaries.map(({ line }) => line)
}
