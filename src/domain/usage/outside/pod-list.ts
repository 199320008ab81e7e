// Reads a Kubernetes listing of pods (a PodList, or a List that holds some) for what bounds an allocation's life.
import { type JsonObject, type JsonValue, isObject } from '../scan/json-event.ts'
import { hashInto } from '../scan/names.ts'
import { type ListedPod, podKey } from './evidence.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const PLACEHOLDER = 'yunikorn.apache.org/placeholder'

/** The pods of a listing by key; objects of other kinds are passed over. */
export function listedPods(listing: JsonObject): Map<string, ListedPod> {
  const pods = new Map<string, ListedPod>()
  const items = Array.isArray(listing['items']) ? listing['items'] : []
  for (const item of items) {
    if (!isObject(item) || (item['kind'] !== undefined && item['kind'] !== 'Pod')) continue
    const pod = readPod(item)
    if (pod !== undefined) pods.set(podKey(pod.k1, pod.k2), pod)
  }
  return pods
}

/** Instance types of the nodes in a listing, by their labels. */
export function listedNodeTypes(listing: JsonObject): Map<string, string> {
  const types = new Map<string, string>()
  for (const item of Array.isArray(listing['items']) ? listing['items'] : []) {
    if (!isObject(item) || item['kind'] !== 'Node') continue
    const metadata = object(item['metadata'])
    const labels = object(metadata['labels'])
    const type =
      string(labels['node.kubernetes.io/instance-type']) || string(labels['beta.kubernetes.io/instance-type'])
    if (type !== '') types.set(string(metadata['name']), type)
  }
  return types
}

/** The two halves of an allocation's key as the facts table has them. */
export function keyOfUid(uid: string): { k1: bigint; k2: bigint } {
  if (UUID.test(uid)) {
    const hex = uid.replaceAll('-', '')
    return {
      k1: BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`)),
      k2: BigInt.asIntN(64, BigInt(`0x${hex.slice(16)}`)),
    }
  }
  return { k1: hash(uid, 2), k2: hash(uid, 7) }
}

/** The uid behind a key that is a UUID. */
export function uidOfKey(k1: bigint, k2: bigint): string {
  const hex =
    BigInt.asUintN(64, k1).toString(16).padStart(16, '0') + BigInt.asUintN(64, k2).toString(16).padStart(16, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The latest time that stands anywhere in a listing: it was taken no earlier. */
export function latestTimeIn(value: JsonValue): bigint | undefined {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? time(value) : undefined
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  return parts.reduce<bigint | undefined>((latest, part) => {
    const found = part === undefined ? undefined : latestTimeIn(part)
    return latest === undefined || (found !== undefined && found > latest) ? found : latest
  }, undefined)
}

function hash(uid: string, seed: number): bigint {
  const out = { hi: 0, lo: 0 }
  const bytes = Buffer.from(uid, 'utf8').toString('latin1')
  hashInto(out, bytes, 0, bytes.length, seed)
  return (BigInt(out.hi) << 32n) | BigInt(out.lo >>> 0)
}

function readPod(item: JsonObject): ListedPod | undefined {
  const metadata = object(item['metadata'])
  const uid = string(metadata['uid'])
  if (uid === '') return undefined
  const status = object(item['status'])
  const phase = string(status['phase'])
  const containers = Array.isArray(status['containerStatuses']) ? status['containerStatuses'].filter(isObject) : []
  const ends = containers.map((container) => time(object(object(container['state'])['terminated'])['finishedAt']))
  const allEnded = ends.length > 0 && ends.every((end) => end !== undefined)
  const annotations = object(metadata['annotations'])
  return {
    ...keyOfUid(uid),
    namespace: string(metadata['namespace']),
    name: string(metadata['name']),
    labels: Object.fromEntries(
      Object.entries(object(metadata['labels'])).map(([name, value]) => [name, string(value)]),
    ),
    nodeName: string(object(item['spec'])['nodeName']),
    placeholder: annotations[PLACEHOLDER] === undefined ? undefined : string(annotations[PLACEHOLDER]) === 'true',
    createdAt: time(metadata['creationTimestamp']),
    startedAt: time(status['startTime']),
    finishedAt: allEnded ? ends.reduce((a, b) => (a > b ? a : b)) : undefined,
    running: phase === 'Running',
    terminated: phase === 'Succeeded' || phase === 'Failed' || allEnded,
  }
}

function object(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function string(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function time(value: JsonValue | undefined): bigint | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n
}
