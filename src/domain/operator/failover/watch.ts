/** Watches everything that a failover is judged by, from before the leader goes; each change goes to the sightings. */
import type { Cluster, KubeObject, ResourceType, WatchEvent } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { POD_LABELS } from '../discover/driver-pods.ts'
import { POD } from '../discover/kinds.ts'
import { LOCK_TYPES, type LockKind } from './locks.ts'
import type { Sighted, Sightings } from './sightings.ts'

/** What is watched; plain JSON, so that a plan can hold it. */
export interface WatchScope {
  /** Of the operator's kinds, as served. */
  version: string
  /** Null: all. */
  namespaces: string[] | null
  /** Of the application's labels (1.x); empty for all. */
  labelSelector: string
  /** The value of `sparkops.dev/run` of what this run makes; empty where it makes nothing. */
  run: string
  lock: { kind: LockKind; namespace: string; name: string }[]
  operator: { namespace: string; selector: string; schedules: boolean }
}

export interface FailoverWatch {
  readonly seen: Sightings
  /** What could not be watched, for people; more may be added while it goes on. */
  readonly unseen: readonly string[]
  /** Resolves when all that was there has been told. Throws where the lock or the applications may not be watched. */
  begun: Promise<void>
  /** Throws what ended a watch that nothing can be judged without. */
  check: () => void
  stop: () => Promise<void>
}

const EVENT: ResourceType = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true }

interface Followed {
  type: ResourceType
  namespace: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  /** Nothing can be judged without it. */
  isNeeded: boolean
  onObject: (object: KubeObject, at: number, isBefore: boolean) => Sighted | undefined
  onGone: (object: KubeObject, at: number) => Sighted | undefined
}

export interface WatchPorts {
  cluster: Cluster
  now: () => number
  /** Is given every change but what was there at the beginning. */
  record: (change: Sighted) => Promise<void>
}

export function watchFailover(scope: WatchScope, seen: Sightings, { cluster, now, record }: WatchPorts): FailoverWatch {
  const stop = new AbortController()
  const unseen: string[] = []
  let failure: unknown
  // One after the other: evidence keeps the order of arrival.
  let writing = Promise.resolve()
  const follow = async (one: Followed, onSynced: () => void): Promise<void> => {
    let isBefore = true
    try {
      const { type, namespace, labelSelector, fieldSelector } = one
      for await (const event of cluster.watch(type, { namespace, labelSelector, fieldSelector, signal: stop.signal })) {
        const change = event.type === 'SYNCED' ? undefined : take(one, event, now(), isBefore)
        if (change !== undefined && !isBefore) writing = writing.then(() => record(change))
        if (event.type !== 'SYNCED') continue
        if (event.afterGap) unseen.push(`${type.resource} for a moment: the server had forgotten what came before`)
        isBefore = false
        onSynced()
      }
    } catch (error) {
      if (stop.signal.aborted) return
      if (one.isNeeded) failure ??= error
      else
        unseen.push(
          `${one.type.resource}: ${error instanceof SparkopsError ? (error.why ?? error.message) : String(error)}`,
        )
    } finally {
      onSynced()
    }
  }
  const all = followed(scope, seen)
  const following: Promise<void>[] = []
  const synced = all.map((one) => new Promise<void>((resolve) => following.push(follow(one, resolve))))
  const check = (): void => {
    if (failure !== undefined) throw failure as Error
  }
  return {
    seen,
    unseen,
    begun: Promise.all(synced).then(check),
    check,
    stop: async () => {
      stop.abort()
      await Promise.all(following)
      await writing
    },
  }
}

function take(one: Followed, event: Exclude<WatchEvent, { type: 'SYNCED' }>, at: number, isBefore: boolean) {
  return event.type === 'DELETED' ? one.onGone(event.object, at) : one.onObject(event.object, at, isBefore)
}

function followed(scope: WatchScope, seen: Sightings): Followed[] {
  const { lock, operator, version } = scope
  const group = 'sparkoperator.k8s.io'
  const kind = (resource: string, name: string): ResourceType => ({
    group,
    version,
    resource,
    kind: name,
    namespaced: true,
  })
  const nothing = (): undefined => undefined
  const list: Followed[] = lock.map(({ kind: lockKind, namespace, name }) => ({
    ...{ type: LOCK_TYPES[lockKind], namespace, fieldSelector: `metadata.name=${name}`, isNeeded: true },
    onObject: (object, at) => seen.lockObject(lockKind, object, at),
    onGone: nothing,
  }))
  list.push({
    ...{ type: POD, namespace: operator.namespace, labelSelector: operator.selector, isNeeded: true },
    onObject: (pod, at) => seen.operatorPod(pod, at),
    onGone: (pod, at) => seen.operatorPodGone(pod, at),
  })
  for (const namespace of scope.namespaces ?? [undefined]) {
    list.push({
      ...{ type: kind('sparkapplications', 'SparkApplication'), namespace, isNeeded: true },
      onObject: (object, at, isBefore) => seen.application(object, at, isBefore),
      onGone: (object, at) => seen.applicationGone(object, at),
    })
    list.push({
      ...{ type: POD, namespace, labelSelector: POD_LABELS.applicationName, isNeeded: true },
      onObject: (pod, at, isBefore) => seen.driver(pod, at, isBefore),
      onGone: (pod, at) => seen.driverGone(pod, at),
    })
    list.push({
      ...{ type: EVENT, namespace, fieldSelector: 'involvedObject.kind=SparkApplication', isNeeded: false },
      onObject: (event, at, isBefore) => (isBefore ? undefined : seen.event(event, at)),
      onGone: nothing,
    })
    if (!operator.schedules) continue
    list.push({
      ...{ type: kind('scheduledsparkapplications', 'ScheduledSparkApplication'), namespace, isNeeded: false },
      onObject: (object, at, isBefore) => seen.schedule(object, at, isBefore),
      onGone: (object) => {
        seen.scheduleGone(object)
        return undefined
      },
    })
  }
  return list
}
