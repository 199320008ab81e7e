/**
 * A pod as it is compared: a tree in which lists are matched by keys, values are canonical, and each place knows how
 * the pod itself had it, where that stands, and which rules made it what it is.
 */
import { IN_TURN } from './rules/canonical-rules.ts'
import type { NoiseRule } from './rules/noise-rules.ts'

export interface Leaf {
  kind: 'leaf'
  /** Equal for equal values; not for people. */
  value: string
  /** Rules that changed it from what the pod has. */
  rules: readonly string[]
}

export interface Branch {
  kind: 'branch'
  children: ReadonlyMap<string, Place>
  /** For a list that is matched by keys: its items in the order of the pod, and the rule that lets order go. */
  order?: { items: string; rule: string } | undefined
}

export interface Place {
  path: string
  /** Into the pod as it was given. */
  pointer: string
  /** What the pod has there; undefined where only a default put something. */
  raw: unknown
  node: Leaf | Branch
  noise?: NoiseRule | undefined
  /** Rules that gave the place its name or folded others into it. */
  rules: readonly string[]
  /** Another item of the same list has the same key. */
  isDuplicate: boolean
}

/** One line for each leaf: equal for pods of one shape. Noise is left out. */
export function fingerprint(place: Place): string {
  const lines: string[] = []
  collect(place, lines)
  return lines.join('\n')
}

function collect({ node, path, noise, isDuplicate }: Place, lines: string[]): void {
  if (noise !== undefined) return
  if (isDuplicate) lines.push(`${path} twice`)
  if (node.kind === 'branch' && node.order?.rule === IN_TURN.id) lines.push(`${path} in turn ${node.order.items}`)
  if (node.kind === 'leaf') lines.push(`${path}\t${node.value}`)
  else for (const child of node.children.values()) collect(child, lines)
}

/** Every place of a tree by its JSON Pointer. */
export function placesByPointer(tree: Place): Map<string, Place> {
  const places = new Map<string, Place>()
  const visit = (place: Place): void => {
    places.set(place.pointer, place)
    if (place.node.kind === 'branch') for (const child of place.node.children.values()) visit(child)
  }
  visit(tree)
  return places
}

/** A list or map that holds nothing but noise is noise itself. */
export function noiseThroughout(node: Leaf | Branch): Place['noise'] {
  if (node.kind === 'leaf') return undefined
  let first: Place['noise']
  for (const { noise } of node.children.values()) {
    if (noise === undefined) return undefined
    first ??= noise
  }
  return first
}

/** Places in the order of their paths. */
export function sorted(children: Map<string, Place>): Map<string, Place> {
  return new Map([...children.keys()].sort().map((path) => [path, children.get(path)!]))
}

/** A node in one line: the name of an item that has no key of its own. */
export function shortText(node: Leaf | Branch): string {
  if (node.kind === 'leaf') return node.value
  const parts = [...node.children.values()].map(({ path, node: child }) => `${path}=${shortText(child)}`)
  return `{${parts.join(' ')}}`
}
