/**
 * Who leads: Leases of controllers, and the ConfigMap lock that releases up to 1.4.2 hold beside it. A lock held by
 * somebody who is not among the pods found is a controller that nobody told us of.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isFields, numberAt, textAt } from './json.ts'
import { CONFIG_MAP, LEASE, nameOf } from './kinds.ts'
import type { Sight } from './sight.ts'

export interface LeaderLock {
  kind: 'lease' | 'configmap'
  namespace: string
  name: string
  /** `''` when nobody holds it. */
  holder: string
  renewedAt: string | undefined
  durationSeconds: number | undefined
  /** Whether its holder still renews it. */
  isHeld: boolean
  /** A pod that was found; undefined where the holder is none of them. */
  holderPod: string | undefined
}

/** Annotation of a ConfigMap that serves as a lock (client-go resourcelock). */
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader'

/**
 * Locks by these names, and every other one in these namespaces that an operator's name stands in.
 * `pods` are names of operators' pods; a holder is `<pod>_<uuid>`, or the pod alone in 1.x.
 */
export async function readLocks(
  sight: Sight,
  scope: { namespaces: readonly string[]; named: ReadonlySet<string>; pods: readonly string[]; now: number },
): Promise<LeaderLock[]> {
  const locks: LeaderLock[] = []
  for (const namespace of scope.namespaces) {
    for await (const lease of sight.each(LEASE, { namespace })) {
      if (isWanted(lease, scope.named)) locks.push(fromLease(lease, scope))
    }
    for (const named of scope.named) {
      const [place, name = ''] = named.split('/')
      if (place !== namespace) continue
      const map = await sight.get({ type: CONFIG_MAP, namespace, name })
      const lock = map && fromConfigMap(map, scope)
      if (lock !== undefined) locks.push(lock)
    }
  }
  return locks.sort((a, b) => (nameOf({ metadata: a }) < nameOf({ metadata: b }) ? -1 : 1))
}

function isWanted(lease: KubeObject, named: ReadonlySet<string>): boolean {
  return named.has(nameOf(lease)) || lease.metadata.name.includes('spark-operator')
}

function fromLease(lease: KubeObject, scope: { pods: readonly string[]; now: number }): LeaderLock {
  const holder = textAt(lease, 'spec', 'holderIdentity') ?? ''
  const renewedAt = textAt(lease, 'spec', 'renewTime')
  const durationSeconds = numberAt(lease, 'spec', 'leaseDurationSeconds')
  return lockOf(lease, { kind: 'lease', holder, renewedAt, durationSeconds }, scope)
}

function fromConfigMap(map: KubeObject, scope: { pods: readonly string[]; now: number }): LeaderLock | undefined {
  const text = map.metadata.annotations?.[LEADER_ANNOTATION]
  if (text === undefined) return undefined
  const record = parseRecord(text)
  const holder = textAt(record, 'holderIdentity') ?? ''
  const renewedAt = textAt(record, 'renewTime')
  const durationSeconds = numberAt(record, 'leaseDurationSeconds')
  return lockOf(map, { kind: 'configmap', holder, renewedAt, durationSeconds }, scope)
}

function lockOf(
  object: KubeObject,
  lock: Pick<LeaderLock, 'kind' | 'holder' | 'renewedAt' | 'durationSeconds'>,
  { pods, now }: { pods: readonly string[]; now: number },
): LeaderLock {
  const until = Date.parse(lock.renewedAt ?? '') + (lock.durationSeconds ?? 0) * 1000
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    ...lock,
    isHeld: lock.holder !== '' && until > now,
    holderPod: pods.find((pod) => lock.holder === pod || lock.holder.startsWith(`${pod}_`)),
  }
}

function parseRecord(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown
    return isFields(value) ? value : {}
  } catch {
    return {}
  }
}
