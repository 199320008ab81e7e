/**
 * Paths and their rules, found quickly: pods repeat their paths, so each is made once, below its parent, and keeps the
 * rules that were found for it.
 */
import { canonicalJson } from '../canonical-json.ts'
import { fieldPath, isWithin, itemPath } from './path.ts'
import { IDENTITY_RULES, type IdentityRule } from './rules/identity-rules.ts'
import { NOISE_RULES, type NoiseRule } from './rules/noise-rules.ts'
import type { Place } from './tree.ts'

export interface PathNode {
  readonly path: string
  readonly fields: Map<string, PathNode>
  readonly items: Map<string, PathNode>
  readonly noise: readonly NoiseRule[]
  readonly identity: readonly IdentityRule[]
  /** What was made of values there, by what they were made from: pods of one kind share most of their items. */
  readonly places: Map<string, Place>
  /** The same by the value itself, where pods were read that have it in common. */
  readonly byValue: WeakMap<object, { context: string; place: Place | undefined }>
}

/** Paths and values come from outside: without a bound, a thousand clusters would fill the memory. */
const MOST_PATHS = 8000
let root = nodeOf('')
let count = 0

/** The path of a whole pod, to go down from. */
export function rootPath(): PathNode {
  if (count > MOST_PATHS) {
    root = nodeOf('')
    count = 0
  }
  return root
}

/** The path of a field below another. */
export function fieldNode(parent: PathNode, name: string): PathNode {
  return parent.fields.get(name) ?? remember(parent.fields, name, fieldPath(parent.path, name))
}

/** The path of an item of a list below another. */
export function itemNode(parent: PathNode, item: string): PathNode {
  return parent.items.get(item) ?? remember(parent.items, item, itemPath(parent.path, item))
}

/** The place of a value, made once for all that are alike. `key`: everything that it depends on beside its path. */
export function sharedPlace({ places }: PathNode, key: string, make: () => Place): Place {
  const known = places.get(key)
  if (known !== undefined) return known
  const made = make()
  count += 1
  places.set(key, made)
  return made
}

/**
 * The place of a value that several pods may hold in common, made once.
 * @param context everything that it depends on beside its path and the value
 */
export function placeOfValue<P extends Place | undefined>(
  { byValue }: PathNode,
  value: object,
  context: string,
  make: () => P,
): P {
  const known = byValue.get(value)
  if (known?.context === context) return known.place as P
  const place = make()
  byValue.set(value, { context, place })
  return place
}

/** The noise rule that covers a value at a path. */
export function noiseAt({ noise }: PathNode, raw: unknown): NoiseRule | undefined {
  return noise.find(
    ({ exactly }) => exactly === undefined || exactly.some((item) => canonicalJson(item) === canonicalJson(raw)),
  )
}

/** A text without what differs from run to run, and the rules that took it out. */
export function identify({ identity }: PathNode, text: string): { text: string; rules: readonly string[] } {
  if (identity.length === 0) return { text, rules: NO_RULES }
  const rules: string[] = []
  let named = text
  for (const { id, replace } of identity) {
    // The first form that fits is the one: a later, wider one would swallow its name.
    const by = replace.find(([find]) => named.search(find) !== -1)
    if (by === undefined) continue
    named = named.replace(...by)
    rules.push(id)
  }
  return { text: named, rules }
}

const NO_RULES: readonly string[] = []

function remember(among: Map<string, PathNode>, name: string, path: string): PathNode {
  const made = nodeOf(path)
  count += 1
  among.set(name, made)
  return made
}

function nodeOf(path: string): PathNode {
  const noise = NOISE_RULES.filter((rule) => isWithin(path, rule.path))
  const identity = IDENTITY_RULES.filter((rule) => isWithin(path, rule.path))
  return { path, fields: new Map(), items: new Map(), noise, identity, places: new Map(), byValue: new WeakMap() }
}
