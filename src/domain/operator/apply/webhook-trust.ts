/** The CA of a webhook that runs, in every configuration of it: without one the API server trusts no certificate. */
import { isRefusal } from '../../kube-error.ts'
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { toJson } from '../../plan/json.ts'
import { objectName } from '../steps/operator-step.ts'
import type { TrustWebhookPayload } from '../steps/webhook-payloads.ts'
import { despiteOthers } from './conflicts.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { guarded } from './objects.ts'

export const trustWebhook: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { configurations } = payload as unknown as TrustWebhookPayload
    const live = await readAll(configurations, context)
    return { state: live.every((one) => whyNotTrusted(one) === undefined) ? 'done' : 'ready' }
  },
  act: async (payload, context) => {
    const { configurations, timeoutSeconds } = payload as unknown as TrustWebhookPayload
    const caBundle = await authorityOf(payload, context)
    const given: string[] = []
    for (const key of configurations) {
      if (caBundle !== '' && (await giveAuthority(key, caBundle, context))) given.push(objectName(key))
    }
    // Where it cannot be read, the webhook writes it, as soon as one of its pods leads.
    for (const key of configurations) {
      const what = `${objectName(key)} to have the CA of its webhook`
      await waitUntil(context, { seconds: timeoutSeconds, what, hint: 'see the log of the webhook' }, async () =>
        whyNotTrusted(await context.cluster.get(key, context.signal)),
      )
    }
    return { given }
  },
}

interface Webhooks {
  webhooks?: { clientConfig?: { caBundle?: string } }[]
}

/** Why the API server would trust one of a configuration's webhooks nothing; one that is not there calls nothing. */
export function whyNotTrusted(live: KubeObject | undefined): string | undefined {
  const { webhooks = [] } = (live ?? {}) as Webhooks
  return webhooks.every(({ clientConfig }) => clientConfig?.caBundle) ? undefined : 'it has no CA bundle'
}

async function readAll(keys: readonly ObjectKey[], { cluster, signal }: ApplyContext) {
  return await Promise.all(keys.map((key) => cluster.get(key, signal)))
}

/** From its Secret; where that may not be read or is gone, what another webhook of the same Service is trusted by. */
async function authorityOf(payload: Json, context: ApplyContext): Promise<string> {
  const { configurations, authority } = payload as unknown as TrustWebhookPayload
  if (authority === null) return ''
  const secret = await context.cluster.get(authority.secret, context.signal).catch((error: unknown) => {
    if (!isRefusal(error, 'Forbidden')) throw error
    return undefined
  })
  const said = (secret?.data as Record<string, string> | undefined)?.[authority.field]
  if (said) return said
  const live = await readAll(configurations, context)
  const others = live.flatMap((one) => (one as Webhooks | undefined)?.webhooks ?? [])
  return others.flatMap(({ clientConfig }) => clientConfig?.caBundle ?? [])[0] ?? ''
}

/** To those webhooks of a configuration that have none; their own operator may be writing it at the same moment. */
export async function giveAuthority(
  key: ObjectKey,
  caBundle: string,
  { cluster, signal }: ApplyContext,
): Promise<boolean> {
  return await despiteOthers(objectName(key), async () => {
    const live = await cluster.get(key, signal)
    if (live === undefined || whyNotTrusted(live) === undefined) return false
    const webhooks = ((live as Webhooks).webhooks ?? []).map((one) => ({
      ...one,
      clientConfig: { ...one.clientConfig, caBundle: one.clientConfig?.caBundle || caBundle },
    }))
    await cluster.patch(key, { type: 'merge', body: guarded(toJson({ webhooks }), live) })
    return true
  })
}
