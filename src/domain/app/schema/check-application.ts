/** An application against the definition of an operator version, its `metadata` and templates against Kubernetes' types. */
import { type JsonMap, at, isMap, mapAt, textAt } from '../../pods/json.ts'
import { malformed } from '../../pods/read-objects.ts'
import type { FieldType } from '../../pods/schema.ts'
import type { FieldPath } from '../convert/conversion.ts'
import { formatPath } from '../convert/paths.ts'
import { type Misfit, checkFields } from './check.ts'
import { APPLICATION_SCHEMA, TEMPLATE_SCHEMA } from './fields.ts'

export const ROLES = ['driver', 'executor'] as const

/** The only version of the API that operators serve from 1.3.2 to 2.5.2: charts/spark-operator-chart/crds. */
const SERVED = 'sparkoperator.k8s.io/v1beta2'

/** Where the spec of an application is: below `template` in a schedule. */
export function specPath(object: JsonMap): readonly string[] {
  return object['kind'] === 'ScheduledSparkApplication' ? ['spec', 'template'] : ['spec']
}

/** What the definition does not have or would refuse, pod templates left out: it does not look into them. */
export function checkApplication(object: JsonMap, version: readonly number[]): Misfit[] {
  const { status: _, metadata, ...rest } = object
  const asked = { schema: APPLICATION_SCHEMA, version }
  const own = checkFields({ ...rest, metadata }, struct(textAt(object, 'kind') ?? ''), [], asked)
  const head = checkFields(metadata, struct('ObjectMeta'), ['metadata'], { schema: TEMPLATE_SCHEMA, version })
  return [...checkApi(object['apiVersion']), ...head, ...own]
}

function checkApi(apiVersion: unknown): Misfit[] {
  const path = ['apiVersion']
  if (apiVersion === SERVED) return []
  if (apiVersion === undefined) return [{ path, kind: 'missing', what: 'it is required, and not there' }]
  return [{ path, kind: 'value', what: `it is ${JSON.stringify(apiVersion)}, not ${SERVED}` }]
}

/** What core/v1 does not have in the pod template of a role. */
export function checkTemplate(object: JsonMap, role: (typeof ROLES)[number], version: readonly number[]): Misfit[] {
  const path = [...specPath(object), role, 'template']
  return checkFields(at(object, ...path), struct('PodTemplateSpec'), path, { schema: TEMPLATE_SCHEMA, version })
}

/**
 * Throws exit 65 at the first place where a list, a map or a single value stands for another of them, or where the
 * version of the API is another: what is read of such an application would be less than it says.
 * @param place file, line and column of a field, as far as they are known
 */
export function refuseBroken(object: JsonMap, version: readonly number[], place: (field: FieldPath) => string): void {
  const refuse = (path: FieldPath, why: string): never => {
    throw malformed(`${place(path)}: ${formatPath(path)}`, why)
  }
  const prefix = specPath(object)
  for (let length = 1; length <= prefix.length; length++)
    if (!isMap(mapAt(object, ...prefix.slice(0, length - 1))[prefix[length - 1]!]))
      refuse(prefix.slice(0, length), 'it is no map')
  const misfits = [
    checkApplication(object, version),
    ...ROLES.map((role) => checkTemplate(object, role, version)),
  ].flat()
  // Forks have groups of their own, with the same kinds in them.
  const isOther = !/\/v1beta2$/.test(textAt(object, 'apiVersion') ?? SERVED)
  const isApi = ({ path, kind }: Misfit): boolean => isOther && path[0] === 'apiVersion' && kind === 'value'
  const broken = misfits.find((misfit) => misfit.kind === 'shape' || isApi(misfit))
  if (broken !== undefined) refuse(broken.path, broken.kind === 'value' ? broken.what : `it is ${broken.what}`)
}

function struct(name: string): FieldType {
  return { kind: 'struct', name, atomic: false }
}
