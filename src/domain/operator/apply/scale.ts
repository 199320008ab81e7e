/** Controllers down, until nothing of them is left, and up, until they are ready. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { LeaderLock, ScalePayload } from '../steps/payloads.ts'
import { keepBaselineAgain } from './baseline.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { POD_TYPE } from './well-known.ts'

interface DeploymentSpec {
  replicas?: number
}
interface DeploymentStatus {
  readyReplicas?: number
  updatedReplicas?: number
  observedGeneration?: number
}

export const scale: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { deployment, replicas } = payload as unknown as ScalePayload
    const live = await context.cluster.get(deployment, context.signal)
    if (live === undefined && replicas > 0) return { state: 'drifted', why: `${objectName(deployment)} is gone` }
    if (live !== undefined && replicasOf(live) !== replicas) return { state: 'ready' }
    // Every new annotation of a Deployment is a new generation of it: somebody who writes them is not the next attempt.
    const isBegun = (context.run.progress().steps.get(context.step.id)?.attempts ?? 0) > 0
    const why = await whyUnsettled(payload, live, context, isBegun ? 'counts' : 'generation')
    return why === undefined ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { deployment, replicas, timeoutSeconds } = payload as unknown as ScalePayload
    const startedAt = new Date(context.clock.now()).toISOString()
    await setReplicas(deployment, replicas, context)
    const what = `${objectName(deployment)} ${replicas === 0 ? 'to be gone' : 'to be ready'}`
    const hint = replicas === 0 ? 'see what holds its pods' : 'see the events and the log of its pods'
    await waitUntil(context, { seconds: timeoutSeconds, what, hint }, async () => {
      return await whyUnsettled(payload, await context.cluster.get(deployment, context.signal), context)
    })
    // From here on no controller acts: what is told now of attempts and drivers is what must be found again.
    if (replicas === 0) await keepBaselineAgain(context)
    return { startedAt, settledAt: new Date(context.clock.now()).toISOString() }
  },
  holds: (payload) => `scale:${objectName((payload as unknown as ScalePayload).deployment)}`,
}

/** Sets the replicas, and where they are so already makes the Deployment's controller look again. */
export async function setReplicas(key: ObjectKey, replicas: number, { cluster, signal }: ApplyContext): Promise<void> {
  const live = await cluster.get(key, signal)
  if (live === undefined || replicasOf(live) === replicas) return
  await cluster.patch(key, { type: 'merge', body: { spec: { replicas } } })
}

/** Unsaid, it is one (apps/v1). */
function replicasOf({ spec }: KubeObject): number {
  return (spec as DeploymentSpec | undefined)?.replicas ?? 1
}

async function whyUnsettled(
  payload: Json,
  live: KubeObject | undefined,
  context: ApplyContext,
  by: 'generation' | 'counts' = 'generation',
): Promise<string | undefined> {
  const { replicas, deployment, selector, locks } = payload as unknown as ScalePayload
  if (replicas > 0) return live === undefined ? 'it is gone' : whyNotReady(live, replicas, by)
  const pods = await podsOf(deployment, selector, context)
  if (pods.length > 0)
    return `${pods.length === 1 ? 'pod' : 'pods'} ${pods.map(({ metadata }) => metadata.name).join(', ')} still there`
  for (const lock of locks) {
    const holder = await leaderOf(lock, context)
    if (holder !== undefined) return `${objectName(lock.key)} still held by ${holder}`
  }
  return undefined
}

/**
 * Why so many pods of a Deployment are not ready; undefined where they are. Its controller must have seen the newest
 * `generation`; the `counts` alone tell as much of one that was at zero before.
 */
export function whyNotReady(
  { metadata, status }: KubeObject,
  replicas: number,
  by: 'generation' | 'counts' = 'generation',
): string | undefined {
  const { readyReplicas = 0, updatedReplicas = 0, observedGeneration = 0 } = (status ?? {}) as DeploymentStatus
  if (by === 'generation' && observedGeneration < (metadata.generation ?? 0)) return 'the change was not seen yet'
  return Math.min(readyReplicas, updatedReplicas) >= replicas ? undefined : `${readyReplicas} of ${replicas} ready`
}

/**
 * Pods that exist, terminating ones too: a controller writes until its process ends. The selector of 1.x also takes in
 * the pods of a webhook of 2.x, which carry its labels and one more.
 */
export async function podsOf(
  { namespace, name: deployment }: ObjectKey,
  selector: ScalePayload['selector'],
  { cluster, signal }: ApplyContext,
): Promise<KubeObject[]> {
  const labelSelector = Object.entries(selector)
    .map(([label, value]) => `${label}=${value}`)
    .join(',')
  const { items } = await cluster.list(POD_TYPE, { namespace, labelSelector, signal })
  return items.filter(
    (pod) =>
      !['Succeeded', 'Failed'].includes((pod.status as { phase?: string }).phase ?? '') &&
      !isOfAnother(pod, deployment),
  )
}

/** A Deployment names its ReplicaSets after itself and the hash of their template, which the pods have as a label. */
function isOfAnother({ metadata: { labels = {}, ownerReferences = [] } }: KubeObject, deployment: string): boolean {
  const owner = ownerReferences.find(({ kind, controller }) => kind === 'ReplicaSet' && controller === true)
  return owner !== undefined && owner.name !== `${deployment}-${labels['pod-template-hash'] ?? ''}`
}

interface LeaderRecord {
  holderIdentity?: string
  renewTime?: string
  leaseDurationSeconds?: number
}

const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader'
const DURATION_SECONDS = 15

/**
 * Who leads by this lock; undefined where nobody does. A holder that was killed stays in it: it leads no more when it
 * has not renewed for the lock's own duration, by our own clock, since the holder's may be another one.
 */
async function leaderOf({ key, kind }: LeaderLock, context: ApplyContext): Promise<string | undefined> {
  const live = await context.cluster.get(key, context.signal)
  const record = kind === 'lease' ? (live?.spec as LeaderRecord | undefined) : annotated(live)
  const holder = record?.holderIdentity
  if (!holder) return undefined
  const name = `leader:${objectName(key)}`
  const value = `${holder} ${record.renewTime}`
  const now = context.clock.now()
  const seen = context.seen.get(name)
  if (seen?.value !== value) {
    context.seen.set(name, { value, since: now })
    return holder
  }
  return now - seen.since >= (record.leaseDurationSeconds ?? DURATION_SECONDS) * 1000 ? undefined : holder
}

function annotated(live: KubeObject | undefined): LeaderRecord | undefined {
  const text = live?.metadata.annotations?.[LEADER_ANNOTATION]
  try {
    return text === undefined ? undefined : (JSON.parse(text) as LeaderRecord)
  } catch {
    return undefined
  }
}
