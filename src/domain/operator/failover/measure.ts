/** When the next leader had the lock, and when it did something: by the lock's changes and the operator's writes. */
import type { LockSighting, PodSighting, SeenApplication, Sightings, Trace } from './sightings.ts'

export interface Taking {
  at: number
  holder: string
}

/** Who took the lock after a moment: another pod's identity than the former leader's, and not ours. */
export function takenAfter(
  lock: readonly LockSighting[],
  { since, holder, isOurs }: { since: number; holder: string; isOurs: (holder: string) => boolean },
): Taking | undefined {
  const found = lock.find((one) => one.at >= since && one.holder !== '' && one.holder !== holder && !isOurs(one.holder))
  return found === undefined ? undefined : { at: found.at, holder: found.holder }
}

/** The last time that the former leader was seen to renew the lock. */
export function lastRenewal(lock: readonly LockSighting[], holder: string): number | undefined {
  return lock.findLast((one) => one.holder === holder)?.at
}

/**
 * The first write of the operator that was seen after the lock had been taken. The lock alone proves nothing: a leader
 * may hold it and not work.
 */
export function firstTrace(traces: readonly Trace[], since: number): Trace | undefined {
  return traces.reduce<Trace | undefined>(
    (first, one) => (one.at < since || (first !== undefined && first.at <= one.at) ? first : one),
    undefined,
  )
}

/** When the former leader's pod was gone, or its container had been started anew. */
export function leaderEnd(pods: readonly PodSighting[], uid: string, since: number): PodSighting | undefined {
  return pods.find((one) => one.uid === uid && one.at >= since && (one.what === 'gone' || one.what === 'restarted'))
}

/** What was new for longer than this when it was first looked at had been left lying before. */
export const STUCK_MS = 120_000

/**
 * Applications that somebody must have begun to submit by now, and whose status says nothing yet. It says nothing while
 * spark-submit runs, in every release, which takes seconds, and minutes on a busy machine.
 */
export function unsettled({ applications }: Sightings, window: { from: number; ledFrom: number }): SeenApplication[] {
  return [...applications.values()].filter(
    (one) => isStill(one) && !wasStuck(one, window.from) && (one.isTest || firstSeen(one) <= window.ledFrom),
  )
}

function isStill({ now, goneAt, isProbe }: SeenApplication): boolean {
  return goneAt === null && now.state === '' && (!now.suspend || isProbe)
}

/** Whether nobody had taken it up for long before the leader went. */
export function wasStuck({ before, createdAt }: SeenApplication, from: number): boolean {
  return before?.state === '' && createdAt !== null && from - Date.parse(createdAt) > STUCK_MS
}

export function firstSeen({ states }: SeenApplication): number {
  return states[0]?.at ?? 0
}
