// Writes src/domain/app/schema/application-fields.ts: the fields of SparkApplication and ScheduledSparkApplication by
// operator version, from the CustomResourceDefinitions of its releases:
// `node scripts/application-schema.mjs 1.3.2=DIR 1.4.0=DIR …`, oldest first, each directory as it lies in
// charts/spark-operator-chart/crds at the release's tag.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'

const KINDS = ['SparkApplication', 'ScheduledSparkApplication']
const WIDTH = 116
/** @typedef {{ [name: string]: any }} Schema */
/** @typedef {{ type: string, since: string, needed: string[], fields?: Map<string, Node>, of?: Node, values?: string[] }} Node */

const sets = process.argv.slice(2).map((argument) => {
  const [version = '', directory = ''] = argument.split('=')
  return { version, kinds: readKinds(directory) }
})
if (sets.length === 0) throw new Error('usage: node scripts/application-schema.mjs VERSION=CRD_DIRECTORY …')
const versions = sets.map(({ version }) => version)

/** @type {Map<string, string>} text by name */
const types = new Map()
const names = new Map()
for (const kind of KINDS) {
  /** @type {Node | undefined} */
  let root
  for (const { version, kinds } of sets) {
    const schema = kinds.get(kind)
    if (schema !== undefined) root = merged(root, schema, version)
  }
  if (root !== undefined) nameOf(kind, root)
}
writeFileSync(new URL('../src/domain/app/schema/application-fields.ts', import.meta.url), text())
console.log(`${types.size} types`)

/** @param {string} directory @returns {Map<string, Schema>} */
function readKinds(directory) {
  const found = new Map()
  for (const file of readdirSync(directory)) {
    const crd = /** @type {Schema} */ (load(readFileSync(join(directory, file), 'utf8')))
    const listed = /** @type {Schema[]} */ (crd.spec.versions)
    const schema = listed.find((one) => one.storage === true)?.schema ?? crd.spec.validation
    found.set(crd.spec.names.kind, schema.openAPIV3Schema)
  }
  return found
}

/** @param {Node | undefined} node @param {Schema} schema @param {string} version @returns {Node} */
function merged(node, schema, version) {
  const result = node ?? { type: typeOf(schema), since: version, needed: [] }
  // A field that was a list of names and became a map keeps what it became.
  result.type = typeOf(schema)
  if (schema.enum) result.values = /** @type {string[]} */ (schema.enum).filter((value) => value !== '')
  if (schema.items) result.of = merged(result.of, schema.items, version)
  else if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    result.of = merged(result.of, schema.additionalProperties, version)
  if (schema.properties) {
    result.fields ??= new Map()
    for (const [name, property] of Object.entries(schema.properties)) {
      const field = merged(result.fields.get(name), property, version)
      result.fields.set(name, field)
      const required = /** @type {string[] | undefined} */ (schema.required)
      if (required?.includes(name)) field.needed.push(version)
    }
  }
  return result
}

/** @param {Schema} schema */
function typeOf(schema) {
  if (schema['x-kubernetes-int-or-string']) return 'x'
  if (schema.enum) return 'e'
  if (schema.items) return 'list'
  if (schema.properties) return 'struct'
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return 'map'
  return (
    /** @type {Record<string, string>} */ ({ string: 's', integer: 'i', number: 'n', boolean: 'b' })[schema.type] ??
    'any'
  )
}

/** @param {string} hint @param {Node} node @returns {string} */
function nameOf(hint, node) {
  const fields = [...(node.fields ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  const body = fields
    .filter(([name]) => name !== 'status')
    .map(
      ([name, field]) =>
        `${name}=${written(name, field)}${field.since === versions[0] ? '' : `@${field.since}`}${need(field)}`,
    )
    .join(' ')
  const known = names.get(body)
  if (known !== undefined) return known
  const first = hint.slice(0, 1).toUpperCase() + hint.slice(1)
  let name = first
  for (let n = 2; types.has(name); n++) name = `${first}${n}`
  types.set(name, body)
  names.set(body, name)
  return name
}

/** @param {string} name @param {Node} node @returns {string} */
function written(name, node) {
  if (node.type === 'struct') return nameOf(name, node)
  if (node.type === 'e') return `e(${(node.values ?? []).join('|')})`
  if (node.type === 'list') return `[${node.of ? written(name, node.of) : 'any'}]`
  if (node.type === 'map') return `{${node.of ? written(name, node.of) : 'any'}}`
  return node.type
}

/** The versions that require a field: `*` all that have it, `*2.1.0-` from one on, `*-1.6.2` before one. @param {Node} node */
function need({ needed, since }) {
  const first = needed[0]
  if (first === undefined) return ''
  const has = versions.slice(versions.indexOf(since))
  if (needed.length === has.length) return '*'
  const gaps = has.filter((version) => !needed.includes(version))
  if (first !== since && has.indexOf(first) + needed.length === has.length) return `*${first}-`
  if (first === since && gaps.length + needed.length === has.length && has.indexOf(gaps[0] ?? '') === needed.length)
    return `*-${gaps[0]}`
  return `*${needed.map((version) => version).join(',')}`
}

function text() {
  const lines = []
  for (const [name, body] of types) {
    let line = name
    for (const token of body.split(' ')) {
      if (line.length + token.length >= WIDTH) {
        lines.push(line)
        line = ' '
      }
      line += ` ${token}`
    }
    lines.push(line)
  }
  return `/**
 * The fields of SparkApplication and ScheduledSparkApplication in the CustomResourceDefinitions of kubeflow/spark-operator.
 * Written by scripts/application-schema.mjs; not edited by hand.
 *
 * A word at the margin names a type, the words after it its fields: \`s\` string, \`i\` integer, \`n\` number, \`b\` boolean,
 * \`x\` integer or string, \`e(a|b)\` one of these, \`[T]\` list, \`{T}\` map, \`any\` whatever it is; \`@V\` from version V on,
 * else always; \`*\` required, \`*V-\` from version V on, \`*-V\` before it.
 */
/** Each stands for itself and the releases up to the next. */
export const FIELD_VERSIONS = ${JSON.stringify(versions).replaceAll('"', "'").replaceAll(',', ', ')}

export const APPLICATION_FIELDS = \`
${lines.join('\n')}
\`
`
}
