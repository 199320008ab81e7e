/** Fields against the operator’s definition, and pod templates against Kubernetes’ core/v1. */
import type { Misfit } from '../schema/check.ts'
import { ROLES, checkApplication, checkTemplate } from '../schema/check-application.ts'
import type { Asked, Found } from './finding.ts'
import { nearestName } from './nearest-name.ts'

const OF_DEFINITION = {
  unknown: 'unknown',
  pruned: 'pruned',
  shape: 'type',
  type: 'type',
  missing: 'missing',
  value: 'value',
} as const
const OF_TEMPLATE = {
  ...OF_DEFINITION,
  unknown: 'templateUnknown',
  shape: 'templateType',
  type: 'templateType',
} as const

/** What the API server or the operator would drop or refuse. */
export function checkSchemas(asked: Asked): Found[] {
  const { object, operator, prefix } = asked
  const own = checkApplication(object, operator.parts)
  const templates = ROLES.flatMap((role) => {
    const path = [...prefix, role, 'template'].join('.')
    // A template that the definition does not have is told once.
    const isTold = own.some(({ kind, path: at }) => kind === 'pruned' && at.join('.') === path)
    return isTold ? [] : checkTemplate(object, role, operator.parts)
  })
  return [...own.map((misfit) => told(misfit, OF_DEFINITION)), ...templates.map((misfit) => told(misfit, OF_TEMPLATE))]
}

function told({ kind, path, what, names }: Misfit, rules: typeof OF_DEFINITION | typeof OF_TEMPLATE): Found {
  const near = nearestName(String(path.at(-1)), names ?? [])
  return { rule: rules[kind], path, what, ...(near !== undefined && { fix: `did you mean ${near}?` }) }
}
