/** Holds facts against the rules. */
import type { Fact } from './facts.ts'
import type { FailureRule } from './rule.ts'
import { FAILURE_RULES } from './rules.ts'

export interface Match {
  rule: FailureRule
  fact: Fact
  groups: readonly (string | undefined)[]
}

/** The first rule that a fact fits, with that fact. */
export function firstMatch(facts: readonly Fact[]): Match | undefined {
  for (const rule of FAILURE_RULES) {
    for (const fact of facts) {
      if (!rule.reads.includes(fact.kind)) continue
      const groups = rule.pattern.exec(fact.text)
      if (groups !== null) return { rule, fact, groups: [...groups] }
    }
  }
  return undefined
}
