/** What a command is given to look at: the pods of files or of a capture, with the application and what it left out. */
import type { ObjectText } from '../../ports/object-files.ts'
import { SparkopsError } from '../errors.ts'
import { checkPod } from './check-shape.ts'
import { type JsonMap, at, textAt } from './json.ts'
import { type ReadObject, readObjects } from './read-objects.ts'
import { type SparkPod, sparkPodOf } from './spark-pod.ts'

export interface PodSet {
  from: string
  pods: SparkPod[]
  applications: { object: JsonMap; from: string }[]
  /** What was there and not used, for people. */
  skipped: string[]
  /** Why the set may not be whole, as a capture says of itself. */
  gaps: string[]
}

/** Reads all pods of some files. Throws exit 65 where there is no pod of Spark among them. */
export async function readPodSet(from: string, files: readonly ObjectText[]): Promise<PodSet> {
  const set: PodSet = { from, pods: [], applications: [], skipped: [], gaps: [] }
  let notSpark: SparkopsError | undefined
  for (const file of files) for (const read of await readObjects(file)) notSpark = addObject(set, read) ?? notSpark
  if (set.pods.length > 0) return set
  throw notSpark ?? noPods(from)
}

function addObject(set: PodSet, { object, from }: ReadObject): SparkopsError | undefined {
  const kind = textAt(object, 'kind')
  if (kind === 'SparkApplication') set.applications.push({ object, from })
  if (kind === 'PodCapture' && at(object, 'complete') === false)
    set.gaps.push(`${from}: the capture is not whole: ${textAt(object, 'reason') ?? 'it was cut short'}`)
  if (kind !== 'Pod') return undefined
  checkPod(object, from)
  try {
    set.pods.push(sparkPodOf(object, from))
    return undefined
  } catch (error) {
    if (!(error instanceof SparkopsError)) throw error
    set.skipped.push(`${error.message}: ${error.why ?? ''}`)
    return error
  }
}

function noPods(from: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_PODS',
    message: `${from} holds no pod`,
    why: 'none of its objects is of kind Pod',
    hint: 'kubectl get pods -l spark-role -o json --show-managed-fields gives such a file',
    exit: 'data',
  })
}
