/**
 * Paths and their rules, found quickly: pods repeat their paths, so each is made once, below its parent, and keeps the
 * rules that were found for it.
 */
import { canonicalJson } from '../canonical-json.ts'
import { childPointer, fieldPath, isWithin, itemPath } from './path.ts'
import { IDENTITY_RULES, type IdentityRule } from './rules/identity-rules.ts'
import { NOISE_RULES, type NoiseRule } from './rules/noise-rules.ts'
import type { Place } from './tree.ts'

export interface PathNode {
  readonly path: string
  /** Its name as the last step of a pointer. */
  readonly step: string
  readonly fields: Map<string, PathNode>
  readonly items: Map<string, PathNode>
  readonly noise: readonly NoiseRule[]
  readonly identity: readonly IdentityRule[]
}

/** Paths and values come from outside: without a bound, a thousand clusters would fill the memory. */
const MOST_PATHS = 5000
let root = nodeOf('', '')
let count = 0

/** The path of a whole pod, to go down from. */
export function rootPath(): PathNode {
  if (count > MOST_PATHS) {
    root = nodeOf('', '')
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

interface KnownPlace {
  at: PathNode
  context: string
  place: Place | undefined
}

/** What was made of values that pods have in common: it goes when they go. */
const known = new WeakMap<object, KnownPlace[]>()
/** A volume stands at another index on the other side; more than a few such places no value has. */
const MOST_KNOWN = 24

/**
 * The place of a value that several pods hold in common, made once.
 * @param context everything that it depends on beside its path and the value
 */
export function placeOfValue<P extends Place | undefined>(
  at: PathNode,
  value: object,
  context: string,
  make: () => P,
): P {
  const places = known.get(value)
  const found = places?.find((one) => one.at === at && one.context === context)
  if (found !== undefined) return found.place as P
  const place = make()
  if (places === undefined) known.set(value, [{ at, context, place }])
  else if (places.unshift({ at, context, place }) > MOST_KNOWN) places.pop()
  return place
}

/** The noise rule that covers a value at a path. */
export function noiseAt({ noise }: PathNode, raw: unknown): NoiseRule | undefined {
  if (noise.length === 0) return undefined
  return noise.find(
    ({ exactly, only }) =>
      (exactly === undefined || exactly.some((item) => canonicalJson(item) === canonicalJson(raw))) &&
      (only === undefined || only(raw)),
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
  const made = nodeOf(path, childPointer('', name))
  count += 1
  among.set(name, made)
  return made
}

function nodeOf(path: string, step: string): PathNode {
  const noise = NOISE_RULES.filter((rule) => isWithin(path, rule.path))
  const identity = IDENTITY_RULES.filter((rule) => isWithin(path, rule.path))
  return { path, step, fields: new Map(), items: new Map(), noise, identity }
}
