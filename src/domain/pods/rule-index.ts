/** Finds the rules of a place quickly: pods repeat their paths, so what was found once is kept. */
import { canonicalJson } from '../canonical-json.ts'
import { isWithin } from './path.ts'
import { IDENTITY_RULES, type IdentityRule } from './rules/identity-rules.ts'
import { NOISE_RULES, type NoiseRule } from './rules/noise-rules.ts'

interface RulesOfPath {
  noise: readonly NoiseRule[]
  identity: readonly IdentityRule[]
}

/** Paths hold names from outside: without a bound, a thousand clusters would fill the memory. */
const MOST_PATHS = 20_000
const NONE: RulesOfPath = { noise: [], identity: [] }
const found = new Map<string, RulesOfPath>()

/** The noise rule that covers a value at a path. */
export function noiseAt(path: string, raw: unknown): NoiseRule | undefined {
  return rulesOf(path).noise.find(
    ({ exactly }) => exactly === undefined || exactly.some((item) => canonicalJson(item) === canonicalJson(raw)),
  )
}

/** A text without what differs from run to run, and the rules that took it out. */
export function identify(path: string, text: string): { text: string; rules: readonly string[] } {
  const { identity } = rulesOf(path)
  if (identity.length === 0) return { text, rules: [] }
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

function rulesOf(path: string): RulesOfPath {
  const known = found.get(path)
  if (known !== undefined) return known
  if (found.size >= MOST_PATHS) found.clear()
  const noise = NOISE_RULES.filter((rule) => isWithin(path, rule.path))
  const identity = IDENTITY_RULES.filter((rule) => isWithin(path, rule.path))
  const rules = noise.length + identity.length === 0 ? NONE : { noise, identity }
  found.set(path, rules)
  return rules
}
