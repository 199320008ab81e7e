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

/**
 * The same pod, whose object is parsed when it is asked for. It may be parsed again: nobody changes it.
 * @param again parses it from where it came from; without it, its JSON is kept
 */
export function packedPod(pod: SparkPod, again: () => JsonMap = packed(pod.object)): SparkPod {
  const key = {}
  return {
    ...pod,
    get object(): JsonMap {
      const known = parsed.get(key)
      if (known !== undefined) return known
      const object = again()
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
