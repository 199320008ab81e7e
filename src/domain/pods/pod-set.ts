/** What a command is given to look at: the pods of files or of a capture, with the application and what it left out. */
import type { ObjectText } from '../../ports/object-files.ts'
import type { CaptureManifest } from '../../ports/pod-capture.ts'
import { SparkopsError } from '../errors.ts'
import { checkPod } from './check-shape.ts'
import { type JsonMap, at, textAt } from './json.ts'
import { packedPod } from './packed-pods.ts'
import { malformed, readObjects } from './read-objects.ts'
import { type StoredObject, readStored } from './read-stored.ts'
import { SharedBlocks } from './shared-blocks.ts'
import { type SparkPod, sparkPodOf } from './spark-pod.ts'

/** Of both sides of a comparison: nothing that is read here is changed. */
const shared = new SharedBlocks()

export interface PodSet {
  from: string
  pods: SparkPod[]
  applications: { object: JsonMap; from: string }[]
  /** What captures among the files say of themselves: how each pod fared, and what was missed. */
  captures: { manifest: CaptureManifest; from: string }[]
  /** What was there and not used, for people. */
  skipped: string[]
  /** Why the set may not be whole, as a capture says of itself. */
  gaps: string[]
}

/** Reads all pods of some files. Throws exit 65 where there is no pod of Spark among them, unless a capture says so itself. */
export async function readPodSet(from: string, files: readonly ObjectText[]): Promise<PodSet> {
  const set: PodSet = { from, pods: [], applications: [], captures: [], skipped: [], gaps: [] }
  let notSpark: SparkopsError | undefined
  for (const file of files) {
    const lengths = LISTS.map((list) => set[list].length)
    const add = (read: StoredObject): void => void (notSpark = addObject(set, read) ?? notSpark)
    if (file.stored !== undefined && (await readStored(file, file.stored, { shared, add }))) continue
    LISTS.forEach((list, index) => set[list].splice(lengths[index]!))
    for await (const read of readObjects(file)) add(read)
  }
  if (set.pods.length > 0 || set.captures.length > 0) return set
  throw notSpark ?? noPods(from)
}

const LISTS = ['pods', 'applications', 'captures', 'skipped', 'gaps'] as const

function addObject(set: PodSet, { object, from, again }: StoredObject): SparkopsError | undefined {
  const kind = textAt(object, 'kind')
  if (kind === 'SparkApplication') set.applications.push({ object, from })
  if (kind === 'PodCapture') {
    const manifest = captureManifest(object, from)
    set.captures.push({ manifest, from })
    if (!manifest.complete) set.gaps.push(`${from}: the capture is not whole: ${manifest.reasons.join('; ')}`)
    if (manifest.pods.length === 0) set.gaps.push(`${from}: no pod was seen`)
  }
  if (kind !== 'Pod') return undefined
  checkPod(object, from)
  try {
    set.pods.push(packedPod(sparkPodOf(object, from), shared, again))
    return undefined
  } catch (error) {
    if (!(error instanceof SparkopsError)) throw error
    set.skipped.push(`${error.message}: ${error.why ?? ''}`)
    return error
  }
}

/** What is read of a manifest has its shape; the rest is not looked at. */
function captureManifest(object: JsonMap, from: string): CaptureManifest {
  const fault = ['pods', 'applications', 'reasons'].find((field) => !Array.isArray(object[field]))
  if (fault !== undefined) throw malformed(`${from}: ${fault}`, 'it is no list')
  if (typeof at(object, 'complete') !== 'boolean') throw malformed(`${from}: complete`, 'it is neither true nor false')
  return object as unknown as CaptureManifest
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
