/**
 * Where an application reads and writes, as far as its manifest tells. Nothing here runs the job: a table that its code
 * names is not seen, and that is said. What may be written counts as written.
 */
import { cloneJson, isMap, type JsonMap, mapAt, mapsAt, scalarText, textAt } from '../../pods/json.ts'

export interface DataPlace {
  /** `spec.arguments[3]` */
  path: string
  /** The address itself. */
  address: string
  /** `unknown` is met as `writes`. */
  use: 'reads' | 'writes' | 'unknown'
  /** Why it is taken for that. */
  why: string
}

export interface DataPlaces {
  places: DataPlace[]
  /** What the manifest cannot tell, for people. */
  unknowable: string[]
}

/** An address with a scheme, jdbc's in front of it included. Ends where a list or a quotation would go on. */
const ADDRESS = /(?:jdbc:)?[a-z][a-z0-9+.-]*:\/\/[^\s"'`,;<>|]+/gi
/** In the image, or no data. */
const HARMLESS = /^(?:local|spark|k8s|https?):\/\//i
const WRITES =
  /(?:^|[^a-z])(?:out|output|outputs|dest|destination|target|sink|write|save|checkpoint|checkpoints|warehouse|staging|result|results|to)(?:[^a-z]|$)/i
/** Stricter, since what counts as read is not asked about: the name must end so. */
const READS =
  /(?:^|[^a-z])(?:in|input|inputs|src|source|sources|jar|jars|config|conf)(?:[-_.]?(?:path|paths|uri|url|dir|file|location|bucket))?$/i

/** Keys whose use Spark's documentation says (docs/configuration.md, docs/running-on-kubernetes.md, sql and iceberg). */
const KNOWN_KEYS: readonly (readonly [RegExp, DataPlace['use'], string])[] = [
  [/^spark\.eventLog\.dir$/, 'writes', 'event logs are written there'],
  [/^spark\.sql\.warehouse\.dir$/, 'writes', 'tables are written there'],
  [/checkpoint(?:Location|\.dir|Dir)?$/i, 'writes', 'two runs of one checkpoint destroy each other’s progress'],
  [/^spark\.kubernetes\.file\.upload\.path$/, 'writes', 'files are uploaded there'],
  [/^spark\.sql\.catalog\.[^.]+\.warehouse$/, 'writes', 'tables of the catalog are written there'],
  [/^spark\.sql\.catalog\.[^.]+\.(?:uri|url)$/, 'unknown', 'tables of the catalog may be written through it'],
  [/hive\.metastore\.uris$/, 'unknown', 'tables may be written through it'],
  [/^(?:spark\.hadoop\.)?fs\.defaultFS$/, 'unknown', 'every path without a scheme is there'],
  [
    /^spark\.(?:jars|files|archives|submit\.pyFiles|yarn\.dist\.\w+)(?:\.|$)/,
    'reads',
    'dependencies are read from there',
  ],
  [/^spark\.hadoop\.fs\..*\.endpoint$/, 'reads', 'the address of a store, not a place in it'],
]

/** All places of a spec. */
export function dataPlaces(spec: JsonMap): DataPlaces {
  const places: DataPlace[] = []
  const args = Array.isArray(spec.arguments) ? spec.arguments.map(scalarText) : []
  for (const [index, text] of args.entries()) {
    const before = args[index - 1] ?? ''
    const isNamedBefore = before.startsWith('-') && !before.includes('=')
    const name = text.startsWith('-') ? text.split('=')[0]! : isNamedBefore ? before : ''
    places.push(...placesIn(text, `spec.arguments[${index}]`, name, /^\/\S+/.test(text)))
  }
  for (const map of ['sparkConf', 'hadoopConf'] as const) {
    for (const [key, value] of Object.entries(mapAt(spec, map)))
      places.push(...placesIn(scalarText(value), `spec.${map}[${JSON.stringify(key)}]`, key, false))
  }
  for (const role of ['driver', 'executor'] as const) {
    for (const { name, value } of variablesOf(spec, role))
      places.push(...placesIn(value, `spec.${role}.env[${name}]`, name, false))
  }
  return { places: [...places, ...volumePlaces(spec)], unknowable: unknowableOf(spec) }
}

/** The same spec with every address that begins so moved; whole parts of a path only. Gives the places it changed. */
export function mapAddresses(spec: JsonMap, maps: readonly (readonly [from: string, to: string])[]): JsonMap {
  if (maps.length === 0) return spec
  const moved = (text: string): string =>
    text.replace(/(?:(?:jdbc:)?[a-z][a-z0-9+.-]*:\/|^)\/[^\s"'`,;<>|]*/gi, (address) => {
      const found = maps.find(([from]) => isBelow(address, from))
      return found === undefined ? address : found[1] + address.slice(found[0].length)
    })
  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') return moved(value)
    if (Array.isArray(value)) return value.map(visit)
    return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visit(one)])) : value
  }
  const copy = cloneJson(spec)
  for (const field of ['arguments', 'sparkConf', 'hadoopConf'])
    if (copy[field] !== undefined) copy[field] = visit(copy[field])
  for (const role of ['driver', 'executor']) {
    const part = copy[role]
    if (!isMap(part)) continue
    for (const field of ['env', 'envVars']) if (part[field] !== undefined) part[field] = visit(part[field])
    for (const container of mapsAt(part, 'template', 'spec', 'containers'))
      if (container.env !== undefined) container.env = visit(container.env)
  }
  return copy
}

/** Whether an address is this one, or in it: `s3://a/b` is below `s3://a`, and `s3://ab` is not. */
export function isBelow(address: string, prefix: string): boolean {
  if (!address.startsWith(prefix)) return false
  const next = address[prefix.length]
  return prefix.endsWith('/') || next === undefined || /[/?:]/.test(next)
}

function placesIn(text: string, path: string, name: string, isPath: boolean): DataPlace[] {
  const addresses = isPath ? [text] : [...text.matchAll(ADDRESS)].map(([address]) => address)
  return addresses.filter((address) => !HARMLESS.test(address)).map((address) => ({ path, address, ...useOf(name) }))
}

function useOf(name: string): Pick<DataPlace, 'use' | 'why'> {
  const known = KNOWN_KEYS.find(([pattern]) => pattern.test(name))
  if (known !== undefined) return { use: known[1], why: known[2] }
  const words = name.replace(/([a-z])([A-Z])/g, '$1-$2')
  if (WRITES.test(words)) return { use: 'writes', why: `${name} sounds like an output` }
  if (READS.test(words)) return { use: 'reads', why: `${name} sounds like an input` }
  return { use: 'unknown', why: 'nothing says whether it is read or written' }
}

function variablesOf(spec: JsonMap, role: string): { name: string; value: string }[] {
  const lists = [
    mapsAt(spec, role, 'env'),
    ...mapsAt(spec, role, 'template', 'spec', 'containers').map((one) => mapsAt(one, 'env')),
  ]
  const listed = lists.flat().map((one) => ({ name: textAt(one, 'name') ?? '', value: textAt(one, 'value') ?? '' }))
  return [
    ...listed,
    ...Object.entries(mapAt(spec, role, 'envVars')).map(([name, value]) => ({ name, value: scalarText(value) })),
  ]
}

/** A claim or a directory of the node that a container may write to. */
function volumePlaces(spec: JsonMap): DataPlace[] {
  const places: DataPlace[] = []
  for (const role of ['driver', 'executor'] as const) {
    const templates = mapsAt(spec, role, 'template', 'spec', 'containers')
    const mounts = [...mapsAt(spec, role, 'volumeMounts'), ...templates.flatMap((one) => mapsAt(one, 'volumeMounts'))]
    for (const volume of [...mapsAt(spec, 'volumes'), ...mapsAt(spec, role, 'template', 'spec', 'volumes')]) {
      const claim = textAt(volume, 'persistentVolumeClaim', 'claimName')
      const address = claim === undefined ? textAt(volume, 'hostPath', 'path') : `claim:${claim}`
      const isMounted = mounts.some(({ name, readOnly }) => name === volume.name && readOnly !== true)
      if (
        address === undefined ||
        claim === 'OnDemand' ||
        !isMounted ||
        textAt(volume, 'name')?.startsWith('spark-local-dir-') === true
      )
        continue
      places.push({
        path: `spec.volumes[${textAt(volume, 'name') ?? ''}]`,
        address,
        use: 'writes',
        why: `${role}s mount it and may write`,
      })
    }
  }
  return places
}

function unknowableOf(spec: JsonMap): string[] {
  const found = ['tables, topics and addresses that the code of the job itself names']
  for (const role of ['driver', 'executor']) {
    const hidden = mapsAt(spec, role, 'env').filter((one) => one.valueFrom !== undefined)
    if (hidden.length > 0)
      found.push(`values of ${role}.env from elsewhere: ${hidden.map((one) => textAt(one, 'name') ?? '').join(', ')}`)
    if (mapsAt(spec, role, 'envFrom').length > 0) found.push(`all variables of ${role}.envFrom`)
    if (Object.keys(mapAt(spec, role, 'envSecretKeyRefs')).length > 0) found.push(`values of ${role}.envSecretKeyRefs`)
  }
  for (const field of ['sparkConfigMap', 'hadoopConfigMap'])
    if (textAt(spec, field) !== undefined) found.push(`what ConfigMap ${textAt(spec, field)!} sets (${field})`)
  return found
}
