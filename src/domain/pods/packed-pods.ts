/**
 * Pods that are parsed when they are looked at. Parsed, a pod takes ten times the room of its text, and thousands of pods
 * are read before the first two can be compared: which belong together is known only then.
 */
import { Buffer } from 'node:buffer'
import { parseExact, stringifyExact } from '../exact-json.ts'
import type { JsonMap } from './json.ts'
import { type SparkPod, mainContainerOf } from './spark-pod.ts'

/** So many stay parsed: those of an application are looked at together, several times. */
const MOST_PARSED = 32
const parsed = new Map<object, JsonMap>()

/**
 * The same pod, whose object is parsed when it is asked for. It may be parsed again: nobody changes it.
 * @param again reads it from where it came from; without it, its JSON is kept
 */
export function packedPod(pod: SparkPod, again: () => JsonMap = packed(pod.object)): SparkPod {
  const { role, name, namespace, application, attempt, sparkVersion, from } = pod
  const key = {}
  const object = (): JsonMap => {
    const known = parsed.get(key)
    if (known !== undefined) return known
    const made = again()
    parsed.set(key, made)
    if (parsed.size > MOST_PARSED) parsed.delete(parsed.keys().next().value!)
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

const ASCII = /^[ -~]*$/

/** The same text without what it was cut from: V8 would keep all of a file for a name in it. */
export function apart(text: string): string {
  // Names are ASCII nearly always, and then take half the room.
  const encoding = ASCII.test(text) ? 'latin1' : 'utf16le'
  return Buffer.from(text, encoding).toString(encoding)
}

function packed(object: JsonMap): () => JsonMap {
  const text = stringifyExact(object)
  return () => parseExact(text) as JsonMap
}
