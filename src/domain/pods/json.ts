/** Plain JSON as it comes from a cluster or a file: the few questions that everything about pods asks of it. */

export type JsonMap = Record<string, unknown>

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The map at a place, or an empty one. */
export function mapAt(value: unknown, ...names: string[]): JsonMap {
  const found = at(value, ...names)
  return isMap(found) ? found : {}
}

/** The maps of the list at a place; items that are no maps are left out. */
export function mapsAt(value: unknown, ...names: string[]): JsonMap[] {
  const found = at(value, ...names)
  return Array.isArray(found) ? found.filter(isMap) : []
}

/** The text at a place; undefined where it is missing, empty or no text. */
export function textAt(value: unknown, ...names: string[]): string | undefined {
  const found = at(value, ...names)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** The value at a place, of a map's own fields only. */
export function at(value: unknown, ...names: string[]): unknown {
  let node = value
  for (const name of names) node = isMap(node) && Object.hasOwn(node, name) ? node[name] : undefined
  return node
}

/** A copy of its own; many times faster than structuredClone, which also copies what JSON cannot hold. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T
  if (!isMap(value)) return value
  const copy: JsonMap = {}
  for (const name of Object.keys(value)) {
    // A file may name a field __proto__: as a field, not as what it would mean.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: cloneJson(value[name]), enumerable: true })
    else copy[name] = cloneJson(value[name])
  }
  return copy as T
}

/** A number, boolean or bigint as its digits or word, a text as it is; anything else as nothing. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : ''
}
