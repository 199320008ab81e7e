/** The body that a pod was created from, as far as the pod can tell: without what the server and admission put there. */
import { type JsonMap, at, cloneJson, isMap, textAt } from '../json.ts'
import { managersOf } from '../managed-fields.ts'
import { notFromSubmitter } from '../provenance.ts'
import { treeOfObject } from '../shapes.ts'
import type { SparkPod } from '../spark-pod.ts'
import type { Place } from '../tree.ts'
import { SERVER_METADATA } from '../../server-metadata.ts'

export interface RequestBody {
  body: JsonMap
  /** Whether a webhook's own work may still be in it: the pod was stored, and does not say who set what. */
  isMixed: boolean
}

/**
 * A body to create the pod again from. Of a stored pod everything is taken away that its submitter does not own; what a
 * webhook put in place of a value of the submitter's stays, since nothing tells it.
 * @param without pointers into the pod: places to leave out as well
 */
export function requestBody(pod: SparkPod, without: readonly string[] = []): RequestBody {
  const isStored = textAt(pod.object, 'metadata', 'uid') !== undefined
  const body = cloneJson(pod.object)
  remove(body, [...(isStored ? pointersToRemove(pod) : []), ...without])
  const metadata = isMap(body['metadata']) ? body['metadata'] : {}
  for (const field of SERVER_METADATA) Reflect.deleteProperty(metadata, field)
  delete body['status']
  return { body: { ...body, metadata }, isMixed: isStored && managersOf(pod.object) === undefined }
}

function pointersToRemove(pod: SparkPod): string[] {
  const tree = treeOfObject(pod, pod.object)
  const noise = noisePointers(tree)
  if (managersOf(pod.object) === undefined) return noise
  return [...noise, ...notFromSubmitter(pod.object, tree).map(({ place }) => place.pointer)]
}

/** What in-tree admission adds to every pod is added again, and some of it may not be sent. */
function noisePointers(place: Place): string[] {
  if (place.noise?.side === 'either' && place.path.startsWith('spec.')) return [place.pointer]
  return place.node.kind === 'leaf' ? [] : [...place.node.children.values()].flatMap(noisePointers)
}

/** From the end of lists, so that the places before stay where they are. */
function remove(body: JsonMap, pointers: readonly string[]): void {
  const steps = [...new Set(pointers)].map((pointer) =>
    pointer
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
  )
  const byPlace = (one: readonly string[], other: readonly string[]): number => {
    const at = one.findIndex((step, place) => step !== other[place])
    const [a, b] = [one[at], other[at]]
    if (a === undefined || b === undefined) return other.length - one.length
    return /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(b) - Number(a) : a < b ? -1 : 1
  }
  for (const path of steps.sort(byPlace)) removeAt(body, path)
}

function removeAt(body: JsonMap, path: readonly string[]): void {
  const last = path.at(-1)!
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((node, step) => (Array.isArray(node) ? (node as unknown[])[Number(step)] : at(node, step)), body)
  if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else if (isMap(holder)) Reflect.deleteProperty(holder, last)
}
