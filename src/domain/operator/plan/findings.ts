/** Rules and evidence make findings. The same move gives the same findings in the same order. */
import type { Finding } from '../../plan/plan.ts'
import type { OperatorRule } from '../rules/rule.ts'
import { chooseRules } from '../rules/rule.ts'
import { OPERATOR_RULES } from '../rules/rules.ts'
import { CONTROLLER_EVALUATORS } from './evaluate/controller.ts'
import { DEFINITION_EVALUATORS } from './evaluate/definition.ts'
import type { Evaluators } from './evaluate/evaluators.ts'
import { JUDGED_EVALUATORS } from './evaluate/judged.ts'
import { INSTALL_EVALUATORS } from './evaluate/install.ts'
import { OWN_EVALUATORS } from './evaluate/own.ts'
import { WEBHOOK_EVALUATORS } from './evaluate/webhook.ts'
import type { Move } from './move.ts'
import { BY_EVIDENCE, PLAN_RULES } from './own-rules.ts'

/** By the id of the rule. */
export const EVALUATORS: Evaluators = {
  ...INSTALL_EVALUATORS,
  ...DEFINITION_EVALUATORS,
  ...JUDGED_EVALUATORS,
  ...CONTROLLER_EVALUATORS,
  ...WEBHOOK_EVALUATORS,
  ...OWN_EVALUATORS,
}

export const ALL_RULES: readonly OperatorRule[] = [...OPERATOR_RULES, ...PLAN_RULES]

const GATES: readonly Finding['gate'][] = ['block', 'ack', 'auto']

/** Tries every rule that the move has to be judged by. */
export function findingsOf(move: Move): Finding[] {
  const { from, target, direction } = move
  const chosen = chooseRules(ALL_RULES, { from: from.traits, to: target.traits, direction })
  const certainty = new Map(chosen.map(({ rule, certain }) => [rule.id, certain]))
  const findings = ALL_RULES.flatMap((rule) => {
    if (!certainty.has(rule.id) && !BY_EVIDENCE.has(rule.id)) return []
    const objects = [...new Set(EVALUATORS[rule.id]?.(move) ?? [])].sort()
    return objects.length === 0 ? [] : [findingOf(rule, objects, direction, certainty.get(rule.id) ?? true)]
  })
  return findings.sort((a, b) => GATES.indexOf(a.gate) - GATES.indexOf(b.gate) || (a.id < b.id ? -1 : 1))
}

function findingOf(rule: OperatorRule, objects: string[], direction: Move['direction'], certain: boolean): Finding {
  const doubt = certain ? '' : ' One of the versions is not known well enough to rule this out.'
  return {
    id: rule.id,
    direction: rule.direction === 'both' ? 'both' : direction,
    title: rule.title,
    detail: `${rule.detail}${doubt}`,
    objects,
    consequence: rule.consequence,
    gate: rule.gate,
    fix: rule.fix,
    source: rule.source,
  }
}
