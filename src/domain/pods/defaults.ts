/** Fills in what the API server fills in, by DEFAULT_RULES; the same for both sides of a comparison. */
import { type JsonMap, isMap, mapsAt } from './json.ts'
import { childPointer } from './path.ts'
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

function fill(value: unknown, type: FieldType, pointer: string, filled: Map<string, string>): void {
  if (type.kind === 'list' && Array.isArray(value))
    value.forEach((item, index) => fill(item, type.of, childPointer(pointer, index), filled))
  else if (type.kind === 'struct' && isMap(value)) fillStruct(value, type.name, pointer, filled)
}

function fillStruct(value: JsonMap, type: string, pointer: string, filled: Map<string, string>): void {
  const set = (name: string, to: unknown, rule: string): void => {
    value[name] = to
    filled.set(childPointer(pointer, name), rule)
  }
  for (const { field, value: to, zero, id } of rulesByType.get(type) ?? [])
    if (isUnset(value[field]) || (zero === true && quantityOf(value[field]) === 0n)) set(field, to, id)
  COMPUTED[type]?.(value, set)
  for (const [name, child] of Object.entries(value))
    fill(child, fieldType(type, name), childPointer(pointer, name), filled)
  if (type === 'PodSpec') fillHostPorts(value, pointer, filled)
  if (type === 'Container') fillRequests(value, pointer, filled)
}

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
    mapsAt(spec, list).forEach((container, place) =>
      mapsAt(container, 'ports').forEach((port, index) => {
        if (!isUnset(port['hostPort']) && port['hostPort'] !== 0) return
        port['hostPort'] = port['containerPort']
        filled.set(`${pointer}/${list}/${place}/ports/${index}/hostPort`, 'D43')
      }),
    )
}

function fillRequests(container: JsonMap, pointer: string, filled: Map<string, string>): void {
  const resources = container['resources']
  if (!isMap(resources) || !isMap(resources['limits'])) return
  const requests: JsonMap = isMap(resources['requests']) ? resources['requests'] : {}
  resources['requests'] = requests
  for (const [name, limit] of Object.entries(resources['limits'])) {
    if (Object.hasOwn(requests, name)) continue
    requests[name] = limit
    filled.set(childPointer(`${pointer}/resources/requests`, name), 'D42')
  }
}
