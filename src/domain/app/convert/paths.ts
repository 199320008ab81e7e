/** Places in an application: as effects name them, as JSON Pointers do, and as people read them. */
import { type JsonMap, isMap, mapsAt, textAt } from '../../pods/json.ts'
import type { FieldPath } from './conversion.ts'

/** `spec.driver.env[0].name`; names with other signs in quotes: `spec.sparkConf["spark.driver.cores"]`. */
export function formatPath(path: FieldPath): string {
  let text = ''
  for (const part of path)
    if (typeof part === 'number') text += `[${part}]`
    else if (!/^[A-Za-z_][\w/-]*$/.test(part)) text += `[${JSON.stringify(part)}]`
    else text += text === '' ? part : `.${part}`
  return text
}

/** The path of a field that an effect names, such as `driver.env[2]` or `volumes[name=data]`, in a spec. */
export function pathOfField(prefix: FieldPath, spec: JsonMap, field: string): FieldPath {
  const [, list, name] = /^(\w+)\[name=(.*)\]$/s.exec(field) ?? []
  if (list !== undefined) {
    const found = mapsAt(spec, list).findLastIndex((item) => textAt(item, 'name') === name)
    return [...prefix, list, found]
  }
  const parts = field.split(/[.[\]]+/).filter((part) => part !== '')
  return [...prefix, ...parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part))]
}

/** The path that a JSON Pointer (RFC 6901) names in an object. */
export function pathOfPointer(object: unknown, pointer: string): FieldPath {
  let node = object
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((token) => {
      const part = Array.isArray(node) ? Number(token) : token
      node = Array.isArray(node) ? (node as unknown[])[Number(token)] : isMap(node) ? node[token] : undefined
      return part
    })
}

/** Takes fields and items out; lists that are empty then go too. */
export function removePaths(object: JsonMap, paths: readonly FieldPath[]): void {
  const lists = new Map<string, { parent: FieldPath; indexes: Set<number> }>()
  for (const path of paths) {
    const last = path.at(-1)
    const parent = path.slice(0, -1)
    if (typeof last === 'number') {
      const list = lists.get(JSON.stringify(parent)) ?? { parent, indexes: new Set<number>() }
      list.indexes.add(last)
      lists.set(JSON.stringify(parent), list)
    } else if (last !== undefined) {
      const holder = valueAt(object, parent)
      if (isMap(holder)) Reflect.deleteProperty(holder, last)
    }
  }
  for (const { parent, indexes } of lists.values()) {
    const holder = valueAt(object, parent.slice(0, -1))
    const name = parent.at(-1)
    const list = valueAt(object, parent)
    if (!isMap(holder) || typeof name !== 'string' || !Array.isArray(list)) continue
    const kept = list.filter((_, index) => !indexes.has(index)) as unknown[]
    if (kept.length === 0) Reflect.deleteProperty(holder, name)
    else holder[name] = kept
  }
}

/** The value at a path, of own fields only. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((node, part) => {
    if (typeof part === 'number') return Array.isArray(node) ? (node as unknown[])[part] : undefined
    return isMap(node) && Object.hasOwn(node, part) ? node[part] : undefined
  }, object)
}
