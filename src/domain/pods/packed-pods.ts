/**
 * Pods that are parsed when they are looked at. Parsed, a pod takes ten times the room of its text, and thousands of pods
 * are read before the first two can be compared: which belong together is known only then.
 */
import { parseExact, stringifyExact } from '../exact-json.ts'
import type { JsonMap } from './json.ts'
import { apart } from './own-text.ts'
import type { SharedBlocks } from './shared-blocks.ts'
import { type SparkPod, mainContainerOf } from './spark-pod.ts'

/** So many stay parsed: a pod is looked at several times in a row, beside the one that it is held against. */
const MOST_PARSED = 8
/** No map: tables that a map has grown out of hold on to those after them, and so to every pod, until all is swept. */
const parsed: { key: object; made: JsonMap }[] = []
let oldest = 0

/**
 * The same pod, whose object is parsed when it is asked for. It may be parsed again: nobody changes it.
 * @param again reads it from where it came from; without it, its JSON is kept
 */
export function packedPod(pod: SparkPod, shared: SharedBlocks, again = packed(pod.object, shared)): SparkPod {
  const { role, name, namespace, application, attempt, sparkVersion, from } = pod
  const key = {}
  const object = (): JsonMap => {
    const known = parsed.find((one) => one.key === key)
    if (known !== undefined) return known.made
    const made = again()
    parsed[oldest] = { key, made }
    oldest = (oldest + 1) % MOST_PARSED
    return made
  }
  return {
    ...{ role, from, name: apart(name), application: apart(application), attempt: apart(attempt) },
    namespace: namespace && apart(namespace),
    sparkVersion: sparkVersion && apart(sparkVersion),
    get object(): JsonMap {
      return object()
    },
    get mainContainer(): string | undefined {
      return mainContainerOf(object(), role)
    },
  }
}

function packed(object: JsonMap, shared: SharedBlocks): () => JsonMap {
  const text = apart(stringifyExact(object))
  return () => {
    const pod = parseExact(text) as JsonMap
    shared.replaceItems(pod)
    return pod
  }
}
