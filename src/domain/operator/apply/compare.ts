/** Whether an object of the cluster is what a step wants it to be, or what the plan saw. */
import type { KubeObject, ObjectMeta } from '../../../ports/cluster.ts'
import { sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'

type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether everything that `wanted` says is so in `live`, which may say more: the server fills defaults in. What is
 * wanted empty or null may be absent.
 */
export function isWithin(wanted: unknown, live: unknown): boolean {
  if (isNothing(wanted)) return isNothing(live) || sameJson(wanted, live)
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && wanted.length === live.length && wanted.every((item, index) => isWithin(item, live[index]))
    )
  }
  if (!isFields(wanted)) return wanted === live
  return isFields(live) && Object.entries(wanted).every(([name, value]) => isWithin(value, live[name]))
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  return isFields(value) && Object.values(value).every(isNothing)
}

/** An object without what only the server writes: ready to be created again, or to be compared. */
export function bare(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = metadata
  const kept = { name, namespace, labels, annotations, finalizers, ownerReferences }
  const said = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
  return { ...rest, metadata: said as unknown as ObjectMeta }
}

/** Whether an object is still the one that was seen, but for what the server writes by itself. */
export function isStill(seen: KubeObject, live: KubeObject): boolean {
  return isWithin(bare(seen), bare(live))
}

/** The fields that a merge patch names, as an object has them now; null where it has none. */
export function fieldsOf(merge: Json, object: unknown): Json {
  if (!isFields(merge)) return (object ?? null) as Json
  const from = isFields(object) ? object : {}
  return Object.fromEntries(Object.entries(merge).map(([name, value]) => [name, fieldsOf(value, from[name])]))
}
