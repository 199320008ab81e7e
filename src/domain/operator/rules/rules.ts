/** All rules about moves, by id. */
import { CONTROLLER_RULES } from './controller-rules.ts'
import { DEFINITION_RULES } from './definition-rules.ts'
import { INSTALL_RULES } from './install-rules.ts'
import type { OperatorRule } from './rule.ts'
import { WEBHOOK_RULES } from './webhook-rules.ts'

export const OPERATOR_RULES: readonly OperatorRule[] = [
  ...INSTALL_RULES,
  ...DEFINITION_RULES,
  ...CONTROLLER_RULES,
  ...WEBHOOK_RULES,
].sort((a, b) => (a.id < b.id ? -1 : 1))
