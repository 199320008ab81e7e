/** The fields of an application that an operator version has, and those of the pod templates within. */
import type { FieldType, StructType } from '../../pods/schema.ts'
import { structType } from '../../pods/schema.ts'
import { isAtLeast, versionOf } from '../../pods/versions.ts'
import { APPLICATION_FIELDS, FIELD_VERSIONS } from './application-fields.ts'

export interface Field {
  type: FieldType
  /** The first version that has it; undefined where all have it. */
  since?: string
  isRequired: (version: readonly number[]) => boolean
  /** The only values there are. */
  values?: readonly string[]
}

export type Fields = ReadonlyMap<string, Field>

/** A set of types: the fields of a struct by its name. */
export type Schema = (struct: string) => Fields | undefined

let known: ReadonlyMap<string, Fields> | undefined

/** The types of the operator's definitions, in all versions; the roots are called as the kinds. */
export const APPLICATION_SCHEMA: Schema = (struct) => {
  known ??= readTypes(APPLICATION_FIELDS)
  return known.get(struct)
}

const TEMPLATE: Fields = new Map([
  ['metadata', optional({ kind: 'struct', name: 'ObjectMeta', atomic: false })],
  ['spec', optional({ kind: 'struct', name: 'PodSpec', atomic: false })],
])
const converted = new WeakMap<StructType, Fields>()

/** The types of Kubernetes' core/v1, with `PodTemplateSpec` for what stands in `template`. */
export const TEMPLATE_SCHEMA: Schema = (struct) => {
  if (struct === 'PodTemplateSpec') return TEMPLATE
  const fields = structType(struct)
  if (fields === undefined) return undefined
  const made = converted.get(fields) ?? new Map([...fields].map(([name, type]) => [name, optional(type)]))
  converted.set(fields, made)
  return made
}

function optional(type: FieldType): Field {
  return { type, isRequired: () => false }
}

function readTypes(text: string): ReadonlyMap<string, Fields> {
  const types = new Map<string, Map<string, Field>>()
  let fields = new Map<string, Field>()
  for (const line of text.split('\n')) {
    const words = line.split(' ').filter((word) => word !== '')
    if (words.length > 0 && !line.startsWith(' ')) types.set(words.shift()!, (fields = new Map<string, Field>()))
    for (const word of words) {
      const equals = word.indexOf('=')
      fields.set(word.slice(0, equals), readField(word.slice(equals + 1)))
    }
  }
  return types
}

function readField(text: string): Field {
  const [, type = '', since, need] = /^(.*?)(?:@([\d.]+))?(?:\*([\d.,-]*))?$/.exec(text) ?? []
  const values = /^e\((.*)\)$/.exec(type)?.[1]?.split('|')
  return {
    type: values === undefined ? readType(type) : { kind: 'string' },
    ...(since !== undefined && { since }),
    isRequired: (version) => need !== undefined && isNeeded(need, version),
    ...(values !== undefined && { values }),
  }
}

function isNeeded(need: string, version: readonly number[]): boolean {
  if (need === '') return true
  if (need.startsWith('-')) return !isAtLeast(version, versionOf(need.slice(1))!)
  if (need.endsWith('-')) return isAtLeast(version, versionOf(need.slice(0, -1))!)
  const set = FIELD_VERSIONS.findLast((one) => isAtLeast(version, versionOf(one)!))
  return need.split(',').includes(set ?? '')
}

const SCALARS: Readonly<Record<string, FieldType['kind']>> = {
  s: 'string',
  i: 'integer',
  n: 'number',
  b: 'boolean',
  x: 'intOrString',
  any: 'any',
}

function readType(text: string): FieldType {
  if (text.startsWith('[')) return { kind: 'list', of: readType(text.slice(1, -1)), list: 'atomic', keys: [] }
  if (text.startsWith('{')) return { kind: 'map', of: readType(text.slice(1, -1)), atomic: false }
  const scalar = SCALARS[text]
  return scalar === undefined ? { kind: 'struct', name: text, atomic: false } : ({ kind: scalar } as FieldType)
}
