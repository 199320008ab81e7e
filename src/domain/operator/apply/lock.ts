/**
 * The lock of a cluster: a Lease whose holder is a run, not a process. While a run is open its controllers may be
 * stopped, so the lock does not lapse with time; `renewTime` only tells when somebody last worked on it.
 *
 * It lies in the operator's namespace, where its mover may write. Operators of one cluster share definitions, guard and
 * fence all the same, so that a lock in any namespace keeps every other run out.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'
import type { Json } from '../../plan/plan.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import type { LockPayload } from '../steps/payloads.ts'
import type { ApplyContext } from './context.ts'

export const LEASE_TYPE: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  kind: 'Lease',
  namespaced: true,
}

export const holdLock: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const holder = holderOf(await readLease(payload, context))
    if (holder === nameOf(context.run.id)) return { state: 'done' }
    if (!isFree(holder, context)) throw held(payload, holder)
    await refuseWhileElsewhere(payload, context)
    return { state: 'ready' }
  },
  act: async (payload, context) => {
    const { namespace, name, durationSeconds } = payloadOf(payload)
    const live = await readLease(payload, context)
    const holder = holderOf(live)
    if (!isFree(holder, context)) throw held(payload, holder)
    const now = `${new Date(context.clock.now()).toISOString().slice(0, -1)}000Z`
    const spec = {
      holderIdentity: nameOf(context.run.id),
      leaseDurationSeconds: durationSeconds,
      acquireTime: now,
      renewTime: now,
    }
    try {
      if (live) await context.cluster.replace(LEASE_TYPE, { ...live, spec })
      else {
        const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'sparkops' } }
        await context.cluster.create(LEASE_TYPE, {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata,
          spec,
        })
      }
    } catch (error) {
      if (isRefusal(error, 'Conflict', 'AlreadyExists')) throw held(payload, 'another run, at this very moment')
      throw error
    }
    // Of two that take it at one moment in two namespaces each sees the other: better neither than both.
    await refuseWhileElsewhere(payload, context).catch(async (error: unknown) => {
      if (live === undefined) await release(payload, context)
      throw error
    })
    return { tookOverFrom: holder || null }
  },
  holds: (payload) => `lock:${payloadOf(payload).name}`,
}

export const releaseLock: Verb<ApplyContext> = {
  look: async (payload, context): Promise<Look> => {
    const isMine = holderOf(await readLease(payload, context)) === nameOf(context.run.id)
    return isMine ? { state: 'ready' } : { state: 'done' }
  },
  act: async (payload, context) => {
    await release(payload, context)
    return null
  },
  holds: (payload) => `lock:${payloadOf(payload).name}`,
}

async function release(payload: Json, context: ApplyContext): Promise<void> {
  const live = await readLease(payload, context)
  if (live === undefined || holderOf(live) !== nameOf(context.run.id)) return
  const { uid = '', resourceVersion = '' } = live.metadata
  await context.cluster.delete(keyOf(payload), { preconditions: { uid, resourceVersion } })
}

/** Throws where a run holds the lock of another operator of this cluster. */
async function refuseWhileElsewhere(payload: Json, context: ApplyContext): Promise<void> {
  const { namespace, name } = payloadOf(payload)
  const { items } = await context.cluster.list(LEASE_TYPE, {
    fieldSelector: `metadata.name=${name}`,
    signal: context.signal,
  })
  const other = items.find((lease) => lease.metadata.namespace !== namespace && !isFree(holderOf(lease), context))
  if (other === undefined) return
  throw held({ ...payloadOf(payload), namespace: other.metadata.namespace ?? '' }, holderOf(other))
}

/** Who holds a lock: how a run calls itself there. */
function nameOf(run: string): string {
  return `sparkops/${run}`
}

/** A run that takes another back, or goes on with one whose journal is lost, takes its lock over. */
function isFree(holder: string, { run: { id, undoes, takesOver } }: ApplyContext): boolean {
  return holder === '' || [id, undoes, takesOver].some((own) => own !== null && holder === nameOf(own))
}

function payloadOf(payload: Json): LockPayload {
  return payload as unknown as LockPayload
}

function keyOf(payload: Json) {
  const { namespace, name } = payloadOf(payload)
  return { type: LEASE_TYPE, namespace, name }
}

async function readLease(payload: Json, { cluster, signal }: ApplyContext): Promise<KubeObject | undefined> {
  return await cluster.get(keyOf(payload), signal)
}

function holderOf(lease: KubeObject | undefined): string {
  return (lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity ?? ''
}

function held(payload: Json, holder: string): SparkopsError {
  const { namespace, name } = payloadOf(payload)
  const run = holder.startsWith('sparkops/') ? holder.slice('sparkops/'.length) : undefined
  return new SparkopsError({
    code: 'SO_LOCKED',
    message: `an operator of this cluster is already being moved: lease ${namespace}/${name} is held by ${holder}`,
    why: 'two moves at once would undo each other; the lock does not lapse, since controllers may be stopped',
    hint: run
      ? `resume or abort run ${run} where its journal is. If that is lost for good (applications run on meanwhile): ` +
        `plan again to where it led, and sparkops operator apply PLAN --take-over ${run}`
      : 'find out who holds it; delete the lease if it is nobody any more',
    exit: 'stale',
  })
}
