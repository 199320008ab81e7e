/** What the command line changes in an application before it is submitted. */
import { SparkopsError } from '../../errors.ts'
import { type JsonMap, isMap } from '../../pods/json.ts'
import { parseDocuments } from '../../pods/read-objects.ts'

export interface Overrides {
  /** `path=value`, as typed. */
  set: readonly string[]
  image: string | undefined
  nameSuffix: string | undefined
  namespace: string | undefined
}

/**
 * Maps of texts in a SparkApplication (api/v1beta2/sparkapplication_types.go). Below one of them the rest of a path is
 * one key, dots and all, and a value is a text, whatever it looks like.
 */
const TEXT_MAPS = new Set([
  'sparkConf',
  'hadoopConf',
  'labels',
  'annotations',
  'nodeSelector',
  'envVars',
  'serviceLabels',
  'serviceAnnotations',
  'ingressAnnotations',
])

/** Changes the object in place. Throws (exit 64) where a path leads nowhere. */
export function applyOverrides(object: JsonMap, { set, image, nameSuffix, namespace }: Overrides): void {
  for (const text of set) {
    const { path, value, isText } = parseAssignment(text)
    assign(object, path, isText ? value : readValue(value, text), text)
  }
  const metadata = mapIn(object, 'metadata')
  if (nameSuffix !== undefined && typeof metadata.name === 'string') metadata.name += nameSuffix
  if (namespace !== undefined) metadata.namespace = namespace
  if (image !== undefined) setImage(mapIn(object, 'spec'), image)
}

/** An image of one role alone would win over the common one. */
export function setImage(spec: JsonMap, image: string): void {
  spec.image = image
  for (const role of ['driver', 'executor']) {
    const part = spec[role]
    if (isMap(part) && part.image !== undefined) part.image = image
  }
}

type PathPart = string | number

interface Assignment {
  path: PathPart[]
  value: string
  isText: boolean
}

const PART = /\.?([^.[\]"=]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y

function parseAssignment(text: string): Assignment {
  const path: PathPart[] = []
  let at = 0
  while (at < text.length && text[at] !== '=') {
    const above = path.at(-1)
    if (typeof above === 'string' && TEXT_MAPS.has(above) && text[at] === '.') {
      const end = text.indexOf('=', at)
      if (end <= at + 1) throw noAssignment(text)
      path.push(text.slice(at + 1, end))
      at = end
      break
    }
    PART.lastIndex = at
    const part = PART.exec(text)
    if (part === null) throw noAssignment(text)
    path.push(part[2] === undefined ? (part[1] ?? part[3]!.replace(/\\(.)/g, '$1')) : Number(part[2]))
    at = PART.lastIndex
  }
  if (path.length === 0 || text[at] !== '=') throw noAssignment(text)
  const map = path.at(-2)
  return { path, value: text.slice(at + 1), isText: typeof map === 'string' && TEXT_MAPS.has(map) }
}

/** As kubectl reads YAML: numbers, booleans, null (which removes), and lists and maps in their flow form. */
function readValue(text: string, assignment: string): unknown {
  if (text === '') return ''
  try {
    return parseDocuments(text, '--set')[0]
  } catch (error) {
    throw unusable(assignment, (error as SparkopsError).why ?? 'its value cannot be read')
  }
}

function assign(root: JsonMap, path: readonly PathPart[], value: unknown, text: string): void {
  let place: unknown = root
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1
    if (typeof part === 'number') {
      if (!Array.isArray(place)) throw unusable(text, `there is no list before [${part}]`)
      if (part > place.length) throw unusable(text, `the list before [${part}] has ${place.length} items`)
      if (isLast) place.splice(part, 1, ...(value === null ? [] : [value]))
      else place = place[part] ??= {}
    } else {
      if (!isMap(place) || part === '__proto__') throw unusable(text, `there are no fields before ${part}`)
      if (!isLast) place = place[part] ??= typeof path[index + 1] === 'number' ? [] : {}
      else if (value === null) Reflect.deleteProperty(place, part)
      else place[part] = value
    }
  }
}

function mapIn(object: JsonMap, name: string): JsonMap {
  const found = (object[name] ??= {})
  if (isMap(found)) return found
  throw unusable(name, `${name} is no map`)
}

function noAssignment(text: string): SparkopsError {
  return unusable(text, 'it is not of the form PATH=VALUE')
}

function unusable(text: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_OVERRIDE',
    message: `--set ${text} cannot be used`,
    why,
    hint: 'for example --set spec.executor.instances=1, or --set spec.sparkConf.spark.eventLog.enabled=false',
    exit: 'usage',
  })
}
