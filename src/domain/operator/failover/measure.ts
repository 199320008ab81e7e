/** When the next leader had the lock, and when it did something: by the lock's changes and the operator's writes. */
import type { LockSighting, PodSighting, Sightings, Trace } from './sightings.ts'

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

/** Test applications that the next leader has not taken up yet. */
export function waitingTests({ applications }: Sightings): number {
  return [...applications.values()].filter(({ isTest, now, goneAt }) => isTest && goneAt === null && now.state === '')
    .length
}
