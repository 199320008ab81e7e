/** The rules, for people who want to know why two values count as one, or why a loss cannot be helped. */
import { API_VERSION, type Document } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import { ADMISSION_RULES, REPLACED_RULES } from './rules/admission-rules.ts'
import { CANONICAL_RULES } from './rules/canonical-rules.ts'
import { DEFAULT_RULES } from './rules/default-rules.ts'
import { IDENTITY_RULES } from './rules/identity-rules.ts'
import { IMPOSSIBLE_RULES } from './rules/impossible-rules.ts'
import { NOISE_RULES } from './rules/noise-rules.ts'
import type { PodRule } from './rules/rule.ts'
import { OPERATOR_RULES, VERSION_RULES } from './rules/version-rules.ts'

export interface PodRuleList extends Document {
  kind: 'PodRuleList'
  items: PodRule[]
}

/** Every rule there is. */
export function allRules(): PodRule[] {
  const all: PodRule[] = [
    ...DEFAULT_RULES,
    ...CANONICAL_RULES,
    ...NOISE_RULES,
    ...IDENTITY_RULES,
    ...VERSION_RULES,
    ...OPERATOR_RULES,
    ...ADMISSION_RULES,
    ...REPLACED_RULES,
    ...IMPOSSIBLE_RULES,
  ]
  return all.map(({ id, class: kind, path, rule, why, source }) => ({ id, class: kind, path, rule, why, source }))
}

/** The rules of these ids, or all of them. Throws exit 64 for an id that no rule has. */
export function explainRules(ids: readonly string[]): PodRuleList {
  const all = allRules()
  const items =
    ids.length === 0 ? all : ids.map((id) => all.find((rule) => rule.id === id.toUpperCase()) ?? noSuchRule(id))
  return { apiVersion: API_VERSION, kind: 'PodRuleList', items }
}

function noSuchRule(id: string): never {
  throw new SparkopsError({
    code: 'SO_NO_SUCH_RULE',
    message: `there is no rule ${JSON.stringify(id.slice(0, 20))}`,
    why: 'rules are a letter and two digits, such as N25',
    hint: '`sparkops pods explain` lists them all',
    exit: 'usage',
  })
}
