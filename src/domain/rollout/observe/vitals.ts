/**
 * How the operator itself does, as counters: read once when an environment starts and again at each look, so that only
 * what came since counts. A counter that could not be read says so, and is never taken for nought.
 */

export type CounterName = 'operatorRestarts' | 'leaderChanges' | 'reconcileErrors' | 'webhookRefusals' | 'apiThrottling'

export interface Counter {
  /** By source (a pod's uid, a lease, a process of the API server): its count. */
  sources: Readonly<Record<string, number>>
  /**
   * What a source means that was not there at the start: `counts` from nought (a pod that is new), or `unknown` (another
   * API server of several answered, which had counted before).
   */
  newSource: 'counts' | 'unknown'
  /** Why it could not be read, or not wholly. */
  unseen: string | null
  /** Where there is nothing to count, why: leader election is off. */
  nothing: string | null
}

export interface Vitals {
  /** RFC 3339. */
  at: string
  counters: Readonly<Record<CounterName, Counter>>
}

export type Change = { count: number } | { unseen: string } | { nothing: string }

/** How many came between two readings. Of a counter that fell its process began anew: all it has now came since. */
export function changeOf(atStart: Counter | undefined, now: Counter | undefined): Change {
  if (now === undefined || atStart === undefined) return { unseen: 'it was not read at the start' }
  if (now.nothing !== null) return { nothing: now.nothing }
  if (now.unseen !== null) return { unseen: now.unseen }
  if (atStart.unseen !== null) return { unseen: `at the start: ${atStart.unseen}` }
  let count = 0
  for (const [source, value] of Object.entries(now.sources)) {
    const before = atStart.sources[source]
    if (before === undefined && now.newSource === 'unknown')
      return { unseen: `${source} answered, which did not at the start: its count since then is not known` }
    count += before === undefined || value < before ? value : value - before
  }
  return { count }
}
