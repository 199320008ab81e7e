/**
 * CRDs: replaced by PUT, never deleted. What the API server makes of a definition (it fills in and leaves out) is asked
 * of itself by a dry run, so that "is it so already" compares like with like.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'
import { digestOf } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import type { MigrateStoredVersionPayload, ReplaceCrdPayload, RestoreCrdPayload } from '../steps/definition-payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { nameOf } from '../discover/kinds.ts'
import { asRestorable } from '../schema/restorable.ts'
import { bare, isFields } from './compare.ts'
import { despiteOthers } from './conflicts.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { requireForeseen, requireRestorable } from './foreseen.ts'

/** The steadiness that is asked of a list after a change: the server rebuilds storage and answers 429 meanwhile. */
const STEADY_READS = 2

export const replaceCrd: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { crd, beforeSpec, follows } = payload as unknown as ReplaceCrdPayload
    const live = await readCrdOf(payload, context)
    if (live === undefined) return beforeSpec === 'absent' ? { state: 'ready' } : gone(payload)
    const now = digestOf(live.spec)
    if (now === (await digestAfter(crd, live, context))) return { state: 'done' }
    return now === beforeSpec || (follows !== undefined && now === leftBy(follows, context))
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
    const after = await readCrdOf(payload, context)
    return { before: live === undefined ? null : digestOf(live.spec), after: digestOf(after?.spec) }
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
    const wanted = asRestorable(image, live)
    return digestOf(live.spec) === (await digestAfter(wanted, live, context)) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const image = await imageOf(payload, context.run.keptBefore)
    if (image === null) return null
    await requireRestorable(payload as unknown as RestoreCrdPayload, image, context)
    await writeBack(image, context)
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
    const written = await rewriteAll(type, context)
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
  await writeBack(image, context)
  await waitUntilServed(payload, context)
  return true
}

/** What an earlier step of this run left, as its journal says. */
function leftBy(step: string, { run }: ApplyContext): string | undefined {
  const { facts } = run.progress().steps.get(step) ?? {}
  return isFields(facts) && typeof facts.after === 'string' ? facts.after : undefined
}

async function writeBack(image: KubeObject, context: ApplyContext): Promise<void> {
  const live = await context.cluster.get({ type: CRD_TYPE, name: image.metadata.name }, context.signal)
  await writeCrd(live === undefined ? image : asRestorable(image, live), context)
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

/** Digest of the spec that the server would store. Of a definition that somebody labels meanwhile it is the same. */
async function digestAfter(crd: KubeObject, seen: KubeObject, { cluster, signal }: ApplyContext): Promise<string> {
  let live = seen
  return await despiteOthers(crdName({ name: crd.metadata.name }), async () => {
    try {
      const { object } = await cluster.replace(CRD_TYPE, onto(crd, live), { dryRun: true })
      return digestOf(object.spec)
    } catch (error) {
      live = (await cluster.get({ type: CRD_TYPE, name: crd.metadata.name }, signal)) ?? seen
      throw error
    }
  })
}

function crdName(payload: Json): string {
  const { name, crd } = payload as { name?: string; crd?: string }
  return `customresourcedefinitions/${name ?? String(crd)}`
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
  await despiteOthers(crdName(payload), async () => {
    const live = await readCrdOf(payload, context)
    if (live === undefined) return
    const { object, subresource } = change(live)
    await context.cluster.replace(CRD_TYPE, object, { subresource })
  })
}

async function waitUntilServed(payload: Json, context: ApplyContext): Promise<void> {
  const { name, timeoutSeconds, type } = payload as unknown as ReplaceCrdPayload
  let steady = 0
  const options = { seconds: timeoutSeconds, what: `${name} to be served`, hint: 'see the conditions of the CRD' }
  await waitUntil(context, options, async () => {
    const live = await readCrdOf(payload, context)
    if (!isEstablished(live)) return 'it is not Established yet'
    const isSeen = await canBeRead(type, context)
    steady = isSeen ? steady + 1 : 0
    return steady < STEADY_READS ? 'the server rebuilds its storage' : undefined
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

const PASSES_MAX = 10

/**
 * Writes every object as it is read, until a whole pass has changed none: the server stores nothing, and leaves the
 * resourceVersion, where an object is stored in the storage version already. That is the proof, which no list gives.
 */
async function rewriteAll(type: ResourceType, context: ApplyContext): Promise<number> {
  const refused: string[] = []
  let written = 0
  for (let pass = 1; pass <= PASSES_MAX; pass += 1) {
    const before = written
    let seen = 0
    for await (const object of context.cluster.listEach(type, { signal: context.signal })) {
      const end = await writeUnchanged(type, object, context)
      if (end === 'written') written += 1
      if (end === 'refused') refused.push(nameOf(object))
      seen += 1
      context.tell(`${seen} ${type.resource} looked at, ${written} written`)
    }
    if (refused.length > 0) throw notMigrated(type, refused)
    if (written === before) return written
  }
  throw new SparkopsError({
    code: 'SO_NOT_MIGRATED',
    message: `${type.resource}: after ${PASSES_MAX} passes there are still objects in an old version`,
    why: 'something writes them in it all the time, or a second API server does not know the new definition yet',
    hint: 'wait until all API servers are ready, and resume',
    exit: 'pending',
  })
}

/** A PUT of what was read stores it in the storage version. Whoever wrote meanwhile has done the same. */
async function writeUnchanged(
  type: ResourceType,
  object: KubeObject,
  { cluster }: ApplyContext,
): Promise<'written' | 'kept' | 'refused'> {
  try {
    const { object: after } = await cluster.replace(type, object)
    return after.metadata.resourceVersion === object.metadata.resourceVersion ? 'kept' : 'written'
  } catch (error) {
    if (isRefusal(error, 'Conflict', 'NotFound')) return 'written'
    if (isRefusal(error, 'Invalid')) return 'refused'
    throw error
  }
}

function notMigrated(type: ResourceType, refused: readonly string[]): SparkopsError {
  const shown = refused.slice(0, 5).join(', ')
  return new SparkopsError({
    code: 'SO_NOT_MIGRATED',
    message: `${refused.length} ${type.resource} cannot be written into the new version: ${shown}${refused.length > 5 ? ', …' : ''}`,
    why: 'they do not fit its schema; the old version stays served, and nothing was lost',
    hint: 'correct what "sparkops operator plan" lists under OP-CRD-OBJECT-INVALID, and resume',
    exit: 'findings',
  })
}

function storedVersionsOf({ status }: KubeObject): readonly string[] {
  return (status as { storedVersions?: string[] } | undefined)?.storedVersions ?? []
}

function gone(payload: Json): Look {
  const { name, crd } = payload as { name?: string; crd?: string }
  return { state: 'drifted', why: `the CRD ${name ?? String(crd)} is gone` }
}
