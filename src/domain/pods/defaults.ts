/** Fills in what the API server fills in, by DEFAULT_RULES; the same for both sides of a comparison. */
import { type JsonMap, cloneJson, isMap, mapsAt } from './json.ts'
import { childPointer } from './path.ts'
import { isShared } from './shared-blocks.ts'
import { DEFAULT_RULES, type DefaultRule } from './rules/default-rules.ts'
import { quantityOf } from './quantity.ts'
import { POD, type FieldType, fieldType } from './schema.ts'

/** Which values were filled in: rule by JSON Pointer. */
export type Defaulted = ReadonlyMap<string, string>

const rulesByType = new Map<string, DefaultRule[]>()
for (const rule of DEFAULT_RULES)
  if (rule.value !== undefined) rulesByType.set(rule.type, [...(rulesByType.get(rule.type) ?? []), rule])

/** Fills in the defaults of a pod that is the caller's own, and says which values are not the pod's. */
export function applyDefaults(pod: JsonMap): Defaulted {
  const filled = new Map<string, string>()
  fill(pod, POD, '', filled)
  return filled
}

/** Whether the defaults in a value follow from the value alone: those of a container and of a pod's spec do not. */
export function isOfItself(type: FieldType): boolean {
  const of = type.kind === 'list' ? type.of : type
  return of.kind !== 'struct' || !TOGETHER.has(of.name)
}

const TOGETHER: ReadonlySet<string> = new Set(['Pod', 'PodSpec', 'Container'])

/** A pod with the defaults of all that is not of itself; what is, is the pod's own still: `filledValue` fills it. */
export function filledFrame(pod: JsonMap, filled: Map<string, string>): JsonMap {
  const frame = frameOf(pod, POD) as JsonMap
  fill(frame, POD, '', filled, true)
  return frame
}

function frameOf(value: unknown, type: FieldType): unknown {
  if (type.kind === 'list' && Array.isArray(value)) return value.map((item) => frameOf(item, type.of))
  if (type.kind !== 'struct' || !isMap(value)) return value
  const copy = { ...value }
  for (const name of Object.keys(value)) {
    const below = fieldType(type.name, name)
    if (!isOfItself(below)) copy[name] = frameOf(value[name], below)
  }
  return copy
}

/** Values without anything to fill in, as pods have many in common. */
const whole = new WeakMap<object, FieldType>()

/** A value with its defaults: a copy, unless it has all of them. */
export function filledValue(value: unknown, type: FieldType, pointer: string, filled: Map<string, string>): unknown {
  if (Array.isArray(value) && type.kind === 'list')
    return value.map((item, index) => filledValue(item, type.of, childPointer(pointer, index), filled))
  if (!isMap(value) || type.kind !== 'struct' || whole.get(value) === type) return value
  const [copy, before] = [cloneJson(value), filled.size]
  fill(copy, type, pointer, filled)
  if (filled.size > before) return copy
  if (isShared(value)) whole.set(value, type)
  return value
}

function fill(value: unknown, type: FieldType, pointer: string, filled: Map<string, string>, isFrame = false): void {
  if (isFrame && isOfItself(type)) return
  if (type.kind === 'list' && Array.isArray(value))
    value.forEach((item, index) => fill(item, type.of, childPointer(pointer, index), filled, isFrame))
  else if (type.kind === 'struct' && isMap(value)) fillStruct(value, type.name, pointer, filled, isFrame)
}

function fillStruct(
  value: JsonMap,
  type: string,
  pointer: string,
  filled: Map<string, string>,
  isFrame: boolean,
): void {
  for (const { field, value: to, zero, id } of rulesByType.get(type) ?? NO_RULES) {
    if (!isUnset(value[field]) && !(zero === true && quantityOf(value[field]) === 0n)) continue
    value[field] = to
    filled.set(childPointer(pointer, field), id)
  }
  COMPUTED[type]?.(value, (name, to, rule) => {
    value[name] = to
    filled.set(childPointer(pointer, name), rule)
  })
  for (const name of Object.keys(value)) {
    const child = value[name]
    if (typeof child === 'object') fill(child, fieldType(type, name), childPointer(pointer, name), filled, isFrame)
  }
  if (type === 'PodSpec') fillHostPorts(value, pointer, filled)
  if (type === 'Container') fillRequests(value, pointer, filled)
}

const NO_RULES: readonly DefaultRule[] = []

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

type Fill = (name: string, to: unknown, rule: string) => void

const COMPUTED: Readonly<Record<string, (value: JsonMap, set: Fill) => void>> = {
  Container(container, set) {
    if (isUnset(container['imagePullPolicy']) && !isUnset(container['image']))
      set('imagePullPolicy', pullPolicyOf(container['image']), 'D40')
  },
  ImageVolumeSource(image, set) {
    if (isUnset(image['pullPolicy'])) set('pullPolicy', pullPolicyOf(image['reference']), 'D41')
  },
  Volume(volume, set) {
    const sources = Object.entries(volume).filter(([name, source]) => name !== 'name' && source !== null)
    if (sources.length === 0) set('emptyDir', {}, 'D44')
  },
  PodSpec(spec, set) {
    const name = [spec['serviceAccountName'], spec['serviceAccount']].find((one) => !isUnset(one)) ?? 'default'
    if (isUnset(spec['serviceAccountName'])) set('serviceAccountName', name, 'D45')
    if (isUnset(spec['serviceAccount'])) set('serviceAccount', name, 'D45')
  },
}

/** As the API server reads image names: a digest without a tag is not `latest` (pkg/util/parsers). */
export function pullPolicyOf(image: unknown): string {
  const name = typeof image === 'string' ? image : ''
  if (name.includes('@')) return /:latest@/.test(name) ? 'Always' : 'IfNotPresent'
  const tag = /:([^/:]*)$/.exec(name)?.[1]
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function fillHostPorts(spec: JsonMap, pointer: string, filled: Map<string, string>): void {
  if (spec['hostNetwork'] !== true) return
  for (const list of ['containers', 'initContainers'])
    mapsAt(spec, list).forEach((container, place) => fillPorts(container, `${pointer}/${list}/${place}/ports`, filled))
}

function fillPorts(container: JsonMap, pointer: string, filled: Map<string, string>): void {
  if (!Array.isArray(container['ports'])) return
  container['ports'] = container['ports'].map((port: unknown, index) => {
    if (!isMap(port) || (!isUnset(port['hostPort']) && port['hostPort'] !== 0)) return port
    filled.set(`${pointer}/${index}/hostPort`, 'D43')
    return { ...port, hostPort: port['containerPort'] }
  })
}

function fillRequests(container: JsonMap, pointer: string, filled: Map<string, string>): void {
  const resources = container['resources']
  if (!isMap(resources) || !isMap(resources['limits'])) return
  const requests: JsonMap = isMap(resources['requests']) ? { ...resources['requests'] } : {}
  container['resources'] = { ...resources, requests }
  for (const [name, limit] of Object.entries(resources['limits'])) {
    if (Object.hasOwn(requests, name)) continue
    requests[name] = limit
    filled.set(childPointer(`${pointer}/resources/requests`, name), 'D42')
  }
}
