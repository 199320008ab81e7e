/** Whether an object has the shape that the API gives a pod: a list where a map should be is told with its place. */
import { isMap } from './json.ts'
import { fieldPath, itemPath } from './path.ts'
import { malformed } from './read-objects.ts'
import { isShared } from './shared-blocks.ts'
import { type FieldType, POD, fieldType } from './schema.ts'

const NAMES: Readonly<Record<string, string>> = { struct: 'a map', map: 'a map', list: 'a list' }

/** Throws exit 65 at the first place of a wrong kind. Fields that we do not know pass: a newer API may have them. */
export function checkPod(pod: unknown, from: string): void {
  check(pod, POD, '', from)
}

/** Values that were looked at already: pods have many in common. */
const right = new WeakMap<object, FieldType>()

function check(value: unknown, type: FieldType, path: string, from: string): void {
  if (value === null || value === undefined || type.kind === 'any') return
  if (typeof value === 'object' && right.get(value) === type) return
  const found = Array.isArray(value) ? 'a list' : isMap(value) ? 'a map' : 'a single value'
  const wanted = NAMES[type.kind] ?? 'a single value'
  if (found !== wanted)
    throw malformed(`${from}: ${path === '' ? 'the pod' : path}`, `it is ${found} where ${wanted} should be`)
  if (Array.isArray(value) && type.kind === 'list')
    value.forEach((item, index) => {
      const place = itemPath(path, String(index))
      if (item === null && type.of.kind === 'struct')
        throw malformed(`${from}: ${place}`, 'it is nothing where a map should be')
      check(item, type.of, place, from)
    })
  else if (isMap(value))
    for (const [name, child] of Object.entries(value)) check(child, below(type, name), fieldPath(path, name), from)
  if (isShared(value)) right.set(value, type)
}

function below(type: FieldType, field: string): FieldType {
  if (type.kind === 'struct') return fieldType(type.name, field)
  return type.kind === 'map' ? type.of : { kind: 'any' }
}
