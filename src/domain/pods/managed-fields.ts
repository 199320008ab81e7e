/** Who owns a place of a pod, from metadata.managedFields (FieldsV1 of server-side apply). */
import { canonicalJson } from '../canonical-json.ts'
import { type JsonMap, at, isMap, textAt } from './json.ts'
import { ANY, type FieldType, POD, typeBelow } from './schema.ts'

export interface Owner {
  manager: string
  operation: string
  /** The submitter: who created the object. Others changed it later. */
  isCreator: boolean
  /** The place is owned only as part of something that is owned whole. */
  asWhole: boolean
}

interface Manager {
  manager: string
  operation: string
  isCreator: boolean
  fields: JsonMap
}

/** The managers of a pod; undefined where the pod does not carry them. */
export function managersOf(pod: JsonMap): readonly Manager[] | undefined {
  const entries = at(pod, 'metadata', 'managedFields')
  if (!Array.isArray(entries) || entries.length === 0) return undefined
  const managers = entries.filter(isMap).map((entry) => ({
    manager: textAt(entry, 'manager') ?? '(unnamed)',
    operation: textAt(entry, 'operation') ?? '',
    time: textAt(entry, 'time') ?? '',
    // Status is written by others than those who ask for a pod.
    isSpec: textAt(entry, 'subresource') === undefined && at(entry, 'fieldsV1', 'f:spec', 'f:containers') !== undefined,
    fields: isMap(entry['fieldsV1']) ? entry['fieldsV1'] : {},
  }))
  const first = managers
    .filter(({ isSpec }) => isSpec)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))[0]
  return managers.map(({ manager, operation, fields }, index) => ({
    manager,
    operation,
    fields,
    isCreator: first !== undefined && managers[index] === first,
  }))
}

/** The owners of the place that a JSON Pointer names. */
export function ownersAt(managers: readonly Manager[], pod: JsonMap, pointer: string): Owner[] {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return managers.flatMap(({ manager, operation, isCreator, fields }) => {
    const found = lookUp(fields, pod, steps)
    return found === undefined ? [] : [{ manager, operation, isCreator, asWhole: found === 'whole' }]
  })
}

function lookUp(fields: JsonMap, pod: JsonMap, steps: readonly string[]): 'owned' | 'whole' | undefined {
  let [node, value, type]: [JsonMap, unknown, FieldType] = [fields, pod, POD]
  for (const step of steps) {
    // An empty set means the whole only for what is atomic; elsewhere the submitter sent it empty, and owns nothing in it.
    if (Object.keys(node).length === 0) return isAtomic(type) ? 'whole' : undefined
    const next = Array.isArray(value) ? itemNode(node, (value as unknown[])[Number(step)], step) : node[`f:${step}`]
    if (!isMap(next)) return undefined
    // A key that stood twice in the request is noted without what lies below it.
    if (Array.isArray(value) && Object.keys(next).length === 0) return 'whole'
    type = Array.isArray(value) ? (type.kind === 'list' ? type.of : ANY) : typeBelow(type, step)
    value = Array.isArray(value) ? (value as unknown[])[Number(step)] : at(value, step)
    node = next
  }
  return Object.keys(node).length === 0 && isAtomic(type) ? 'whole' : 'owned'
}

function isAtomic(type: FieldType): boolean {
  if (type.kind === 'list') return type.list === 'atomic'
  return (type.kind === 'struct' || type.kind === 'map') && type.atomic
}

function itemNode(node: JsonMap, item: unknown, index: string): unknown {
  const name = Object.keys(node).find((key) => {
    if (key.startsWith('k:')) return isMap(item) && hasKeys(item, key.slice(2))
    if (key.startsWith('v:')) return sameJson(item, key.slice(2))
    return key === `i:${index}`
  })
  return name === undefined ? undefined : node[name]
}

function hasKeys(item: JsonMap, text: string): boolean {
  const keys = parsed(text)
  return isMap(keys) && Object.entries(keys).every(([key, value]) => canonicalJson(item[key]) === canonicalJson(value))
}

function sameJson(item: unknown, text: string): boolean {
  return canonicalJson(item) === canonicalJson(parsed(text))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
