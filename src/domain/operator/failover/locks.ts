/**
 * The lock that controllers elect their leader by, in every form that releases have used (client-go
 * tools/leaderelection/resourcelock): a Lease; the annotation of a ConfigMap (up to chart 1.1.25) or, in forks, of an
 * Endpoints; or both at once, which count as held only while they name the same holder (MultiLock).
 */
import type { Cluster, KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'
import { isFields, numberAt, textAt } from '../discover/json.ts'
import { CONFIG_MAP, LEASE } from '../discover/kinds.ts'
import type { Sight } from '../discover/sight.ts'

export type LockKind = 'Lease' | 'ConfigMap' | 'Endpoints'

export interface LockObject {
  kind: LockKind
  namespace: string
  name: string
  record: LockRecord
}

export interface LockRecord {
  /** `''` when nobody holds it. */
  holder: string
  acquiredAt: string | null
  renewedAt: string | null
  durationSeconds: number | null
  transitions: number | null
}

const ENDPOINTS: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'endpoints',
  kind: 'Endpoints',
  namespaced: true,
}
export const LOCK_TYPES: Readonly<Record<LockKind, ResourceType>> = {
  Lease: LEASE,
  ConfigMap: CONFIG_MAP,
  Endpoints: ENDPOINTS,
}

/** Annotation of an object that serves as a lock (resourcelock.LeaderElectionRecordAnnotationKey). */
const ANNOTATION = 'control-plane.alpha.kubernetes.io/leader'

/** Every object of this name that is a lock, Leases first. What may not be read is accounted for by the sight. */
export async function readLockObjects(sight: Sight, lock: { namespace: string; name: string }): Promise<LockObject[]> {
  const found: LockObject[] = []
  for (const kind of ['Lease', 'ConfigMap', 'Endpoints'] as const) {
    const object = await sight.get({ type: LOCK_TYPES[kind], ...lock })
    const record = object && recordOf(kind, object)
    if (record !== undefined) found.push({ kind, ...lock, record })
  }
  return found
}

/** What a lock says; undefined where the object is none. */
export function recordOf(kind: LockKind, object: KubeObject): LockRecord | undefined {
  if (kind === 'Lease') return fieldsOf(object.spec)
  const text = object.metadata.annotations?.[ANNOTATION]
  return text === undefined ? undefined : fieldsOf(parseRecord(text))
}

/** Lease and annotation use the same names but for one. */
function fieldsOf(record: unknown): LockRecord {
  return {
    holder: textAt(record, 'holderIdentity') ?? '',
    acquiredAt: textAt(record, 'acquireTime') ?? null,
    renewedAt: textAt(record, 'renewTime') ?? null,
    durationSeconds: numberAt(record, 'leaseDurationSeconds') ?? null,
    transitions: numberAt(record, 'leaseTransitions') ?? numberAt(record, 'leaderTransitions') ?? null,
  }
}

function parseRecord(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    return isFields(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/**
 * The pod that a holder's name stands for: 1.x takes the pod's name; controller-runtime, in 2.x, `<hostname>_<uuid>`,
 * and a pod's hostname is its name cut to 63 characters (pkg/kubelet/util.GetPodHostname).
 */
export function podOfHolder(holder: string, pods: readonly string[]): string | undefined {
  return pods.find((pod) => holder === pod || holder.startsWith(`${hostnameOf(pod)}_`))
}

function hostnameOf(pod: string): string {
  return pod.slice(0, 63).replace(/[-.]+$/, '')
}

/** The same as a fixed path, for steps and watches. */
export function lockKey({ kind, namespace, name }: Pick<LockObject, 'kind' | 'namespace' | 'name'>): ObjectKey {
  return { type: LOCK_TYPES[kind], namespace, name }
}

type Rewrite = (now: LockRecord) => Partial<Record<'holder' | 'durationSeconds', string | number>> | undefined

/**
 * Puts another holder into a lock, where `rewrite` says so, as a candidate would: with a new time, so that every
 * candidate waits a whole lease from when it sees it. Written over what was read and nothing newer.
 */
export async function rewriteLock(
  cluster: Cluster,
  lock: Pick<LockObject, 'kind' | 'namespace' | 'name'>,
  { rewrite, now, signal }: { rewrite: Rewrite; now: () => number; signal: AbortSignal },
): Promise<{ before: LockRecord; written: boolean }> {
  const key = lockKey(lock)
  for (let attempt = 1; ; attempt += 1) {
    const object = await cluster.get(key, signal)
    const before = object && recordOf(lock.kind, object)
    if (object === undefined || before === undefined) throw noLock(lock)
    const change = rewrite(before)
    if (change === undefined) return { before, written: false }
    const body = patchOf(lock.kind, object, before, change, new Date(now()))
    try {
      await cluster.patch(key, { type: 'merge', body }, { signal })
      return { before, written: true }
    } catch (error) {
      // Its holder renewed it in between: it does so every few seconds, and not twice within one round trip.
      if (!isRefusal(error, 'Conflict') || attempt >= 20) throw error
    }
  }
}

function patchOf(
  kind: LockKind,
  { metadata: { resourceVersion, annotations = {} } }: KubeObject,
  { transitions }: LockRecord,
  { holder, durationSeconds }: NonNullable<ReturnType<Rewrite>>,
  now: Date,
): unknown {
  const common = { ...(holder === undefined ? {} : { holderIdentity: holder }) }
  const duration = durationSeconds === undefined ? {} : { leaseDurationSeconds: durationSeconds }
  if (kind === 'Lease') {
    const time = `${now.toISOString().slice(0, -1)}000Z`
    const spec = {
      ...common,
      ...duration,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: (transitions ?? 0) + 1,
    }
    return { metadata: { resourceVersion }, spec }
  }
  const time = `${now.toISOString().slice(0, 19)}Z`
  const record = {
    ...parseRecord(annotations[ANNOTATION] ?? '{}'),
    ...{ ...common, ...duration, acquireTime: time, renewTime: time, leaderTransitions: (transitions ?? 0) + 1 },
  }
  return { metadata: { resourceVersion, annotations: { [ANNOTATION]: JSON.stringify(record) } } }
}

function noLock({ kind, namespace, name }: Pick<LockObject, 'kind' | 'namespace' | 'name'>): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_LOCK',
    message: `there is no lock ${kind} ${namespace}/${name} any more`,
    why: 'it was there when the plan was made',
    hint: 'look at the operator first: sparkops operator status',
    exit: 'stale',
  })
}
