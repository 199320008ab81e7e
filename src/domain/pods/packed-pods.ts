/**
 * Pods as text until they are looked at. Parsed, a pod takes ten times the room of its JSON, and thousands of pods are
 * read before the first two can be compared: which belong together is known only then.
 */
import { parseExact, stringifyExact } from '../exact-json.ts'
import type { JsonMap } from './json.ts'
import type { SparkPod } from './spark-pod.ts'

/** So many stay parsed: those of an application are looked at together, several times. */
const MOST_PARSED = 32
const parsed = new Map<object, JsonMap>()

/** Of pods that may be read again, those of so much text stay parsed: most of what they hold they have in common. */
const MOST_TEXT = 16 << 20
let kept = 0

/** Reads a pod from where it came from. */
export interface Reread {
  object: () => JsonMap
  /** Characters of its text. */
  size: number
}

/**
 * The same pod, whose object is parsed when it is asked for. It may be parsed again: nobody changes it.
 * @param again how to read it again; without it, its JSON is kept
 */
export function packedPod(pod: SparkPod, again?: Reread): SparkPod {
  kept += again?.size ?? 0
  if (again !== undefined && kept <= MOST_TEXT) return pod
  const unpack = again?.object ?? packed(pod.object)
  const key = {}
  return {
    ...pod,
    get object(): JsonMap {
      const known = parsed.get(key)
      if (known !== undefined) return known
      const object = unpack()
      parsed.set(key, object)
      if (parsed.size > MOST_PARSED) parsed.delete(parsed.keys().next().value!)
      return object
    },
  }
}

function packed(object: JsonMap): () => JsonMap {
  const text = stringifyExact(object)
  return () => parseExact(text) as JsonMap
}
