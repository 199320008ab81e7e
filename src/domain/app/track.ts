/** Follows applications and their pods as they change. */
import type { Cluster, KubeObject, WatchEvent } from '../../ports/cluster.ts'
import { POD_LABELS } from '../operator/discover/driver-pods.ts'
import { POD } from '../operator/discover/kinds.ts'
import { mergeStreams } from './merge-streams.ts'
import { applicationNameOf, type Observation, observe } from './observation.ts'
import { applicationType, keyOf, type Scope } from './read.ts'

/** What is known now. */
export interface Tracked {
  /** `namespace/name` of the application that changed, by itself or by a pod; undefined: all was listed. */
  changed: string | undefined
  get(key: string): Observation | undefined
  /** All, in no order. */
  all(): Observation[]
}

type Source = 'application' | 'pod'

/**
 * Yields once when everything of the scope has been listed, then at every change, until `signal` aborts, which ends it
 * without an error. Events are not followed: `Observation.events` is undefined.
 */
export async function* track(
  cluster: Cluster,
  scope: Scope,
  { signal, onTrouble }: { signal: AbortSignal; onTrouble?: (trouble: string) => void },
): AsyncGenerator<Tracked> {
  const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
  const { namespace, name, labelSelector } = scope
  // The watches end with this generator, whether it is told to stop or whoever reads it has seen enough.
  const own = new AbortController()
  const options = { namespace, signal: AbortSignal.any([signal, own.signal]), ...(onTrouble && { onTrouble }) }
  const applications = cluster.watch(type, {
    ...options,
    labelSelector,
    ...(name && { fieldSelector: `metadata.name=${name}` }),
  })
  const podLabels = name === undefined ? POD_LABELS.applicationName : `${POD_LABELS.applicationName}=${name}`
  const pods = cluster.watch(POD, { ...options, labelSelector: podLabels })
  const state = new TrackedState()
  const listed = new Set<Source>()
  try {
    for await (const [source, event] of mergeStreams([from('application', applications), from('pod', pods)])) {
      const wasListed = listed.size === 2
      let changed: string | undefined
      if (event.type === 'SYNCED') listed.add(source)
      else changed = state.take(source, event.type, event.object)
      if (listed.size === 2 && (!wasListed || changed !== undefined)) yield state.as(wasListed ? changed : undefined)
    }
  } finally {
    own.abort()
  }
}

async function* from(source: Source, events: AsyncIterable<WatchEvent>): AsyncGenerator<readonly [Source, WatchEvent]> {
  for await (const event of events) yield [source, event] as const
}

class TrackedState {
  private readonly applications = new Map<string, KubeObject>()
  private readonly pods = new Map<string, Map<string, KubeObject>>()

  /** Takes a change in; gives the application that it is about. */
  take(source: Source, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): string | undefined {
    const { namespace, name, uid = '' } = object.metadata
    if (source === 'application') {
      const key = keyOf(namespace, name)
      if (type === 'DELETED') this.applications.delete(key)
      else this.applications.set(key, object)
      return key
    }
    const application = applicationNameOf(object)
    if (application === undefined) return undefined
    const key = keyOf(namespace, application)
    const own = this.pods.get(key) ?? new Map<string, KubeObject>()
    if (type === 'DELETED') own.delete(uid)
    else own.set(uid, object)
    if (own.size === 0) this.pods.delete(key)
    else this.pods.set(key, own)
    return this.applications.has(key) ? key : undefined
  }

  as(changed: string | undefined): Tracked {
    const get = (key: string): Observation | undefined => {
      const object = this.applications.get(key)
      return object === undefined ? undefined : observe(object, [...(this.pods.get(key)?.values() ?? [])], undefined)
    }
    return { changed, get, all: () => [...this.applications.keys()].flatMap((key) => get(key) ?? []) }
  }
}
