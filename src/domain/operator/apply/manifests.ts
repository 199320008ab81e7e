/** The target without Helm: rendered manifests by server-side apply, with an image of everything before. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { ApplyManifestsPayload, RestoreObjectsPayload } from '../steps/payloads.ts'
import { bare, isStill, isWithin } from './compare.ts'
import type { ApplyContext } from './context.ts'
import { areHeld, holdAll } from './install.ts'

/** An object before and after; null where there was none. */
interface Image {
  key: ObjectKey
  before: KubeObject | null
  /** What was applied; null for what was removed. */
  applied: KubeObject | null
}

export const applyManifests: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { objects, remove, hold } = payload as unknown as ApplyManifestsPayload
    for (const { key, object } of objects) {
      const live = await context.cluster.get(key, context.signal)
      if (live === undefined || !isWithin(withoutReplicas(object, key, hold), bare(live))) return { state: 'ready' }
    }
    for (const { key, uid } of remove) {
      if ((await context.cluster.get(key, context.signal))?.metadata.uid === uid) return { state: 'ready' }
    }
    return (await areHeld(hold, context)) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { fieldManager, objects, remove, hold } = payload as unknown as ApplyManifestsPayload
    await context.run.keep(context.step.id, await imagesOf(payload as unknown as ApplyManifestsPayload, context))
    for (const { key, object } of objects) {
      const body = withoutReplicas(object, key, hold)
      const held = isHeld(key, hold) ? { ...body, spec: { ...(body.spec as object), replicas: 0 } } : body
      await context.cluster.patch(key, { type: 'apply', body: held, force: true }, { fieldManager })
      context.tell(objectName(key))
    }
    const kept: string[] = []
    for (const { key, uid } of remove) {
      const live = await context.cluster.get(key, context.signal)
      if (live === undefined) continue
      if (live.metadata.uid === uid) await context.cluster.delete(key, { preconditions: { uid } })
      else kept.push(objectName(key))
    }
    return { keptAsAnother: kept }
  },
}

export const restoreObjects: Verb<ApplyContext> = {
  act: async (payload, context) => {
    const { ofStep, hold } = payload as unknown as RestoreObjectsPayload
    const images = ((await context.run.keptBefore(ofStep))[0] ?? []) as Image[]
    const kept: string[] = []
    for (const image of images.toReversed()) {
      if (!(await restoreOne(image, hold, context))) kept.push(objectName(image.key))
    }
    await holdAll(hold, context)
    return { keptAsChanged: kept }
  },
}

async function imagesOf({ objects, remove }: ApplyManifestsPayload, context: ApplyContext): Promise<Image[]> {
  const images: Image[] = []
  const read = async (key: ObjectKey): Promise<KubeObject | null> => {
    // Values of Secrets do not leave the cluster; they are not taken back either.
    if (key.type.resource === 'secrets') return null
    const live = await context.cluster.get(key, context.signal)
    return live === undefined ? null : bare(live)
  }
  for (const { key, object } of objects) images.push({ key, before: await read(key), applied: object })
  for (const { key } of remove) images.push({ key, before: await read(key), applied: null })
  return images
}

/** False where somebody has changed the object since. */
async function restoreOne(
  { key, before, applied }: Image,
  hold: readonly ObjectKey[],
  { cluster, signal }: ApplyContext,
): Promise<boolean> {
  const live = await cluster.get(key, signal)
  if (key.type.resource === 'secrets') return false
  if (before === null) {
    if (live === undefined) return true
    if (applied === null || !isStill(withoutReplicas(applied, key, hold), live)) return false
    await cluster.delete(key, { preconditions: { uid: live.metadata.uid ?? '' } })
    return true
  }
  const wanted = isHeld(key, hold) ? { ...before, spec: { ...(before.spec as object), replicas: 0 } } : before
  if (live === undefined) {
    await cluster.create(key.type, wanted)
    return true
  }
  if (isStill(wanted, live)) return true
  if (applied !== null && !isStill(withoutReplicas(applied, key, hold), live)) return false
  const { resourceVersion = '' } = live.metadata
  await cluster.replace(key.type, { ...wanted, metadata: { ...wanted.metadata, resourceVersion } })
  return true
}

function isHeld(key: ObjectKey, hold: readonly ObjectKey[]): boolean {
  return hold.some((held) => objectName(held) === objectName(key))
}

/** How many run is not what the manifests decide of a controller that is held at zero. */
function withoutReplicas(object: KubeObject, key: ObjectKey, hold: readonly ObjectKey[]): KubeObject {
  if (!isHeld(key, hold)) return placed(object, key)
  const { replicas: _replicas, ...spec } = object.spec as Record<string, unknown>
  return { ...placed(object, key), spec }
}

/** Charts from 2.0 on render a namespace into ClusterRoles and their bindings; the server drops it. */
function placed(object: KubeObject, { namespace }: ObjectKey): KubeObject {
  const { metadata, ...rest } = bare(object)
  const { namespace: _rendered, ...named } = metadata
  return { ...rest, metadata: namespace === undefined ? named : { ...named, namespace } }
}
