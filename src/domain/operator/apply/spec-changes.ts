/** Values written into specs while no controller runs, and taken out again. Each write is guarded and remembered. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { isRefusal, KubeStatusError } from '../../kube-error.ts'
import { digestOf, sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import type { DefaultRule, FillDefaultsPayload, RestoreSpecsPayload } from '../steps/payloads.ts'
import { nameOf } from '../discover/kinds.ts'
import { objectName } from '../steps/operator-step.ts'
import { listAll, stateOf } from './applications.ts'
import { fieldsOf, isFields } from './compare.ts'
import { despiteOthers } from './conflicts.ts'
import type { ApplyContext, RunAccess } from './context.ts'
import { guarded } from './objects.ts'
import { othersTake } from './others.ts'

/** A change of one object: what is written, and what was there. */
export interface SpecChange {
  namespace: string
  name: string
  uid: string
  merge: Json
  before: Json
}

/** Enough for anybody's edits; a program that keeps changing an object back must not keep the run for ever. */
const ROUNDS_MAX = 10

export const fillDefaults: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { type } = payload as unknown as FillDefaultsPayload
    const missing = await missingDefaults(payload, context)
    // Those made since this process has filled in the rest are like any that are made later: not what the step is for.
    const filled = context.seen.get(context.step.id)?.value.split(' ')
    if (missing.some(({ uid }) => filled?.includes(uid) ?? true)) return { state: 'ready' }
    return { state: 'done', facts: { filled: [], refused: await refusedNames(type, context.run) } }
  },
  act: async (payload, context) => {
    const { type } = payload as unknown as FillDefaultsPayload
    const changes: SpecChange[] = []
    // Somebody may write the same object meanwhile: what is missing then is filled in on top of theirs.
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const missing = await missingDefaults(payload, context)
      if (missing.length === 0) break
      changes.push(...missing)
      await writeAll(type, missing, context)
    }
    const filled = changes.map(({ uid }) => uid).join(' ')
    context.seen.set(context.step.id, { value: filled, since: context.clock.now() })
    const refused = await refusedNames(type, context.run)
    return { filled: namesOf(changes, refused), refused }
  },
  holds: (payload) => `specs:${(payload as unknown as FillDefaultsPayload).type.resource}`,
}

export const restoreSpecs: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { restorable, changed } = await restorations(payload, context)
    return restorable.length > 0
      ? { state: 'ready' }
      : { state: 'done', facts: { restored: [], keptAsChanged: changed } }
  },
  act: async (payload, context) => {
    const { type } = payload as unknown as RestoreSpecsPayload
    const { restorable, changed } = await restorations(payload, context)
    await writeAll(type, restorable, context)
    const refused = await refusedNames(type, context.run)
    return { restored: namesOf(restorable, refused), keptAsChanged: changed, refused }
  },
  holds: (payload) => `specs:${(payload as unknown as RestoreSpecsPayload).type.resource}`,
}

/** Each once. */
function namesOf(changes: readonly SpecChange[], except: readonly string[]): string[] {
  const names = changes.map(({ namespace, name }) => `${namespace}/${name}`)
  return [...new Set(names)].filter((name) => !except.includes(name))
}

async function missingDefaults(payload: Json, context: ApplyContext): Promise<SpecChange[]> {
  const { type, rules, fixes, exceptStates, others } = payload as unknown as FillDefaultsPayload
  const isOthers = await othersTake(others, context)
  const fixOf = new Map(fixes.map((fix) => [`${fix.namespace}/${fix.name}/${fix.uid}`, fix]))
  const changes: SpecChange[] = []
  const refused = await refusedUids(type, context.run)
  const objects = await listAll(type, context)
  for (const object of objects) {
    const { namespace = '', name, uid = '' } = object.metadata
    if (refused.has(uid) || isOthers(object)) continue
    const fix = fixOf.get(`${namespace}/${name}/${uid}`)
    const filled = exceptStates.includes(stateOf(object)) ? undefined : defaultsFor(object, rules)
    const merge = fix && digestOf(object.spec) === fix.specHash ? mergeOf(filled ?? {}, fix.merge) : filled
    if (merge === undefined || sameJson(fieldsOf(merge, object), merge)) continue
    changes.push({ namespace, name, uid, merge, before: fieldsOf(merge, object) })
  }
  return changes
}

/** A merge patch with what the rules fill in; undefined where nothing is missing. */
function defaultsFor(object: KubeObject, rules: readonly DefaultRule[]): Json | undefined {
  let merge: Json | undefined
  for (const { path, value, when } of rules) {
    if (!when.every((has) => has.in.some((one) => sameJson(one, at(object, has.path) ?? null)))) continue
    const parent = at(object, path.slice(0, -1))
    const isMissing = (at(object, path) ?? '') === ''
    // A value is filled into what is there: a schedule without a restart policy gets none of its parts.
    if (!isMissing || (parent !== undefined && !isFields(parent))) continue
    merge = mergeOf(merge ?? {}, nested(path, value))
  }
  return merge
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value)
}

function nested(path: readonly string[], value: Json): Json {
  return path.reduceRight<Json>((inner, name) => ({ [name]: inner }), value)
}

/** Both patches; the second wins where they meet. */
function mergeOf(one: Json, other: Json): Json {
  if (!isFields(one) || !isFields(other)) return other
  const merged: Record<string, Json> = { ...(one as Record<string, Json>) }
  for (const [name, value] of Object.entries(other)) {
    merged[name] = name in merged ? mergeOf(merged[name]!, value) : value
  }
  return merged
}

async function restorations(
  payload: Json,
  context: ApplyContext,
): Promise<{ restorable: SpecChange[]; changed: string[] }> {
  const { type, ofStep } = payload as unknown as RestoreSpecsPayload
  const kept = (await context.run.keptBefore(keptName(type))) as KeptChanges[]
  const made = kept.filter(({ step }) => step === ofStep).flatMap(({ changes }) => changes)
  const live = new Map((await listAll(type, context)).map((object) => [object.metadata.uid, object]))
  const refused = await refusedUids(type, context.run)
  const restorable: SpecChange[] = []
  const changed: string[] = []
  // The last change of an object is taken back first.
  for (const change of made.reverse()) {
    const object = live.get(change.uid)
    if (object === undefined || refused.has(change.uid) || sameJson(fieldsOf(change.before, object), change.before))
      continue
    const isOurs = sameJson(fieldsOf(change.merge, object), change.merge)
    if (isOurs) restorable.push({ ...change, merge: change.before, before: change.merge })
    else changed.push(nameOf(object))
  }
  return { restorable, changed }
}

interface KeptChanges {
  step: string
  changes: SpecChange[]
}

function keptName(type: ResourceType): string {
  return `specs/${type.resource}`
}

/** What this run wrote into specs, or was about to; not what the server refused. */
export async function ownChanges(type: ResourceType, run: Pick<RunAccess, 'kept'>): Promise<SpecChange[]> {
  const refused = await refusedUids(type, run)
  const kept = (await run.kept(keptName(type))) as KeptChanges[]
  return kept.flatMap(({ changes }) => changes).filter(({ uid }) => !refused.has(uid))
}

async function writeAll(type: ResourceType, changes: readonly SpecChange[], context: ApplyContext): Promise<void> {
  await context.run.keep(keptName(type), { step: context.step.id, changes })
  for (const [index, change] of changes.entries()) {
    await writeUnlessInvalid(type, change, context)
    context.tell(`${index + 1} of ${changes.length} ${type.resource}`)
  }
}

interface Refused {
  uid: string
  name: string
  why: string
}

/**
 * An object that does not fit its schema, or that a webhook refuses, for reasons of its own takes no change of its spec (its status it does). It
 * stays as it is and is told: one such object must not keep all others between two versions.
 */
async function writeUnlessInvalid(type: ResourceType, change: SpecChange, context: ApplyContext): Promise<void> {
  try {
    await writeOne(type, change, context)
  } catch (error) {
    if (!isRefusal(error, 'Invalid') && !isDenied(error)) throw error
    const { uid, namespace, name } = change
    const refused: Refused = { uid, name: `${namespace}/${name}`, why: (error as Error).message }
    await context.run.keep(refusedName(type), refused)
  }
}

/** By a webhook: the one of 2.4 and newer takes no change of an application whose name is no DNS-1035 label. */
function isDenied(error: unknown): boolean {
  return error instanceof KubeStatusError && /^admission webhook ".*" denied the request/.test(error.status.message)
}

function refusedName(type: ResourceType): string {
  return `refused/${type.resource}`
}

async function refusedUids(type: ResourceType, run: Pick<RunAccess, 'kept'>): Promise<Set<string>> {
  return new Set(((await run.kept(refusedName(type))) as Refused[]).map(({ uid }) => uid))
}

async function refusedNames(type: ResourceType, run: Pick<RunAccess, 'kept'>): Promise<string[]> {
  return ((await run.kept(refusedName(type))) as Refused[]).map(({ name }) => name)
}

/** Writes unless somebody has changed the same fields meanwhile, or the object is another one. */
async function writeOne(
  type: ResourceType,
  { namespace, name, uid, merge, before }: SpecChange,
  { cluster, signal }: ApplyContext,
): Promise<void> {
  const key = { type, namespace, name }
  await despiteOthers(objectName(key), async () => {
    const live = await cluster.get(key, signal)
    if (live === undefined || live.metadata.uid !== uid || !sameJson(fieldsOf(before, live), before)) return
    await cluster.patch(key, { type: 'merge', body: guarded(merge, live) })
  })
}
