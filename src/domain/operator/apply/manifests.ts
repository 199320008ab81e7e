/** The target without Helm: rendered manifests by server-side apply, with an image of everything before. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { ApplyManifestsPayload, RestoreObjectsPayload } from '../steps/install-payloads.ts'
import { bare, isStill } from './compare.ts'
import { despiteOthers } from './conflicts.ts'
import type { ApplyContext } from './context.ts'
import { withManager } from './field-owners.ts'
import { areHeld, holdAll } from './install.ts'

/** An object before and after; null where there was none. */
interface Image {
  key: ObjectKey
  before: KubeObject | null
  /** What was applied; null for what was removed. */
  applied: KubeObject | null
}

/** As the server gave it back: quantities and empty fields in its own words. */
interface After {
  key: ObjectKey
  after: KubeObject | null
}

export const applyManifests: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { objects, remove, hold } = payload as unknown as ApplyManifestsPayload
    for (const { key, object } of objects) {
      if (!(await isApplied(key, asHeld(object, key, hold), context))) return { state: 'ready' }
    }
    for (const { key, uid } of remove) {
      if ((await context.cluster.get(key, context.signal))?.metadata.uid === uid) return { state: 'ready' }
    }
    return (await areHeld(hold, context)) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { fieldManager, objects, remove, hold } = payload as unknown as ApplyManifestsPayload
    await context.run.keep(context.step.id, await imagesOf(payload as unknown as ApplyManifestsPayload, context))
    const after: After[] = []
    for (const { key, object } of objects) {
      await takeOver(key, fieldManager, context)
      const body = asHeld(object, key, hold)
      const written = await context.cluster.patch(key, { type: 'apply', body, force: true }, { fieldManager })
      after.push({ key, after: key.type.resource === 'secrets' ? null : bare(written.object) })
      context.tell(objectName(key))
    }
    await context.run.keep(afterOf(context.step.id), after)
    const kept: string[] = []
    for (const { key, uid } of remove.toReversed()) {
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
    const made = ((await context.run.keptBefore(afterOf(ofStep))).at(-1) ?? []) as After[]
    const afters = new Map(made.map(({ key, after }) => [objectName(key), after]))
    const kept: string[] = []
    for (const seen of images.toReversed()) {
      const image = { ...seen, applied: afters.get(objectName(seen.key)) ?? seen.applied }
      const restore = () => restoreOne(image, hold, context)
      if (!(await despiteOthers(objectName(image.key), restore))) kept.push(objectName(image.key))
    }
    await holdAll(hold, context)
    return { keptAsChanged: kept }
  },
}

function afterOf(step: string): string {
  return `${step}/after`
}

/** Asked of the server, which writes quantities and defaults in its own way. */
async function isApplied(key: ObjectKey, body: KubeObject, { cluster, signal, step }: ApplyContext): Promise<boolean> {
  const live = await cluster.get(key, signal)
  if (live === undefined) return false
  const { fieldManager } = step.payload as unknown as ApplyManifestsPayload
  const { object } = await cluster.patch(key, { type: 'apply', body, force: true }, { fieldManager, dryRun: true })
  return sameJson(bare(object), bare(live))
}

/**
 * Fields that another tool applied become ours, so that those which the manifests no longer have go: server-side apply
 * removes what its own manager applied before, and nothing else (as `kubectl apply --server-side` does it for what
 * `kubectl apply` wrote, client-go util/csaupgrade).
 */
async function takeOver(key: ObjectKey, manager: string, { cluster, signal }: ApplyContext): Promise<void> {
  await despiteOthers(objectName(key), async () => {
    const live = await cluster.get(key, signal)
    const managedFields = live && withManager(live.metadata.managedFields ?? [], manager)
    if (live === undefined || managedFields === undefined) return
    const { resourceVersion = '' } = live.metadata
    const body = { metadata: { resourceVersion, managedFields } } as unknown as Json
    await cluster.patch(key, { type: 'merge', body })
  })
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

function asHeld(object: KubeObject, key: ObjectKey, hold: readonly ObjectKey[]): KubeObject {
  const body = withoutReplicas(object, key, hold)
  return isHeld(key, hold) ? { ...body, spec: { ...(body.spec as object), replicas: 0 } } : body
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
