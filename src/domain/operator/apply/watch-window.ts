/**
 * What happens to applications and their pods while they are watched: states that come and go between two looks, pods
 * that end and vanish, and what the operator says of them in events. Each change is told as it comes.
 */
import type { KubeObject, ResourceType, WatchEvent } from '../../../ports/cluster.ts'
import type { PodLabels } from '../steps/payloads.ts'
import { isFields } from './compare.ts'
import { identityOf, stateOf } from './applications.ts'
import type { ApplyContext } from './context.ts'
import { POD_TYPE } from './well-known.ts'

/** One change; plain JSON, one line of `watch.ndjson`. */
export interface Change {
  at: string
  change: 'ADDED' | 'MODIFIED' | 'DELETED' | 'UNWATCHED'
  kind: string
  object: string
  uid: string
  /** State of an application, phase of a pod, reason and message of an event; why something could not be watched. */
  now: string
}

export interface Watched {
  /** How pods were seen to end: uid → phase. */
  ended: Map<string, string>
  /** States that each application was seen in: uid → states. */
  states: Map<string, Set<string>>
}

const EVENT_TYPE: ResourceType = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true }
const TELL_EVERY_MS = 5000

export interface WindowOptions {
  types: readonly ResourceType[]
  labels: PodLabels
  seconds: number
  /** Is given every change but what was there at the beginning. */
  record: (change: Change) => Promise<void>
}

/** Watches for so long; ends early only with the run. What may not be watched is recorded, and looked at afterwards. */
export async function watchWindow(
  { types, labels, seconds, record }: WindowOptions,
  context: Pick<ApplyContext, 'cluster' | 'clock' | 'sleep' | 'tell'>,
): Promise<Watched> {
  const watched: Watched = { ended: new Map(), states: new Map() }
  if (seconds <= 0) return watched
  const stop = new AbortController()
  const { cluster, clock } = context
  let changes = 0
  const follow = async (type: ResourceType, selector: object): Promise<void> => {
    let isInitial = true
    try {
      for await (const event of cluster.watch(type, { ...selector, signal: stop.signal })) {
        if (event.type === 'SYNCED') {
          isInitial = false
          continue
        }
        note(event, type, labels, watched)
        if (isInitial) continue
        changes += 1
        await record(changeOf(event, type, clock.now()))
      }
    } catch (error) {
      if (stop.signal.aborted) return
      const now = error instanceof Error ? error.message : String(error)
      await record({ at: timeOf(clock.now()), change: 'UNWATCHED', kind: type.kind, object: '', uid: '', now })
    }
  }
  const following = [
    ...types.map((type) => follow(type, {})),
    ...types.map((type) => follow(EVENT_TYPE, { fieldSelector: `involvedObject.kind=${type.kind}` })),
    follow(POD_TYPE, { labelSelector: labels.applicationName }),
  ]
  try {
    const until = clock.now() + seconds * 1000
    for (let left = seconds * 1000; left > 0; left = until - clock.now()) {
      context.tell(`watching for ${Math.ceil(left / 1000)} s more, ${changes} changes so far`)
      await context.sleep(Math.min(TELL_EVERY_MS, left))
    }
  } finally {
    stop.abort()
    await Promise.all(following)
  }
  return watched
}

type ObjectEvent = Exclude<WatchEvent, { type: 'SYNCED' }>

function note({ object }: ObjectEvent, type: ResourceType, labels: PodLabels, { ended, states }: Watched): void {
  const { uid = '' } = object.metadata
  if (type === POD_TYPE) {
    const { phase } = identityOf(object, labels)
    if (phase === 'Succeeded' || phase === 'Failed') ended.set(uid, phase)
  } else if (type !== EVENT_TYPE) states.set(uid, (states.get(uid) ?? new Set()).add(stateOf(object)))
}

function changeOf({ type: change, object }: ObjectEvent, type: ResourceType, now: number): Change {
  const about = type === EVENT_TYPE && isFields(object.involvedObject) ? object.involvedObject : object.metadata
  const { namespace = '', name = '', uid = '' } = about as Partial<KubeObject['metadata']>
  const named = `${namespace}/${name}`
  return { at: timeOf(now), change, kind: type.kind, object: named, uid, now: wordsOf(object, type) }
}

function wordsOf(object: KubeObject, type: ResourceType): string {
  if (type === EVENT_TYPE) return `${textOf(object.reason)}: ${textOf(object.message)}`
  if (type === POD_TYPE) return isFields(object.status) ? textOf(object.status.phase) : ''
  return stateOf(object)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function timeOf(now: number): string {
  return new Date(now).toISOString()
}
