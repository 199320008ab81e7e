/** What is read of a move once and asked for with every commit: a plan compares several moves with one set of rules. */
import type { CarryContext } from './resolver.ts'

/** The function, remembering its answer for each pair of old base and target. A failure is not remembered. */
export function oncePerMove<T>(read: (context: CarryContext) => Promise<T>): (context: CarryContext) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return async (context) => {
    const key = `${context.oldBase}..${context.target}`
    const found = known.get(key)
    if (found !== undefined) return found
    const reading = read(context)
    known.set(key, reading)
    reading.catch(() => known.delete(key))
    return reading
  }
}
