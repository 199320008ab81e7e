/**
 * CRDs: replaced by PUT, never deleted. What the API server makes of a definition (it fills in and leaves out) is asked
 * of itself by a dry run, so that "is it so already" compares like with like.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { isRefusal } from '../../kube-error.ts'
import { digestOf } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import type { MigrateStoredVersionPayload, ReplaceCrdPayload, RestoreCrdPayload } from '../steps/payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { bare, isFields } from './compare.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { requireForeseen } from './foreseen.ts'
import { CONFLICTS_MAX } from './objects.ts'

/** The steadiness that is asked of a list after a change: the server rebuilds storage and answers 429 meanwhile. */
const STEADY_READS = 2

export const replaceCrd: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { crd, beforeSpec, afterSpec } = payload as unknown as ReplaceCrdPayload
    const live = await readCrdOf(payload, context)
    if (live === undefined) return beforeSpec === 'absent' ? { state: 'ready' } : gone(payload)
    const now = digestOf(live.spec)
    if (now === (afterSpec ?? (await digestAfter(crd, live, context)))) return { state: 'done' }
    return now === beforeSpec
      ? { state: 'ready' }
      : { state: 'drifted', why: `${live.metadata.name} has another schema` }
  },
  act: async (payload, context) => {
    const { crd } = payload as unknown as ReplaceCrdPayload
    // What was made or edited until now is judged before the definition changes: afterwards it may no longer be read.
    await requireForeseen(payload as unknown as ReplaceCrdPayload, context)
    const live = await readCrdOf(payload, context)
    await context.run.keep(context.step.id, live === undefined ? null : bare(live))
    await writeCrd(crd, context)
    await waitUntilServed(payload, context)
    return { before: live === undefined ? null : digestOf(live.spec) }
  },
  holds: (payload) => `crd:${(payload as unknown as ReplaceCrdPayload).name}`,
}

export const restoreCrd: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const image = await imageOf(payload, context.run.keptBefore)
    // What was made by the run stays: deleting a CRD deletes every object of it.
    if (image === null) return { state: 'done', facts: { stays: (payload as unknown as RestoreCrdPayload).name } }
    const live = await readCrdOf(payload, context)
    if (live === undefined) return gone(payload)
    return digestOf(live.spec) === (await digestAfter(image, live, context)) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const image = await imageOf(payload, context.run.keptBefore)
    if (image === null) return null
    await writeCrd(image, context)
    await waitUntilServed(payload, context)
    return null
  },
  holds: (payload) => `crd:${(payload as unknown as RestoreCrdPayload).name}`,
}

export const migrateStoredVersion: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { storedVersions } = payload as unknown as MigrateStoredVersionPayload
    const live = await readCrdOf(payload, context)
    if (live === undefined) return gone(payload)
    return digestOf(storedVersionsOf(live)) === digestOf(storedVersions) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { type, storedVersions } = payload as unknown as MigrateStoredVersionPayload
    let written = 0
    for await (const object of context.cluster.listEach(type, { signal: context.signal })) {
      await writeUnchanged(type, object, context)
      written += 1
      context.tell(`${written} ${type.resource} written`)
    }
    await changeCrd(payload, context, (live) => ({
      object: { ...live, status: { ...(live.status as object), storedVersions } },
      subresource: 'status' as const,
    }))
    return { written }
  },
}

/** Puts a CRD back as it was before this run changed it: what gate 1 does when its prediction was wrong. */
export async function putBackCrd(payload: Json, ofStep: string, context: ApplyContext): Promise<boolean> {
  const image = await imageOf({ ...(payload as object), ofStep }, context.run.kept)
  if (image === null) return false
  await writeCrd(image, context)
  await waitUntilServed(payload, context)
  return true
}

async function readCrdOf(payload: Json, { cluster, signal }: ApplyContext): Promise<KubeObject | undefined> {
  const { name, crd } = payload as { name?: string; crd?: string }
  return await cluster.get({ type: CRD_TYPE, name: name ?? String(crd) }, signal)
}

/** The first before-image: later ones were taken when the step was done again. */
async function imageOf(payload: Json, kept: (name: string) => Promise<unknown[]>): Promise<KubeObject | null> {
  const { ofStep } = payload as unknown as RestoreCrdPayload
  return ((await kept(ofStep))[0] as KubeObject | null | undefined) ?? null
}

/** Digest of the spec that the server would store. */
async function digestAfter(crd: KubeObject, live: KubeObject, { cluster }: ApplyContext): Promise<string> {
  const { object } = await cluster.replace(CRD_TYPE, onto(crd, live), { dryRun: true })
  return digestOf(object.spec)
}

/** The definition with the live one's identity; labels and annotations of both. */
function onto(crd: KubeObject, live: KubeObject): KubeObject {
  const { metadata } = live
  return {
    ...bare(crd),
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...crd.metadata.labels },
      annotations: { ...metadata.annotations, ...crd.metadata.annotations },
    },
  }
}

async function writeCrd(crd: KubeObject, context: ApplyContext): Promise<void> {
  const live = await context.cluster.get({ type: CRD_TYPE, name: crd.metadata.name }, context.signal)
  if (live === undefined) await context.cluster.create(CRD_TYPE, bare(crd))
  else await changeCrd({ name: crd.metadata.name }, context, (now) => ({ object: onto(crd, now) }))
}

async function changeCrd(
  payload: Json,
  context: ApplyContext,
  change: (live: KubeObject) => { object: KubeObject; subresource?: 'status' },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const live = await readCrdOf(payload, context)
    if (live === undefined) return
    const { object, subresource } = change(live)
    try {
      await context.cluster.replace(CRD_TYPE, object, { subresource })
      return
    } catch (error) {
      if (!isRefusal(error, 'Conflict') || attempt === CONFLICTS_MAX) throw error
    }
  }
}

async function waitUntilServed(payload: Json, context: ApplyContext): Promise<void> {
  const { name, timeoutSeconds, type, probe } = payload as unknown as ReplaceCrdPayload
  let steady = 0
  const options = { seconds: timeoutSeconds, what: `${name} to be served`, hint: 'see the conditions of the CRD' }
  await waitUntil(context, options, async () => {
    const live = await readCrdOf(payload, context)
    if (!isEstablished(live)) return 'it is not Established yet'
    const isSeen = await canBeRead(type, context)
    steady = isSeen ? steady + 1 : 0
    if (steady < STEADY_READS) return 'the server rebuilds its storage'
    return probe ? await probeReason(type, probe, context) : undefined
  })
}

function isEstablished(crd: KubeObject | undefined): boolean {
  // Null until the server has looked at a definition that was just made.
  const { conditions } = (crd?.status ?? {}) as { conditions?: { type: string; status: string }[] | null }
  return (conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True')
}

async function canBeRead(type: ResourceType, { cluster, signal }: ApplyContext): Promise<boolean> {
  try {
    const first = cluster.listEach(type, { signal })[Symbol.asyncIterator]()
    await first.next()
    await first.return?.()
    return true
  } catch (error) {
    // A kind that has just been made is not found at once.
    if (isRefusal(error, 'NotFound', 'TooManyRequests', 'ServiceUnavailable', 'Expired', 'Gone')) return false
    throw error
  }
}

async function probeReason(
  type: ResourceType,
  { namespace, name, path, present }: NonNullable<ReplaceCrdPayload['probe']>,
  { cluster, signal }: ApplyContext,
): Promise<string | undefined> {
  const object = await cluster.get({ type, namespace, name }, signal)
  if (object === undefined) return undefined
  const found = path.reduce<unknown>((inner, field) => (isFields(inner) ? inner[field] : undefined), object)
  return (found !== undefined) === present ? undefined : `${namespace}/${name} is still read as before`
}

/** A PUT of what was read stores it in the storage version. Whoever wrote meanwhile has done the same. */
async function writeUnchanged(type: ResourceType, object: KubeObject, { cluster }: ApplyContext): Promise<void> {
  try {
    await cluster.replace(type, object)
  } catch (error) {
    if (!isRefusal(error, 'Conflict', 'NotFound')) throw error
  }
}

function storedVersionsOf({ status }: KubeObject): readonly string[] {
  return (status as { storedVersions?: string[] } | undefined)?.storedVersions ?? []
}

function gone(payload: Json): Look {
  const { name, crd } = payload as { name?: string; crd?: string }
  return { state: 'drifted', why: `the CRD ${name ?? String(crd)} is gone` }
}
