/**
 * What a title claims. The last resort: titles lie (`feat: Doc updates`, `fix: upgraded dependencies` that replaces a
 * lock), so a claim never outweighs what the code shows, and what rests on it alone says so.
 */
import type { Change } from '../commits.ts'

export type Claim = 'feature' | 'fix' | 'internal' | undefined

const BY_TYPE: Readonly<Record<string, Claim>> = {
  feat: 'feature',
  feature: 'feature',
  enhancement: 'feature',
  perf: 'feature',
  fix: 'fix',
  bugfix: 'fix',
  security: 'fix',
  docs: 'internal',
  doc: 'internal',
  chore: 'internal',
  ci: 'internal',
  test: 'internal',
  tests: 'internal',
  refactor: 'internal',
  build: 'internal',
  style: 'internal',
  deps: 'internal',
  revert: 'internal',
}

const INTERNAL =
  /^(bump|update (dependenc|the process|workflow|release|helm docs|makefile)|release\b|cherry[- ]?pick|merge\b|remove redundant|refactor|clean ?up|rename internal|upgrade golang)|\b(unit tests?|e2e|integration tests?|linter?|changelog|readme|typos?|adopters?|who.?is.?using|reviewers?|approvers?|examples?)\b/i
const FIX =
  /\bfix(e[sd]|ing)?\b|\bbug ?fix|\bcorrect(s|ed|ion)?\b|\b(does|do|is|was|are) not\b|\b(isn't|doesn't|wasn't)\b|\b(avoid|prevent|handle|robustness|ensure|should)\b|\b(panics?|leak|crash|race|wrong|missing|broken|unable)\b|^set\b|^make sure\b|^truncate\b|^account for\b/i
const FEATURE =
  /^(add(s|ed|ing)?|support(s|ing)?|allow(s|ing)?|enable(s)?|implement(s|ing)?|introduce|expose|extra|optional|improve|new|make\b.*\b(configurable|optional)|use\b.*\b(instead|default)|[\w -]+ feature\b|customi[sz]e|define|reintroduce|include|suspend)/i

/** What the title says the work is. Undefined where it says nothing. */
export function claimOf({ title, type }: Pick<Change, 'title' | 'type'>): Claim {
  const typed = type === undefined ? undefined : BY_TYPE[type]
  if (typed === 'internal') return typed
  if (INTERNAL.test(title)) return 'internal'
  if (typed !== undefined) return typed
  if (/^(\[fix\]|bug ?fix|fix)\b/i.test(title)) return 'fix'
  if (FEATURE.test(title)) return 'feature'
  return FIX.test(title) ? 'fix' : undefined
}
