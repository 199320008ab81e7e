// Reads the texts of a dump into evidence. Numbers of 16 digits and more are turned into strings before JSON.parse,
// so that no time and no quantity is rounded.
import {
  type ActiveSnapshot,
  type Evidence,
  type Heartbeat,
  isBoot,
  type ListedPod,
  type PodListing,
  type SeenEvent,
  type SeenInstance,
  type Stretch,
} from './events.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type JsonObject = { [name: string]: Json }

/** JSON with long integers as strings. */
export function parseExactly(text: string): Json {
  const kept = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}/g, (token) => (token.startsWith('"') ? token : `"${token}"`))
  return JSON.parse(kept) as Json
}

export function parseEvent(value: Json): SeenEvent {
  const record = value as JsonObject
  const resources = ((record['resource'] as JsonObject | undefined)?.['resources'] ?? {}) as JsonObject
  return {
    type: number(record['type']),
    change: number(record['eventChangeType']),
    detail: number(record['eventChangeDetail']),
    object: text(record['objectID']),
    reference: text(record['referenceID']),
    message: text(record['message']),
    t: BigInt(text(record['timestampNano'])),
    resource: new Map(
      Object.entries(resources).map(([name, amount]) => [name, BigInt(text((amount as JsonObject)['value'] ?? 0))]),
    ),
  }
}

/** Raw stream bodies, one text a connection, in the order in which they were made. */
export function readStreams(connections: readonly string[]): SeenInstance[] {
  return connections.flatMap((connection, i) => {
    const values = wholeLines(connection).map(parseExactly) as JsonObject[]
    const named = values[0]?.['InstanceUUID']
    const events = values.slice(named === undefined ? 0 : 1).map(parseEvent)
    if (events.length === 0) return []
    const uuid = typeof named === 'string' ? named : `connection-${i}`
    return [{ uuid, stretches: [{ firstId: isBoot(events[0]) ? 0 : null, events }] }]
  })
}

/** Splits a recorded stream file where a connection begins. */
export function connectionsOf(file: string): string[] {
  const parts = file.split(/^(?=\{"InstanceUUID":)/m)
  return parts.filter((part) => part !== '')
}

/** Envelope lines of one cluster, in any order, any number of times. */
export function readEnvelopes(lines: readonly string[]): SeenInstance[] {
  const instances = new Map<string, Map<number, SeenEvent>>()
  for (const line of lines) {
    const envelope = parseExactly(line) as JsonObject
    const uuid = text(envelope['instance'])
    const events = instances.get(uuid) ?? new Map<number, SeenEvent>()
    instances.set(uuid, events)
    events.set(number(envelope['id']), parseEvent(envelope['event'] ?? null))
  }
  return [...instances]
    .map(([uuid, events]) => ({ uuid, stretches: stretchesOf(events) }))
    .sort((a, b) => compare(a.stretches[0]!.events[0]!.t, b.stretches[0]!.events[0]!.t))
}

function stretchesOf(events: ReadonlyMap<number, SeenEvent>): Stretch[] {
  const stretches: { firstId: number; events: SeenEvent[] }[] = []
  for (const [id, event] of [...events].sort(([a], [b]) => a - b)) {
    const last = stretches.at(-1)
    if (last !== undefined && last.firstId + last.events.length === id) last.events.push(event)
    else stretches.push({ firstId: id, events: [event] })
  }
  return stretches
}

export function readHeartbeats(lines: readonly string[]): Heartbeat[] {
  return lines.flatMap((line) => {
    const beat = parseExactly(line) as JsonObject
    if (beat['ok'] !== true) return []
    return [{ t: BigInt(text(beat['t'])), instance: text(beat['instance']), highest: number(beat['highest']) }]
  })
}

/** Keeps the unfiltered lists of active applications. */
export function readActive(lines: readonly string[]): ActiveSnapshot[] {
  return lines.flatMap((line) => {
    const snapshot = parseExactly(line) as JsonObject
    if (snapshot['status'] !== 200 || !text(snapshot['path']).endsWith('/applications/active')) return []
    const apps = (snapshot['body'] ?? []) as JsonObject[]
    const keys = apps.flatMap((app) =>
      ((app['allocations'] ?? []) as JsonObject[]).map((a) => text(a['allocationKey'])),
    )
    return [{ t: BigInt(text(snapshot['t'])), keys: new Set(keys) }]
  })
}

/** A Kubernetes v1 PodList and when it was taken. */
export function readPodList(list: object, t: bigint): PodListing {
  const { items } = list as { readonly items: readonly KubernetesPod[] }
  const pods = items.map((pod): [string, ListedPod] => {
    const finished = pod.status.containerStatuses.map(({ state }) => state.terminated?.finishedAt)
    const all = finished.length > 0 && finished.every((moment) => moment !== undefined)
    const finishedAt = all ? finished.map((moment) => BigInt(Date.parse(moment)) * 1_000_000n).reduce(later) : null
    return [pod.metadata.uid, { uid: pod.metadata.uid, phase: pod.status.phase, finishedAt }]
  })
  return { t, pods: new Map(pods) }
}

interface KubernetesPod {
  readonly metadata: { readonly uid: string }
  readonly status: {
    readonly phase: string
    readonly containerStatuses: readonly { readonly state: { readonly terminated?: { readonly finishedAt: string } } }[]
  }
}

export function evidence(instances: readonly SeenInstance[], more: Partial<Evidence> = {}): Evidence {
  return { instances, heartbeats: [], active: [], pods: [], ...more }
}

/** Lines that were written to their end: the last of a connection may be cut anywhere. */
function wholeLines(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop()
  if (last !== undefined && isWhole(last)) lines.push(last)
  return lines.filter((line) => line !== '')
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
