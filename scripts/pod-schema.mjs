// Writes src/domain/pods/core-v1.ts from Kubernetes' own description of a pod, so that list keys, sets and quantities
// are the API's and not ours: `node scripts/pod-schema.mjs api/openapi-spec/v3/api__v1_openapi.json v1.35.4`, with the
// file as it lies in the kubernetes repository, or as a cluster serves it: `kubectl get --raw /openapi/v3/api/v1`. Another
// place to write to may follow.
import { readFileSync, writeFileSync } from 'node:fs'

const [file, version, into] = process.argv.slice(2)
if (file === undefined || version === undefined)
  throw new Error('usage: node scripts/pod-schema.mjs OPENAPI_V3_FILE KUBERNETES_VERSION [INTO]')
/** @typedef {{ [name: string]: any }} Schema */
/** @type {Record<string, Schema>} */
const schemas = JSON.parse(readFileSync(file, 'utf8')).components.schemas
const ROOT = 'io.k8s.api.core.v1.Pod'
/** Nothing is compared in these. */
const OPAQUE = new Set(['PodStatus', 'ManagedFieldsEntry', 'FieldsV1'])
const WIDTH = 116
/** @type {Record<string, string>} */
const SCALARS = { string: 's', integer: 'i', number: 'n', boolean: 'b' }

/** @type {Map<string, string[]>} */
const types = new Map()
visit(ROOT)
const target = into ?? new URL('../src/domain/pods/core-v1.ts', import.meta.url)
writeFileSync(target, text())
console.log(`${types.size} types`)

/** @param {string} name */
function visit(name) {
  const short = shortName(name)
  if (types.has(short) || OPAQUE.has(short)) return
  const fields = schemas[name]?.properties ?? {}
  if (Object.keys(fields).length === 0) return
  types.set(short, [])
  types.set(
    short,
    Object.entries(fields).map(([field, schema]) => `${field}=${typeOf(schema)}`),
  )
}

/** @param {Schema} schema @returns {string} */
function typeOf(schema) {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref
  if (reference !== undefined) return structOf(String(reference).split('/').pop() ?? '', schema)
  if (schema.type === 'array') return `[${typeOf(schema.items)}]${listKind(schema)}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return `{${typeOf(schema.additionalProperties)}}${schema['x-kubernetes-map-type'] === 'atomic' ? '!' : ''}`
  return SCALARS[schema.type] ?? 'any'
}

/** @param {string} name @param {Schema} schema @returns {string} */
function structOf(name, schema) {
  const short = shortName(name)
  if (short === 'Quantity') return 'q'
  if (short === 'IntOrString') return 'x'
  if (short === 'Time' || short === 'MicroTime') return 's'
  visit(name)
  if (!types.has(short)) return 'any'
  const isAtomic = [schemas[name], schema].some((one) => one?.['x-kubernetes-map-type'] === 'atomic')
  return isAtomic ? `${short}!` : short
}

/** @param {Schema} schema */
function listKind(schema) {
  const kind = schema['x-kubernetes-list-type']
  if (kind === 'map') return `map:${String(schema['x-kubernetes-list-map-keys'])}`
  if (kind === 'set') return 'set'
  // Older than the markers of server-side apply, and still what apply merges by.
  const mergeKey = schema['x-kubernetes-patch-merge-key']
  return kind === undefined && mergeKey !== undefined ? `map:${mergeKey}` : 'atomic'
}

/** @param {string} name */
function shortName(name) {
  return name.slice(name.lastIndexOf('.') + 1)
}

function text() {
  const body = [...types].map(([name, fields]) => `${name}\n${wrap(fields)}`).join('\n')
  return `/**
 * What Kubernetes ${version} says of a pod's fields. Written by scripts/pod-schema.mjs; not edited by hand.
 *
 * A line at the margin names a type, the lines below it its fields: \`s\` string, \`i\` integer, \`n\` number, \`b\` boolean,
 * \`q\` quantity, \`x\` integer or string, \`[T]\` list with its kind, \`{T}\` map, \`!\` atomic: owned as a whole.
 */
export const CORE_V1 = \`
${body}
\`
`
}

/** @param {string[]} fields */
function wrap(fields) {
  const lines = ['']
  for (const field of fields) {
    const line = lines.pop() ?? ''
    if (line !== '' && line.length + field.length + 3 > WIDTH) lines.push(line, field)
    else lines.push(line === '' ? field : `${line} ${field}`)
  }
  return lines.map((line) => `  ${line}`).join('\n')
}
