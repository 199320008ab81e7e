/** Admission policies: put them up and wait until they act; take them down and wait until they no longer do. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { KubeStatusError } from '../../kube-error.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import type { PolicyPayload } from '../steps/payloads.ts'
import { POLICY_BINDING_TYPE, POLICY_TYPE } from '../steps/policies.ts'
import { isWithin } from './compare.ts'
import { type ApplyContext, waitUntil } from './context.ts'

const CONFIG_MAP_TYPE: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}

const HINT = 'the API server takes up policies within seconds; see whether it serves ValidatingAdmissionPolicy v1'

export const putPolicy: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { policy, binding } = payloadOf(payload)
    const isThere =
      isWithin(policy.spec, (await read(POLICY_TYPE, policy, context))?.spec) &&
      isWithin(binding.spec, (await read(POLICY_BINDING_TYPE, binding, context))?.spec)
    return isThere && (await isActing(payload, context)) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { policy, binding, timeoutSeconds } = payloadOf(payload)
    await put(POLICY_TYPE, policy, context)
    await put(POLICY_BINDING_TYPE, binding, context)
    const what = `policy ${policy.metadata.name} to act`
    await waitUntil(context, { seconds: timeoutSeconds, what, hint: HINT }, async () =>
      (await isActing(payload, context)) ? undefined : 'it does not act yet',
    )
    return null
  },
  holds: (payload) => `policy:${payloadOf(payload).policy.metadata.name}`,
}

export const removePolicy: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { policy, binding } = payloadOf(payload)
    const found = [await read(POLICY_TYPE, policy, context), await read(POLICY_BINDING_TYPE, binding, context)]
    return found.every((one) => one === undefined) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { policy, binding, timeoutSeconds } = payloadOf(payload)
    await context.cluster.delete({ type: POLICY_BINDING_TYPE, name: binding.metadata.name })
    await context.cluster.delete({ type: POLICY_TYPE, name: policy.metadata.name })
    const what = `policy ${policy.metadata.name} to end`
    await waitUntil(context, { seconds: timeoutSeconds, what, hint: HINT }, async () =>
      (await isActing(payload, context)) ? 'it still acts' : undefined,
    )
    return null
  },
  holds: (payload) => `policy:${payloadOf(payload).policy.metadata.name}`,
}

function payloadOf(payload: Json): PolicyPayload {
  return payload as unknown as PolicyPayload
}

async function read(type: ResourceType, object: KubeObject, { cluster, signal }: ApplyContext) {
  return await cluster.get({ type, name: object.metadata.name }, signal)
}

async function put(type: ResourceType, object: KubeObject, { cluster }: ApplyContext): Promise<void> {
  const patch = { type: 'apply', body: object, force: true } as const
  await cluster.patch({ type, name: object.metadata.name }, patch, { fieldManager: 'sparkops' })
}

/** Tries, stored nowhere, what the policy denies beside what it is for. */
async function isActing(payload: Json, { cluster }: ApplyContext): Promise<boolean> {
  const { probe, policy } = payloadOf(payload)
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...probe } }
  try {
    await cluster.create(CONFIG_MAP_TYPE, object, { dryRun: true })
    return false
  } catch (error) {
    const isDenied =
      error instanceof KubeStatusError &&
      error.status.message.includes(`ValidatingAdmissionPolicy '${policy.metadata.name}'`)
    if (isDenied) return true
    throw error
  }
}
