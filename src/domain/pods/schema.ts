/** The types of a pod's fields, read from CORE_V1: which lists are maps, which maps are owned whole, what is a quantity. */
import { CORE_V1 } from './core-v1.ts'
import { isMap } from './json.ts'

export type FieldType =
  | { kind: 'string' | 'integer' | 'number' | 'boolean' | 'quantity' | 'intOrString' | 'any' }
  | { kind: 'struct'; name: string; atomic: boolean }
  | { kind: 'map'; of: FieldType; atomic: boolean }
  | { kind: 'list'; of: FieldType; list: 'map' | 'set' | 'atomic'; keys: readonly string[] }

export type StructType = ReadonlyMap<string, FieldType>

export const ANY: FieldType = { kind: 'any' }
export const POD: FieldType = { kind: 'struct', name: 'Pod', atomic: false }

const SCALARS: Readonly<Record<string, FieldType>> = {
  s: { kind: 'string' },
  i: { kind: 'integer' },
  n: { kind: 'number' },
  b: { kind: 'boolean' },
  q: { kind: 'quantity' },
  x: { kind: 'intOrString' },
  any: ANY,
}

let known: ReadonlyMap<string, StructType> | undefined

/** The fields of a type by the API's name for it, such as `Container`; undefined for a type we do not know. */
export function structType(name: string): StructType | undefined {
  known ??= readTypes(CORE_V1)
  return known.get(name)
}

/** The type of a field; `any` where Kubernetes of that version does not know it. */
export function fieldType(struct: string, field: string): FieldType {
  return structType(struct)?.get(field) ?? ANY
}

/** What a value is, in words of people who read YAML. */
export function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return isMap(value) ? 'a map' : 'a single value'
}

/** What a value of a type should be. */
export function shapeOfType({ kind }: FieldType): string {
  if (kind === 'list') return 'a list'
  return kind === 'struct' || kind === 'map' ? 'a map' : 'a single value'
}

/** The type of what a map has under a name. */
export function typeBelow(type: FieldType, name: string): FieldType {
  if (type.kind === 'struct') return fieldType(type.name, name)
  return type.kind === 'map' ? type.of : ANY
}

function readTypes(text: string): ReadonlyMap<string, StructType> {
  const types = new Map<string, Map<string, FieldType>>()
  let fields = new Map<string, FieldType>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (!line.startsWith(' ')) types.set(line, (fields = new Map<string, FieldType>()))
    else for (const field of line.trim().split(' ')) addField(fields, field)
  }
  return types
}

function addField(fields: Map<string, FieldType>, text: string): void {
  const equals = text.indexOf('=')
  fields.set(text.slice(0, equals), readType(text.slice(equals + 1)))
}

function readType(text: string): FieldType {
  const list = /^\[(.+)\](map|set|atomic)(?::(.+))?$/.exec(text)
  if (list !== null)
    return {
      kind: 'list',
      of: readType(list[1]!),
      list: list[2] as 'map' | 'set' | 'atomic',
      keys: list[3]?.split(',') ?? [],
    }
  const map = /^\{(.+)\}(!?)$/.exec(text)
  if (map !== null) return { kind: 'map', of: readType(map[1]!), atomic: map[2] === '!' }
  return SCALARS[text] ?? { kind: 'struct', name: text.replace('!', ''), atomic: text.endsWith('!') }
}
