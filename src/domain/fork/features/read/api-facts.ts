/**
 * Fields of the operator's own types, by their json tags and kubebuilder markers. Embedded Kubernetes types are leaves
 * here: what is inside them changes with the Kubernetes version, not with the operator.
 */
import type { SyntaxNode } from '@lezer/common'
import { dirname } from './paths.ts'
import type { Fact } from '../facts.ts'
import { children, commentAbove, eachNode, type GoSource, textOf, unquote } from './go-syntax.ts'

/** One struct of an API package. */
export interface ApiType {
  /** `v1beta2.SparkApplicationSpec` */
  name: string
  fields: ApiField[]
  /** Types whose fields stand in this one (`json:",inline"`). */
  inlined: string[]
  /** Holds metav1.TypeMeta and is no list: a custom resource of its own. */
  isRoot: boolean
}

export interface ApiField {
  json: string
  /** Own types as `v1beta2.X`, of which this field is made (also in maps, lists and pointers). */
  refers: string[]
}

export interface ApiFacts {
  facts: Fact[]
  types: ApiType[]
}

const MARKER = /^\+(?:kubebuilder:)?(?:validation:)?(\w+)(?:=(.*))?$/
/** Markers that decide what a user may write. */
const TOLD_MARKERS = new Set([
  'default',
  'Enum',
  'Minimum',
  'Maximum',
  'MinLength',
  'MaxLength',
  'MinItems',
  'MaxItems',
  'Pattern',
  'XValidation',
])

/** Reads the structs of one file of an API package. */
export function readApiFacts(path: string, source: GoSource): ApiFacts {
  const version = dirname(path).split('/').at(-1) ?? ''
  const found: ApiFacts = { facts: [], types: [] }
  eachNode(source, new Set(['TypeSpec']), (spec) => readType(found, { path, version, source }, spec))
  return found
}

interface Place {
  path: string
  version: string
  source: GoSource
}

function readType(found: ApiFacts, place: Place, spec: SyntaxNode): void {
  const body = spec.getChild('StructType')?.getChild('StructBody')
  const name = spec.getChild('DefName')
  if (!body || name === null) return
  const { source, version, path } = place
  const type: ApiType = { name: `${version}.${textOf(source, name)}`, fields: [], inlined: [], isRoot: false }
  let isList = false
  const facts: Fact[] = []
  for (const declaration of body.getChildren('FieldDecl')) {
    const embedded = embeddedName(source, declaration)
    if (embedded === 'metav1.TypeMeta') type.isRoot = true
    if (embedded === 'metav1.ListMeta') isList = true
    if (embedded?.includes('.') === false) type.inlined.push(`${version}.${embedded}`)
    if (embedded === undefined || jsonName(source, declaration) !== '')
      facts.push(...readField(place, type, declaration))
  }
  // A list is what the API server answers, nothing that anyone writes.
  if (isList) return
  found.facts.push(...facts)
  if (type.fields.length > 0 || type.isRoot) found.types.push(type)
  if (type.isRoot) found.facts.push({ area: 'kind', key: type.name, value: '', path })
}

function embeddedName(source: GoSource, declaration: SyntaxNode): string | undefined {
  if (declaration.getChild('FieldName') !== null) return undefined
  const type = declaration.firstChild
  return type === null ? undefined : textOf(source, type).replace(/^\*/, '')
}

function jsonName(source: GoSource, declaration: SyntaxNode): string {
  return jsonTag(source, declaration)?.split(',')[0] ?? ''
}

function jsonTag(source: GoSource, declaration: SyntaxNode): string | undefined {
  const tag = declaration.getChild('String')
  return tag === null ? undefined : /\bjson:"([^"]*)"/.exec(unquote(textOf(source, tag)))?.[1]
}

function readField(place: Place, type: ApiType, declaration: SyntaxNode): Fact[] {
  const { source, version, path } = place
  const tag = jsonTag(source, declaration)
  const json = jsonName(source, declaration)
  if (tag === undefined || json === '' || json === '-') return []
  if (type.isRoot && json === 'metadata') return []
  const node = typeNode(declaration)
  const goType = node === undefined ? '' : textOf(source, node)
  const comment = commentAbove(source, declaration)
  const markers = comment.filter((line) => line.startsWith('+'))
  const isOptional =
    /,omit(empty|zero)/.test(tag) || markers.some((line) => /^\+(kubebuilder:validation:)?[oO]ptional$/.test(line))
  const rules = markers.flatMap((line) => {
    const marker = MARKER.exec(line)
    return marker !== null && TOLD_MARKERS.has(marker[1]!) ? [`${marker[1]}=${marker[2] ?? ''}`] : []
  })
  const value = [plainType(goType), isOptional ? 'optional' : 'required', ...rules.sort()].join('; ')
  const doc = firstSentence(comment.filter((line) => !line.startsWith('+')))
  const own = [...goType.matchAll(/(?<![\w.])([A-Z]\w*)/g)].map(([, name]) => `${version}.${name!}`)
  type.fields.push({ json, refers: own })
  return [{ area: 'crd', key: `${type.name}.${json}`, value, path, doc }]
}

function typeNode(declaration: SyntaxNode): SyntaxNode | undefined {
  return children(declaration).find(
    ({ name }) => !['FieldName', ',', 'String', 'LineComment', 'BlockComment'].includes(name),
  )
}

/** What a user writes is the same with and without a pointer; the alias of an import is the file's own affair. */
function plainType(goType: string): string {
  return goType.replace(/\*/g, '').replace(/\b(?:api|core)v1\./g, 'v1.')
}

/** The first sentence of a comment. */
export function firstSentence(lines: readonly string[]): string {
  const text = lines.join(' ').replace(/\s+/g, ' ').trim()
  return /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text
}

/** For each field (`v1beta2.DriverSpec.env`) the places where a user writes it (`SparkApplication.spec.driver.env`). */
export function fieldPlaces(types: readonly ApiType[]): Map<string, string[]> {
  const byName = new Map(types.map((type) => [type.name, type]))
  const places = new Map<string, string[]>()
  const visit = (type: ApiType, prefix: string, seen: readonly string[]): void => {
    for (const { json, refers } of type.fields) {
      const place = `${prefix}.${json}`
      const id = `${type.name}.${json}`
      places.set(id, [...(places.get(id) ?? []), place])
      for (const name of refers) descend(name, place, seen)
    }
    for (const name of type.inlined) descend(name, prefix, seen)
  }
  const descend = (name: string, prefix: string, seen: readonly string[]): void => {
    const next = byName.get(name)
    if (next !== undefined && !seen.includes(name) && seen.length < 12) visit(next, prefix, [...seen, name])
  }
  for (const root of types) if (root.isRoot) visit(root, root.name.replace(/^.*\./, ''), [root.name])
  return places
}
