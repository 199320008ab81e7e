/** Lists and status as they change. */
import type { Cluster } from '../../ports/cluster.ts'
import { type ApplicationList, applicationList, type ApplicationStatus, noApplication, statusOf } from './list.ts'
import { hasEnded } from './observation.ts'
import { keyOf, type Scope } from './read.ts'
import { type Tracked, track } from './track.ts'
import { compareText } from '../order.ts'

export interface FollowOptions {
  signal: AbortSignal
  now: () => number
  onTrouble?: (trouble: string) => void
}

/** The list whenever something in it changed, until the signal aborts. */
export async function* followList(
  cluster: Cluster,
  scope: Scope,
  options: FollowOptions,
): AsyncGenerator<ApplicationList> {
  for await (const tracked of track(cluster, scope, options)) yield listOf(tracked, options.now())
  options.signal.throwIfAborted()
}

/** One application whenever something of it changed, until it has ended or is gone. Throws where it is not there. */
export async function* followStatus(
  cluster: Cluster,
  scope: Scope & { name: string; namespace: string },
  options: FollowOptions,
): AsyncGenerator<ApplicationStatus> {
  const key = keyOf(scope.namespace, scope.name)
  let wasThere = false
  for await (const tracked of track(cluster, scope, options)) {
    const observation = tracked.get(key)
    if (observation === undefined) {
      if (wasThere) return
      throw noApplication(scope.name, scope.namespace)
    }
    wasThere = true
    yield statusOf(observation, options.now(), [])
    if (hasEnded(observation)) return
  }
  options.signal.throwIfAborted()
}

function listOf(tracked: Tracked, now: number): ApplicationList {
  const list = applicationList(tracked.all(), now, [])
  list.items.sort((a, b) => compareText(keyOf(a.namespace, a.name), keyOf(b.namespace, b.name)))
  return list
}
