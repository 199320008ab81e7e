/**
 * What a title claims. The last resort: titles lie (`feat: Doc updates`, `fix: upgraded dependencies` that replaces a
 * lock), so a claim never outweighs what the code shows, and what rests on it alone says so.
 */
import type { Change } from '../commits.ts'

/** `change`: what was there before is done otherwise now. */
export type Claim = 'feature' | 'change' | 'fix' | 'internal' | undefined

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
  /^(bump(ing)?|(update|set) (dependenc|the process|workflow|release|version|helm docs|makefile)|release\b|cherry[- ]?pick|merge\b|remove redundant|refactor|clean ?up|rename internal|update .*\bimage( tag)?\b)|\b(imports|comments?|unit tests?|e2e|integration tests?|lint(er|ing)?|changelog|readme|typos?|adopters?|who.?is.?using|reviewers?|approvers?|examples?)\b/i
/** `feat(ci)` and `feat(docs)` are no features of the product. */
const INTERNAL_SCOPE = /^(ci|docs?|tests?|build|deps?|release|lint|examples?)$/i
/** What users can fetch is the product's, though a workflow does it. */
const PUBLISHED = /\bpublish(?:e[sd]|ing)?\b.*\b(?:binar(?:y|ies)|images?|charts?|packages?|artifacts?|sboms?)\b/i
const FIX =
  /\bfix(e[sd]|ing)?\b|\bbug ?fix|\bcorrect(s|ed|ion)?\b|\b(does|do|is|was|are) not\b|\b(isn't|doesn't|wasn't)\b|\b(avoid|prevent|handle|robustness|ensure|should)\b|\b(panics?|leak|crash|race|wrong|missing|broken|unable)\b|^make sure\b|^truncate\b|^account for\b/i
const FEATURE =
  /^(add(s|ed|ing)?|support(s|ing)?|allow(s|ing)?|enable(s)?|implement(s|ing)?|introduce|expose|extra|optional|improve|new|make\b.*\b(configurable|optional)|use\b.*\b(instead|default)|[\w/ -]+ feature (on|for)\b|customi[sz]e|define|reintroduce|include|suspend|set)\b|\bsupport$/i
/** New checks refuse what was accepted: whatever the author calls it, users must know. */
const STRICTER =
  /^validate\b|\b(add|introduce|enforce|reject|refuse|disallow|forbid)(e?[ds]|ing)?\b.*\bvalidat(e|es|ion|ions|or|ors|ing)\b/i
/** The old way is left for a new one: whoever relied on it must know, however it is called. */
const INSTEAD = /\binstead of\b|\bin favou?r of\b|\bno longer\b/i
const REMOVAL = /\b(remove|removes|removed|drop|drops|dropped|delete|deleted)\b/i

/** What the title says the work is. Undefined where it says nothing. */
export function claimOf({ title, type, scope }: Pick<Change, 'title' | 'type' | 'scope'>): Claim {
  const typed = type === undefined ? undefined : BY_TYPE[type]
  if (typed === 'feature' && PUBLISHED.test(title)) return 'feature'
  if (typed === 'internal' || (scope !== undefined && INTERNAL_SCOPE.test(scope))) return 'internal'
  if (STRICTER.test(title)) return 'feature'
  if (INSTEAD.test(title) && !INTERNAL.test(title)) return 'change'
  if (typed !== undefined) return typed
  if (INTERNAL.test(title)) return 'internal'
  if (/^(\[fix\]|bug ?fix|fix)\b/i.test(title)) return 'fix'
  if (FEATURE.test(title)) return 'feature'
  return FIX.test(title) ? 'fix' : undefined
}

/** Whether it says that something was taken away. It counts only where files of the product went with it. */
export function saysRemoval({ title }: Pick<Change, 'title'>): boolean {
  return REMOVAL.test(title) && !INTERNAL.test(title)
}

/** Whether it says that something more is published. It counts only where a workflow that releases was changed. */
export function saysPublished({ title, type }: Pick<Change, 'title' | 'type'>): boolean {
  return type !== undefined && BY_TYPE[type] === 'feature' && PUBLISHED.test(title)
}
