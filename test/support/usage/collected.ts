/** What a collector kept, held against what it was served. */
import { expect } from 'vitest'

/** A line of a collector, as far as it is looked at. */
export interface Kept {
  instance?: string
  id?: number
  marker?: string
  first?: number
  last?: number
  why?: string
  path?: string
  ok?: boolean
  recv?: string
}

/**
 * Expects every event that was served to be kept as it was written, or its number to be named by a marker; gives how many are
 * missing. `added`: events by their number, by instance.
 */
export function expectNoUnmarkedLoss(
  added: ReadonlyMap<string, readonly string[]>,
  lines: readonly { line: string; value: Kept }[],
): number {
  const kept = new Map<string, string>()
  const gone = new Set<string>()
  for (const { line, value } of lines) {
    if (value.id !== undefined) kept.set(`${value.instance} ${value.id}`, line.slice(line.indexOf('"event":') + 8, -1))
    if (value.marker === 'gap') for (let id = value.first!; id <= value.last!; id++) gone.add(`${value.instance} ${id}`)
  }
  let missing = 0
  for (const [instance, events] of added)
    for (const [id, event] of events.entries()) {
      const key = `${instance} ${id}`
      if (gone.has(key) && !kept.has(key)) missing++
      else expect(kept.get(key), key).toBe(event)
    }
  return missing
}

/** Lines with what they say. */
export function readLines(text: string): { line: string; value: Kept }[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => ({ line, value: JSON.parse(line) as Kept }))
}
