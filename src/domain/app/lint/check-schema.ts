/** Fields against the operator’s definition, and pod templates against Kubernetes’ core/v1. */
import { mapAt, textAt } from '../../pods/json.ts'
import { checkFields, type Misfit } from '../schema/check.ts'
import { APPLICATION_SCHEMA, TEMPLATE_SCHEMA } from '../schema/fields.ts'
import type { FieldPath } from '../convert/conversion.ts'
import { ROLES } from '../convert/convert.ts'
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
  const { object, operator, prefix, spec } = asked
  const version = operator.parts
  const root = { kind: 'struct', name: textAt(object, 'kind') ?? '', atomic: false } as const
  const { status: _, ...rest } = object
  const own = checkFields(rest, root, [], { schema: APPLICATION_SCHEMA, version })
  const templates = ROLES.flatMap((role) => {
    const path: FieldPath = [...prefix, role, 'template']
    const type = { kind: 'struct', name: 'PodTemplateSpec', atomic: false } as const
    const misfits = checkFields(mapAt(spec, role)['template'], type, path, { schema: TEMPLATE_SCHEMA, version })
    // A template that the definition does not have is told once.
    return own.some(({ kind, path: at }) => kind === 'pruned' && at.join('.') === path.join('.')) ? [] : misfits
  })
  return [...own.map((misfit) => told(misfit, OF_DEFINITION)), ...templates.map((misfit) => told(misfit, OF_TEMPLATE))]
}

function told({ kind, path, what, names }: Misfit, rules: typeof OF_DEFINITION | typeof OF_TEMPLATE): Found {
  const near = nearestName(String(path.at(-1)), names ?? [])
  return { rule: rules[kind], path, what, ...(near !== undefined && { fix: `did you mean ${near}?` }) }
}
