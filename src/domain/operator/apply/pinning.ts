/**
 * A Service of 1.x selects by the name and the release alone, so that it takes in the pods of a webhook of 2.x in the
 * same release: the API server would call them by the path and port of 1.x, be told 404, and make pods unmutated, since
 * 1.x ignores failures (templates/webhook/service.yaml of 1.6.2, webhook-service.yaml before; webhook/deployment.yaml
 * of 2.x). A Deployment's pods have the hash of their template as a label, which no other's have: that keeps them apart.
 */
import { isRefusal } from '../../kube-error.ts'
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import { ENDPOINT_SLICE } from '../discover/kinds.ts'
import { listAt, textAt } from '../discover/json.ts'
import { objectName } from '../steps/operator-step.ts'
import type { PinServicePayload } from '../steps/webhook-payloads.ts'
import { despiteOthers } from './conflicts.ts'
import { type ApplyContext, POLL_MS, waitUntil } from './context.ts'
import { guarded } from './objects.ts'
import { podsOf } from './scale.ts'
import { POD_TYPE } from './well-known.ts'

const HASH = 'pod-template-hash'
/** Says that the hash in the selector is ours. */
const PINNED = 'sparkops.dev/pinned'

/** How a Service stands to the pods of the controller. */
type Standing = { kind: 'apart' } | { kind: 'shared'; hash: string } | { kind: 'rolling'; hashes: string[] }

export const pinService: Verb<ApplyContext> = {
  look: async (payload, context): Promise<Look> => {
    const { kind } = await standingOf(payloadOf(payload), context)
    return { state: kind === 'apart' ? 'done' : 'ready' }
  },
  act: async (payload, context) => {
    const pinned = payloadOf(payload)
    const what = `the pods of ${objectName(pinned.deployment)} to be of one template`
    const hint = 'its rollout is under way: resume when it is over; nothing has been stopped yet'
    let hash: string | undefined
    await waitUntil(context, { seconds: pinned.timeoutSeconds, what, hint }, async () => {
      const standing = await standingOf(pinned, context)
      if (standing.kind === 'rolling') return `there are ${standing.hashes.length} templates`
      if (standing.kind === 'shared') hash = standing.hash
      return undefined
    })
    if (hash === undefined) return { pinnedTo: null }
    await select(pinned, { [HASH]: hash }, hash, context)
    await untilLedApart(pinned, context)
    return { pinnedTo: hash }
  },
  holds,
}

export const unpinService: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }): Promise<Look> => {
    const live = await cluster.get(payloadOf(payload).service, signal)
    return { state: live?.metadata.annotations?.[PINNED] === undefined ? 'done' : 'ready' }
  },
  act: async (payload, context) => {
    const pinned = payloadOf(payload)
    if (pinned.whenGone) await untilGone(pinned, context)
    await select(pinned, { [HASH]: null }, null, context)
    return null
  },
  holds,
}

function holds(payload: Json): string {
  return `pinned:${objectName(payloadOf(payload).service)}`
}

function payloadOf(payload: Json): PinServicePayload {
  return payload as unknown as PinServicePayload
}

function selectorOf(service: KubeObject | undefined): Record<string, string> {
  return (service?.spec as { selector?: Record<string, string> } | undefined)?.selector ?? {}
}

async function standingOf(payload: PinServicePayload, context: ApplyContext): Promise<Standing> {
  const { service, deployment, selector, apart } = payload
  const { [HASH]: pinnedTo, ...selected } = selectorOf(await context.cluster.get(service, context.signal))
  const labels = Object.entries(selected)
  // One without a selector has the endpoints that somebody gives it.
  if (labels.length === 0 || labels.some(([label, value]) => apart[label] !== value)) return { kind: 'apart' }
  const pods = await podsOf(deployment, selector, context)
  const hashes = [...new Set(pods.flatMap(({ metadata }) => metadata.labels?.[HASH] ?? []))]
  if (hashes.length > 1) return { kind: 'rolling', hashes }
  const [hash] = hashes
  // Where none of its pods is there, none is called, whatever is selected.
  return hash === undefined || hash === pinnedTo ? { kind: 'apart' } : { kind: 'shared', hash }
}

/** Others may write the Service meanwhile. */
async function select(
  { service }: PinServicePayload,
  selector: Record<string, string | null>,
  mark: string | null,
  { cluster, signal }: ApplyContext,
): Promise<void> {
  const merge = { metadata: { annotations: { [PINNED]: mark } }, spec: { selector } }
  await despiteOthers(objectName(service), async () => {
    const live = await cluster.get(service, signal)
    if (live !== undefined) await cluster.patch(service, { type: 'merge', body: guarded(merge, live) })
  })
}

/** Until the controller of EndpointSlices has followed. */
async function untilLedApart(payload: PinServicePayload, context: ApplyContext): Promise<void> {
  const { service, timeoutSeconds } = payload
  const what = `${objectName(service)} to lead to the pods of its own controller`
  const hint = 'see its EndpointSlices, and whether kube-controller-manager runs'
  await waitUntil(context, { seconds: timeoutSeconds, what, hint }, async () => {
    const others = await othersOf(payload, context)
    if (others.length === 0) return undefined
    const led = await podsLedTo(service, context)
    return others.some(({ metadata }) => led.has(metadata.name)) ? 'it still leads to others' : undefined
  })
}

async function podsLedTo({ namespace, name }: ObjectKey, context: ApplyContext): Promise<Set<string | undefined>> {
  const labelSelector = `kubernetes.io/service-name=${name}`
  try {
    const { items } = await context.cluster.list(ENDPOINT_SLICE, { namespace, labelSelector, signal: context.signal })
    return new Set(items.flatMap((slice) => listAt(slice, 'endpoints')).map((one) => textAt(one, 'targetRef', 'name')))
  } catch (error) {
    if (!isRefusal(error, 'Forbidden')) throw error
    // Not to be seen: they follow within moments.
    await context.sleep(2 * POLL_MS)
    return new Set()
  }
}

async function untilGone(payload: PinServicePayload, context: ApplyContext): Promise<void> {
  const what = 'the pods of the other webhook to be gone'
  const hint = 'see what holds them, and resume'
  await waitUntil(context, { seconds: payload.timeoutSeconds, what, hint }, async () => {
    const left = (await othersOf(payload, context)).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    return left.length === 0 ? undefined : `${left.length} left`
  })
}

/** Pods that are to be kept apart. */
async function othersOf(
  { deployment, selector, apart }: PinServicePayload,
  context: ApplyContext,
): Promise<KubeObject[]> {
  const { cluster, signal } = context
  const own = new Set((await podsOf(deployment, selector, context)).map(({ metadata }) => metadata.name))
  const labelSelector = Object.entries(apart)
    .map(([label, value]) => `${label}=${value}`)
    .join(',')
  const { items } = await cluster.list(POD_TYPE, { namespace: deployment.namespace, labelSelector, signal })
  return items.filter(({ metadata }) => !own.has(metadata.name))
}
