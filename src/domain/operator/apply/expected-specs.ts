/** What each object's spec must read like now: as it was, with what the run wrote, as the CRD of today shows it. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import { readCrd } from '../schema/crd.ts'
import { predictReadBack } from '../schema/defaults.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { fieldsOf, isFields } from './compare.ts'
import type { Reading } from './applications.ts'
import type { SpecChange } from './spec-changes.ts'

export type SpecVerdict = 'same' | 'edited' | 'different'

export interface Expectation {
  spec: unknown
  /** What it may read like as well: with fields that a narrower schema only hid, unless a write has ended them. */
  wider?: unknown
  /** Of the baseline's object: nobody had changed the spec later. */
  generation: number
  /** What the run wrote into it, or was about to: each is one generation more, where it was written. */
  writes: readonly Json[]
}

/** Gives, for an object of the baseline, what must be read of it. Undefined without a CRD. */
export async function expectations(
  type: ResourceType,
  changes: readonly SpecChange[],
  { cluster, signal }: Reading,
  wider: Readonly<Record<string, unknown>> = {},
): Promise<((item: KubeObject) => Expectation) | undefined> {
  const live = await cluster.get({ type: CRD_TYPE, name: `${type.resource}.${type.group}` }, signal)
  if (live === undefined) return undefined
  const { versions, preserveUnknownFields } = readCrd(live)
  const schema = versions.find(({ name }) => name === type.version)?.schema
  const changesOf = new Map<string, SpecChange[]>()
  for (const change of changes) changesOf.set(change.uid, [...(changesOf.get(change.uid) ?? []), change])
  const readBack = (item: KubeObject, own: readonly SpecChange[]): unknown =>
    predictReadBack(withChanges(item, own), schema, { preserveUnknownFields }).object.spec
  return (item) => {
    const { uid = '', generation = 0 } = item.metadata
    const own = changesOf.get(uid) ?? []
    return {
      spec: readBack(item, own),
      ...(uid in wider ? { wider: readBack({ ...item, spec: wider[uid] }, own) } : {}),
      generation,
      writes: own.map(({ merge }) => merge),
    }
  }
}

/** An object with what a run wrote into it. */
export function withChanges(item: KubeObject, changes: readonly SpecChange[]): KubeObject {
  return changes.reduce<unknown>((object, { merge }) => applyMerge(merge, object), item) as KubeObject
}

/** Compares a live object with what is expected of it. */
export function judgeSpec(live: KubeObject, expected: Expectation): SpecVerdict {
  if (sameJson(live.spec, expected.spec)) return 'same'
  if ('wider' in expected && sameJson(live.spec, expected.wider)) return 'same'
  // A write of the run that does not show gave way to somebody's: then theirs is the one that was counted.
  const own = expected.writes.filter((merge) => sameJson(fieldsOf(merge, live), merge)).length
  return (live.metadata.generation ?? 0) > expected.generation + own ? 'edited' : 'different'
}

/** Paths at which two values differ, the first few: `spec.driver.template`. */
export function differingPaths(expected: unknown, live: unknown, path = 'spec', most = 5): string[] {
  if (sameJson(expected, live)) return []
  if (!isFields(expected) || !isFields(live)) return [path]
  const names = [...new Set([...Object.keys(expected), ...Object.keys(live)])].sort()
  return names.flatMap((name) => differingPaths(expected[name], live[name], `${path}.${name}`, most)).slice(0, most)
}

/** JSON merge patch (RFC 7396). */
export function applyMerge(merge: Json, value: unknown): unknown {
  if (!isFields(merge)) return merge
  const result = new Map<string, unknown>(Object.entries(isFields(value) ? value : {}))
  for (const [name, inner] of Object.entries(merge)) {
    if (inner === null) result.delete(name)
    else result.set(name, applyMerge(inner, result.get(name)))
  }
  return Object.fromEntries(result)
}
