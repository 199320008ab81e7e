// Which times of a scheduler process are covered: each stretch from its first event to its last, the last stretch
// further by heartbeats that saw no newer event.
import { type Evidence, isBoot, type SeenInstance } from './events.ts'

/** An event has its number within this time of being made (event_publisher). */
export const INTAKE_DELAY = 10_000_000n

export interface Cover {
  readonly from: bigint
  readonly to: bigint
}

export function coversOf(instance: SeenInstance, { heartbeats }: Evidence): Cover[] {
  const covers = instance.stretches.map(({ events }) => ({ from: events[0]!.t, to: events.at(-1)!.t }))
  const last = instance.stretches.at(-1)
  const cover = covers.at(-1)
  if (last === undefined || cover === undefined || last.firstId === null) return covers
  const lastId = last.firstId + last.events.length - 1
  let { to } = cover
  for (const beat of heartbeats) {
    if (beat.instance !== instance.uuid || beat.highest !== lastId) continue
    if (beat.t - INTAKE_DELAY > to) to = beat.t - INTAKE_DELAY
  }
  return [...covers.slice(0, -1), { from: cover.from, to }]
}

export function coversBeginning({ stretches }: SeenInstance): boolean {
  const first = stretches[0]
  return first !== undefined && (first.firstId === 0 || isBoot(first.events[0]))
}
