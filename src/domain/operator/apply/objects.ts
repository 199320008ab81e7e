/** Single objects: put, patch, delete. What somebody made or changed since the plan is never overwritten. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRefusal } from '../../kube-error.ts'
import { sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { DeletePayload, PatchPayload, PutPayload } from '../steps/payloads.ts'
import { bare, fieldsOf, isStill, isWithin } from './compare.ts'
import { type ApplyContext, waitUntil } from './context.ts'

const GONE_WITHIN_SECONDS = 60

export const putObject: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }) => {
    const { key, object, before } = payload as unknown as PutPayload
    const live = await cluster.get(key, signal)
    if (live === undefined) return { state: 'ready' }
    if (isWithin(bare(object), bare(live))) return { state: 'done', facts: { uid: live.metadata.uid ?? '' } }
    if (before === null) return { state: 'drifted', why: `${objectName(key)} was made by somebody since` }
    return isStill(before, live) ? { state: 'ready' } : changed(objectName(key))
  },
  act: async (payload, { cluster, signal }) => {
    const { key, object } = payload as unknown as PutPayload
    const live = await cluster.get(key, signal)
    const { resourceVersion } = live?.metadata ?? {}
    const wanted = bare(object)
    const { object: made } =
      live === undefined || resourceVersion === undefined
        ? await cluster.create(key.type, wanted)
        : await cluster.replace(key.type, { ...wanted, metadata: { ...wanted.metadata, resourceVersion } })
    return { uid: made.metadata.uid ?? '' }
  },
}

export const patchObject: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }) => {
    const { key } = payload as unknown as PatchPayload
    return lookAtFields(payload, await cluster.get(key, signal))
  },
  act: async (payload, { cluster, signal }) => {
    const { key, merge } = payload as unknown as PatchPayload
    for (let attempt = 1; ; attempt += 1) {
      const live = await cluster.get(key, signal)
      if (live === undefined || lookAtFields(payload, live).state !== 'ready') return null
      try {
        await cluster.patch(key, { type: 'merge', body: guarded(merge, live) })
        return null
      } catch (error) {
        if (!isRefusal(error, 'Conflict') || attempt === CONFLICTS_MAX) throw error
      }
    }
  },
}

/** Others may write the same object all the time: a status, an annotation. */
export const CONFLICTS_MAX = 20

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

export const deleteObject: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }) => {
    const { key, uid, before } = payload as unknown as DeletePayload
    const live = await cluster.get(key, signal)
    if (live === undefined) return { state: 'done' }
    // Without a uid (the machine died before it was written down) it must at least look like what was made.
    const isTheOne = uid === '' ? before !== null && isStill(before, live) : live.metadata.uid === uid
    return isTheOne ? { state: 'ready' } : { state: 'drifted', why: `${objectName(key)} is another object now` }
  },
  act: async (payload, context) => {
    const { key } = payload as unknown as DeletePayload
    const live = await context.cluster.get(key, context.signal)
    if (live === undefined) return null
    await context.cluster.delete(key, { preconditions: { uid: live.metadata.uid ?? '' }, propagation: 'Background' })
    const what = `${objectName(key)} to be gone`
    const hint = 'a finalizer may hold it: see its metadata'
    await waitUntil(context, { seconds: GONE_WITHIN_SECONDS, what, hint }, async () => {
      const now = await context.cluster.get(key, context.signal)
      return now?.metadata.uid === live.metadata.uid ? 'it is still there' : undefined
    })
    return null
  },
}

function changed(name: string): Look {
  return { state: 'drifted', why: `${name} was changed by somebody since` }
}
