/**
 * Webhook configurations pass from one version to the other. Between two webhooks pods are made without what a webhook
 * would have added, silently; the gap is measured, and the pods made in it are told.
 */
import { isRefusal } from '../../kube-error.ts'
import type { KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { AwaitReadyPayload, HandOverPayload } from '../steps/webhook-payloads.ts'
import { WITHDRAW } from '../steps/webhook-steps.ts'
import { MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS } from '../discover/kinds.ts'
import { bare } from './compare.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { podsMade } from './pod-watch.ts'
import { whyNotReady } from './scale.ts'
import { giveAuthority, whyNotTrusted } from './webhook-trust.ts'

const TYPES: Readonly<Record<string, ResourceType>> = {
  MutatingWebhookConfiguration: MUTATING_WEBHOOKS,
  ValidatingWebhookConfiguration: VALIDATING_WEBHOOKS,
}

export const handOverWebhook: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { create, remove, awaited } = payload as unknown as HandOverPayload
    // What is met at first may be of before: a 1.x that was killed leaves its configuration under the same name.
    if ((context.run.progress().steps.get(context.step.id)?.attempts ?? 0) === 0) return { state: 'ready' }
    for (const { key, uid } of remove) {
      const live = await context.cluster.get(key, context.signal)
      if (live !== undefined && isSame(live, uid)) return { state: 'ready' }
    }
    for (const key of [...create.map(keyOf), ...(awaited === null ? [] : [awaited])]) {
      if ((await whyNotRegistered(key, context)) !== undefined) return { state: 'ready' }
    }
    return { state: 'done' }
  },
  act: async (payload, context) => {
    const { order, create, awaited, remove, authority, timeoutSeconds } = payload as unknown as HandOverPayload
    const answered = await livingOf(remove, context)
    const caBundle = create.length === 0 ? '' : await authorityOf(payload, answered, context)
    // Whose controller is gone answers no call, and where its Service has been led over, the new one answers twice.
    const isDead = order === 'at-once' && authority !== 'removed'
    const kept = isDead ? await removeAll(remove, context) : []
    for (const object of create) await register(object, caBundle, context)
    if (authority === 'removed') kept.push(...(await removeAll(remove, context)))
    const expected = [...create.map(keyOf), ...(awaited === null ? [] : [awaited])]
    for (const key of expected) await waitUntilTrusted(key, timeoutSeconds, context)
    const registeredAt = new Date(context.clock.now()).toISOString()
    if (order === 'when-registered') kept.push(...(await removeAll(remove, context)))
    const removedAt = new Date(context.clock.now()).toISOString()
    // Configurations that are objects of a chart answer until they are removed.
    const isOverlap = order === 'when-registered' || authority === 'removed'
    const isCovered = isOverlap && remove.length > 0 && answered.length === remove.length
    const gap = isCovered || expected.length === 0 ? NO_GAP : await gapOf(payload, registeredAt, context)
    return { registeredAt, removedAt, keptAsAnother: kept, ...gap }
  },
}

/** Until so many pods of a Deployment are ready as it asks for. */
export const awaitReady: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const { deployment, timeoutSeconds } = payload as unknown as AwaitReadyPayload
    const what = `${objectName(deployment)} to be ready`
    const hint = 'see the events and the log of its pods; nothing has been stopped yet'
    await waitUntil(context, { seconds: timeoutSeconds, what, hint }, async () => {
      const live = await context.cluster.get(deployment, context.signal)
      if (live === undefined) return 'it is not there'
      return whyNotReady(live, (live.spec as { replicas?: number }).replicas ?? 1)
    })
    return null
  },
}

async function livingOf(remove: HandOverPayload['remove'], { cluster, signal }: ApplyContext): Promise<ObjectKey[]> {
  const living: ObjectKey[] = []
  for (const { key, uid } of remove) {
    const live = await cluster.get(key, signal)
    if (live !== undefined && isSame(live, uid)) living.push(key)
  }
  return living
}

/** An empty uid stands for whatever has the name: what the run itself made. */
function isSame({ metadata }: KubeObject, uid: string): boolean {
  return uid === '' || metadata.uid === uid
}

/**
 * The CA of the webhook that runs already, so that the API server trusts it from the first moment; empty where it
 * cannot be read, and the webhook writes it itself.
 */
async function authorityOf(
  payload: Json,
  answered: readonly ObjectKey[],
  { cluster, signal }: ApplyContext,
): Promise<string> {
  const { authority } = payload as unknown as HandOverPayload
  if (authority === null) return ''
  if (authority === 'removed') {
    const live = await Promise.all(answered.map((key) => cluster.get(key, signal)))
    return live.flatMap((one) => (one as Webhooks | undefined)?.webhooks ?? [])[0]?.clientConfig?.caBundle ?? ''
  }
  try {
    const secret = await cluster.get(authority.secret, signal)
    return (secret?.data as Record<string, string> | undefined)?.[authority.field] ?? ''
  } catch (error) {
    if (isRefusal(error, 'Forbidden')) return ''
    throw error
  }
}

interface Webhooks {
  webhooks?: { clientConfig?: { caBundle?: string } }[]
}

function withAuthority(object: KubeObject, caBundle: string): KubeObject {
  const { webhooks = [] } = object as Webhooks
  if (caBundle === '') return object
  const trusting = webhooks.map((one) => ({ ...one, clientConfig: { ...one.clientConfig, caBundle } }))
  return { ...object, webhooks: trusting }
}

/** One that is there already was made by Helm, without the CA. */
async function register(object: KubeObject, caBundle: string, context: ApplyContext): Promise<void> {
  const key = keyOf(object)
  const isThere = (await context.cluster.get(key, context.signal)) !== undefined
  if (!isThere) await context.cluster.create(key.type, bare(withAuthority(object, caBundle)))
  else if (caBundle !== '') await giveAuthority(key, caBundle, context)
}

async function whyNotRegistered(key: ObjectKey, { cluster, signal }: ApplyContext): Promise<string | undefined> {
  const live = await cluster.get(key, signal)
  return live === undefined ? 'it is not there' : whyNotTrusted(live)
}

async function waitUntilTrusted(key: ObjectKey, seconds: number, context: ApplyContext): Promise<void> {
  const hint = 'see the log of what registers it'
  const what = `${objectName(key)} to be registered with its CA`
  await waitUntil(context, { seconds, what, hint }, () => whyNotRegistered(key, context))
}

/** Names of those that are other objects by now, and stay. */
async function removeAll(remove: HandOverPayload['remove'], { cluster, signal }: ApplyContext): Promise<string[]> {
  const kept: string[] = []
  for (const { key, uid } of remove) {
    const live = await cluster.get(key, signal)
    if (live === undefined) continue
    if (isSame(live, uid)) await cluster.delete(key, { preconditions: { uid: live.metadata.uid ?? '' } })
    else kept.push(objectName(key))
  }
  return kept
}

const NO_GAP = { gapSeconds: 0, madeInGap: [] as string[], seenBy: 'watch' }

/** The API server takes up a configuration some moments after it was made. */
const TAKEN_UP_MS = 1000

/**
 * From the moment the last controller was told to stop, or its webhook was withdrawn after that, until the API server
 * calls the new one. Times of pods are whole seconds: one that was made on the edge is told, though it may have gone through a webhook.
 */
async function gapOf(payload: Json, until: string, context: ApplyContext): Promise<typeof NO_GAP> {
  const { podSelector } = payload as unknown as HandOverPayload
  const ends = [...context.run.progress().steps].flatMap(([id, { facts }]) => {
    const { startedAt = '', removedAt = '' } = (facts ?? {}) as { startedAt?: string; removedAt?: string }
    if (id === WITHDRAW) return [removedAt]
    return /^(undo\/start|stop)\//.test(id) ? [startedAt] : []
  })
  const since = ends.sort().at(-1)
  if (!since || podSelector === '') return NO_GAP
  await context.sleep(TAKEN_UP_MS)
  const { pods, by } = await podsMade(podSelector, context)
  const [first, last] = [Date.parse(`${since.slice(0, 19)}Z`), Date.parse(until) + TAKEN_UP_MS]
  const isInside = ({ createdAt }: { createdAt: string }): boolean =>
    Date.parse(createdAt) >= first && Date.parse(createdAt) <= last
  const gapSeconds = (Date.parse(until) - Date.parse(since)) / 1000
  return { gapSeconds, madeInGap: pods.filter(isInside).map(({ name }) => name), seenBy: by }
}

function keyOf({ kind, metadata }: KubeObject): ObjectKey {
  const type = TYPES[kind]
  if (type === undefined) throw notConfiguration(kind)
  return { type, name: metadata.name }
}

function notConfiguration(kind: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_A_WEBHOOK',
    message: `the plan wants ${kind} to be registered as a webhook`,
    why: 'only mutating and validating webhook configurations are',
    hint: 'make the plan again',
    exit: 'data',
  })
}
