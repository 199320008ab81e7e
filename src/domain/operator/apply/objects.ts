/** Fields of single objects. What somebody changed since the plan is never overwritten. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { PatchPayload } from '../steps/payloads.ts'
import { fieldsOf } from './compare.ts'
import { despiteOthers } from './conflicts.ts'
import type { ApplyContext } from './context.ts'

export const patchObject: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }) => {
    const { key } = payload as unknown as PatchPayload
    return lookAtFields(payload, await cluster.get(key, signal))
  },
  act: async (payload, { cluster, signal }) => {
    const { key, merge } = payload as unknown as PatchPayload
    await despiteOthers(objectName(key), async () => {
      const live = await cluster.get(key, signal)
      if (live === undefined || lookAtFields(payload, live).state !== 'ready') return
      await cluster.patch(key, { type: 'merge', body: guarded(merge, live) })
    })
    return null
  },
}

/** A merge patch that is refused unless the object is still the one that was read. */
export function guarded(merge: Json, { metadata }: KubeObject): Json {
  const patch = merge as { metadata?: Record<string, Json> }
  return { ...patch, metadata: { ...patch.metadata, resourceVersion: metadata.resourceVersion ?? '' } }
}

function lookAtFields(payload: Json, live: KubeObject | undefined): Look {
  const { key, uid, merge, before } = payload as unknown as PatchPayload
  if (live === undefined) return { state: 'drifted', why: `${objectName(key)} is gone` }
  if (live.metadata.uid !== uid) return { state: 'drifted', why: `${objectName(key)} is another object now` }
  const now = fieldsOf(merge, live)
  if (sameJson(now, merge)) return { state: 'done' }
  return sameJson(now, fieldsOf(merge, before)) ? { state: 'ready' } : changed(objectName(key))
}

function changed(name: string): Look {
  return { state: 'drifted', why: `${name} was changed by somebody since` }
}
