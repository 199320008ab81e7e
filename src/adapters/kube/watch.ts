/**
 * List, then every change: one loop that survives cut, half-open and refused connections, servers that restart, and
 * versions that the server has forgotten (410).
 *
 * Known objects are kept, since after a 410 only they can tell what went away meanwhile.
 */
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseExact } from '../../domain/exact-json.ts'
import { isRefusedWith, KubeStatusError } from '../../domain/kube-error.ts'
import type { KubeObject, ObjectList, ResourceType, WatchEvent, WatchOptions } from '../../ports/cluster.ts'
import type { KubeClient } from './client.ts'
import { deadline } from './deadline.ts'
import { lines } from './lines.ts'
import { listWhole } from './list.ts'
import { collectionPath, describeType } from './paths.ts'
import { statusOf } from './status.ts'
import { jitteredPause } from './timings.ts'

/** Refusals that waiting does not mend. */
const FINAL = [400, 401, 403, 404, 405]

interface WireEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: KubeObject
}

interface WatchState {
  known: Map<string, KubeObject>
  /** Everything up to here has been told; undefined where a list must come first. */
  version: string | undefined
  synced: boolean
  /** Rounds in which nothing was heard, since the last in which something was. */
  failures: number
}

/** Runs until the signal aborts, which ends it without an error. */
export async function* watchType(
  client: KubeClient,
  type: ResourceType,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { signal, onTrouble } = options
  const state: WatchState = { known: new Map(), version: undefined, synced: false, failures: 0 }
  for (;;) {
    let askedSeconds = 0
    try {
      state.failures++
      yield* oneRound(client, type, options, state)
    } catch (error) {
      if (isAborted(signal)) return
      if (isFinal(error) || !state.synced) throw error
      if (isRefusedWith(error, 410)) state.version = undefined
      if (error instanceof KubeStatusError) askedSeconds = error.status.retryAfterSeconds ?? 0
      onTrouble?.(troubleOf(error))
    }
    // Where nothing was heard, as of a proxy that ends every watch at once, each pause is longer.
    const pause = state.failures === 0 ? 0 : jitteredPause(state.failures, client.timings)
    await sleep(Math.max(askedSeconds * 1000, pause), undefined, { signal }).catch(() => undefined)
    if (isAborted(signal)) return
  }
}

/** A list where one is needed, then one watch to its end. */
async function* oneRound(
  client: KubeClient,
  type: ResourceType,
  options: WatchOptions,
  state: WatchState,
): AsyncGenerator<WatchEvent> {
  if (state.version === undefined) {
    const list = await listWhole(client, type, options)
    yield* changesSince(state.known, list)
    state.version = list.resourceVersion
    yield { type: 'SYNCED', resourceVersion: state.version, initial: !state.synced, afterGap: state.synced }
    state.synced = true
  }
  for await (const event of oneWatch(client, type, options, state.version)) {
    state.failures = 0
    state.version = event.object.metadata.resourceVersion ?? state.version
    if (event.type === 'BOOKMARK')
      yield { type: 'SYNCED', resourceVersion: state.version, initial: false, afterGap: false }
    else yield remember(state.known, event)
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

function isFinal(error: unknown): boolean {
  return error instanceof KubeStatusError && FINAL.includes(error.status.code)
}

function troubleOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const why = (error as { why?: string }).why
  return why === undefined ? error.message : `${error.message}: ${why}`
}

/** Brings what is known up to a fresh list, telling each difference. */
function* changesSince(known: Map<string, KubeObject>, { items }: ObjectList): Generator<WatchEvent> {
  const present = new Set<string>()
  for (const object of items) {
    const key = keyOf(object)
    const before = known.get(key)
    present.add(key)
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) yield { type: 'DELETED', object: before }
    known.set(key, object)
    if (before === undefined || before.metadata.uid !== object.metadata.uid) yield { type: 'ADDED', object }
    else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) yield { type: 'MODIFIED', object }
  }
  for (const [key, object] of [...known]) {
    if (present.has(key)) continue
    known.delete(key)
    yield { type: 'DELETED', object }
  }
}

function remember(known: Map<string, KubeObject>, event: WireEvent): WatchEvent {
  const { object } = event
  if (event.type === 'DELETED') known.delete(keyOf(object))
  else known.set(keyOf(object), object)
  return { type: event.type as 'ADDED' | 'MODIFIED' | 'DELETED', object }
}

/** A name has no slash. */
function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

/** One connection, until the server ends it. Throws where it broke, was refused, or fell silent. */
async function* oneWatch(
  client: KubeClient,
  type: ResourceType,
  { namespace, labelSelector, fieldSelector, signal }: WatchOptions,
  resourceVersion: string,
): AsyncGenerator<WireEvent> {
  const { watchIdleMs, watchSeconds } = client.timings
  const doing = `watch ${describeType(type)}`
  const idle = deadline(watchIdleMs, signal, () => new Error('nothing heard'))
  let response: IncomingMessage | undefined
  try {
    response = await client.stream({
      doing,
      method: 'GET',
      path: collectionPath(type, namespace),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion,
        // Not all at once, where many watch.
        timeoutSeconds: String(Math.ceil(watchSeconds * (0.8 + Math.random() / 5))),
        labelSelector,
        fieldSelector,
      },
      signal: idle.signal,
    })
    for await (const line of lines(response)) {
      idle.stop()
      const event = parseExact(line) as WireEvent
      if (event.type === 'ERROR') throw new KubeStatusError(doing, statusOf(event.object as object))
      yield event
      // Only the connection's silence counts, not the time that the reader takes.
      idle.restart()
    }
  } catch (error) {
    // Nothing may have happened, or the connection may be dead: only a new one tells.
    if (!idle.expired()) throw error
  } finally {
    idle.clear()
    response?.destroy()
  }
}
