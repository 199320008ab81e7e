/**
 * Webhook configurations pass from one version to the other. Between two webhooks executors are made without what a
 * webhook would have added, silently; those are counted and told.
 */
import type { KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { HandOverPayload } from '../steps/payloads.ts'
import { nameOf } from '../discover/kinds.ts'
import { bare } from './compare.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { POD_TYPE } from './well-known.ts'

const CONFIGURATION_TYPE: ResourceType = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
  namespaced: false,
}
const TYPES: Readonly<Record<string, ResourceType>> = {
  MutatingWebhookConfiguration: CONFIGURATION_TYPE,
  ValidatingWebhookConfiguration: {
    ...CONFIGURATION_TYPE,
    resource: 'validatingwebhookconfigurations',
    kind: 'ValidatingWebhookConfiguration',
  },
}

export const handOverWebhook: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { create, remove } = payload as unknown as HandOverPayload
    for (const { key } of remove) {
      if ((await context.cluster.get(key, context.signal)) !== undefined) return { state: 'ready' }
    }
    for (const object of create) {
      if ((await context.cluster.get(keyOf(object), context.signal)) === undefined) return { state: 'ready' }
    }
    return { state: 'done' }
  },
  act: async (payload, context) => {
    const { order, create, awaited, remove, timeoutSeconds } = payload as unknown as HandOverPayload
    for (const object of create) await createConfiguration(object, context)
    const expected = order === 'at-once' ? create.map(keyOf) : awaited === null ? [] : [awaited]
    for (const key of expected) await waitUntilTrusted(key, timeoutSeconds, context)
    const created = new Date(context.clock.now()).toISOString()
    const kept: string[] = []
    for (const one of remove) if (!(await removeConfiguration(one, context))) kept.push(objectName(one.key))
    const gap = await podsInGap(payload, created, context)
    return { registeredAt: created, keptAsAnother: kept, madeInGap: gap }
  },
}

async function createConfiguration(object: KubeObject, { cluster, signal }: ApplyContext): Promise<void> {
  const key = keyOf(object)
  if ((await cluster.get(key, signal)) === undefined) await cluster.create(key.type, bare(object))
}

/** Without a CA the API server cannot trust the webhook; the webhook itself writes it when it has its certificate. */
async function waitUntilTrusted(key: ObjectKey, seconds: number, context: ApplyContext): Promise<void> {
  const hint = 'see the log of what registers it'
  await waitUntil(context, { seconds, what: `${objectName(key)} to be registered with its CA`, hint }, async () => {
    const live = await context.cluster.get(key, context.signal)
    if (live === undefined) return 'it is not there'
    const { webhooks = [] } = live as { webhooks?: { clientConfig?: { caBundle?: string } }[] }
    return webhooks.every(({ clientConfig }) => clientConfig?.caBundle) ? undefined : 'it has no CA bundle'
  })
}

/** False where it is another object by now. */
async function removeConfiguration(
  { key, uid }: HandOverPayload['remove'][number],
  { cluster, signal }: ApplyContext,
): Promise<boolean> {
  const live = await cluster.get(key, signal)
  if (live === undefined) return true
  if (live.metadata.uid !== uid && uid !== '') return false
  await cluster.delete(key, { preconditions: { uid: live.metadata.uid ?? '' } })
  return true
}

/** From the moment the last controller was told to stop. */
async function podsInGap(payload: Json, until: string, { cluster, signal, run }: ApplyContext): Promise<string[]> {
  const { podSelector } = payload as unknown as HandOverPayload
  const stops = [...run.progress().steps].flatMap(([id, { facts }]) =>
    id.startsWith('stop/') && facts !== null ? [(facts as { startedAt?: string }).startedAt ?? ''] : [],
  )
  const since = stops.sort().at(-1)
  if (!since || podSelector === '') return []
  const { items } = await cluster.list(POD_TYPE, { labelSelector: podSelector, signal })
  return items
    .filter(
      ({ metadata: { creationTimestamp = '' } }) =>
        creationTimestamp >= since.slice(0, 19) && creationTimestamp < until,
    )
    .map(nameOf)
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
