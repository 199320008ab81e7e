/** Tells the rules by which applications are converted and checked. */
import { API_VERSION, type Document } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { IMPOSSIBLE_RULES } from '../../pods/rules/impossible-rules.ts'
import { CONVERSION_RULES } from '../convert/rules.ts'
import { LINT_RULES } from './rules.ts'

export interface AppRule {
  id: string
  severity: string
  rule: string
  why: string
  source: string
  fix: string
}

export interface AppRuleList extends Document {
  kind: 'AppRuleList'
  items: AppRule[]
}

/** The rules of these ids, or all. Throws exit 64 for an id that there is not. */
export function explainAppRules(ids: readonly string[]): AppRuleList {
  const all: AppRule[] = [
    ...Object.values(LINT_RULES).map(({ title, ...rule }) => ({ ...rule, rule: title })),
    ...Object.values(CONVERSION_RULES).map((rule) => ({
      id: rule.id,
      severity: 'severity' in rule ? rule.severity : '',
      rule: rule.rule,
      why: rule.why,
      source: rule.source,
      fix: 'workaround' in rule ? rule.workaround : '',
    })),
    ...IMPOSSIBLE_RULES.map(({ id, path, why, source }) => ({
      id,
      severity: 'lost',
      rule: path,
      why,
      source,
      fix: '',
    })),
  ]
  const wanted = ids.map((id) => id.toUpperCase())
  const unknown = wanted.find((id) => all.every((rule) => rule.id !== id))
  if (unknown !== undefined)
    throw new SparkopsError({
      code: 'SO_NO_SUCH_RULE',
      message: `there is no rule ${unknown}`,
      why: 'rules of app lint are called AL…, those of app convert C… and U…',
      hint: 'app lint --explain all lists them',
      exit: 'usage',
    })
  const items = wanted.length === 0 ? all : all.filter(({ id }) => wanted.includes(id))
  return { apiVersion: API_VERSION, kind: 'AppRuleList', items }
}
