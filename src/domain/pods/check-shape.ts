/** Whether an object has the shape that the API gives a pod: a list where a map should be is told with its place. */
import { isMap } from './json.ts'
import { pathOf } from './path.ts'
import { malformed } from './read-objects.ts'
import { isShared } from './shared-blocks.ts'
import { type FieldType, POD, shapeOf, shapeOfType, typeBelow } from './schema.ts'

/** Throws exit 65 at the first place of a wrong kind. Fields that we do not know pass: a newer API may have them. */
export function checkPod(pod: unknown, from: string): void {
  const fault = faultIn(pod, POD)
  if (fault === undefined) return
  throw malformed(`${from}: ${pathOf(fault.steps) || 'the pod'}`, fault.why)
}

interface Fault {
  /** Names and places on the way to it, the outermost first. */
  steps: (string | number)[]
  why: string
}

const NOTHING: Fault = { steps: [], why: 'it is nothing where a map should be' }

/** Values that were looked at already: pods have many in common. */
const right = new WeakMap<object, FieldType>()

function faultIn(value: unknown, type: FieldType): Fault | undefined {
  if (value === null || value === undefined || type.kind === 'any') return undefined
  if (typeof value === 'object' && right.get(value) === type) return undefined
  const [found, wanted] = [shapeOf(value), shapeOfType(type)]
  if (found !== wanted) return { steps: [], why: `it is ${found} where ${wanted} should be` }
  const fault = faultBelow(value, type)
  if (fault === undefined && isShared(value)) right.set(value, type)
  return fault
}

function faultBelow(value: unknown, type: FieldType): Fault | undefined {
  if (Array.isArray(value) && type.kind === 'list') {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index]
      const fault = item === null && type.of.kind === 'struct' ? NOTHING : faultIn(item, type.of)
      if (fault !== undefined) return { ...fault, steps: [index, ...fault.steps] }
    }
    return undefined
  }
  if (!isMap(value)) return undefined
  for (const name of Object.keys(value)) {
    const fault = faultIn(value[name], typeBelow(type, name))
    if (fault !== undefined) return { ...fault, steps: [name, ...fault.steps] }
  }
  return undefined
}
