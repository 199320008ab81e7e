/**
 * In which API group the operator's kinds are. Kubeflow's are in sparkoperator.k8s.io; a fork may have put them into one
 * of its own. Apache's operator has a SparkApplication too, of another shape, and is none of ours.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { at, listAt, textAt } from './json.ts'
import { SPARK_GROUP } from './kinds.ts'

/** The groups with kinds of this operator, its own first, then by name. */
export function sparkGroups(definitions: readonly KubeObject[]): string[] {
  const groups = [...new Set(definitions.map(groupOf))].filter((group) => isOperators(group, definitions))
  return groups.sort((a, b) => Number(b === SPARK_GROUP) - Number(a === SPARK_GROUP) || (a < b ? -1 : 1))
}

/** The group that is meant: the one that is asked for, the operator's own, or the only other one. */
export function chooseGroup(definitions: readonly KubeObject[], asked: string | undefined): string {
  if (asked !== undefined) return asked
  const groups = sparkGroups(definitions)
  const [first = SPARK_GROUP] = groups
  if (first === SPARK_GROUP || groups.length === 1) return first
  throw new SparkopsError({
    code: 'SO_SEVERAL_GROUPS',
    message: 'the kinds of the operator are in several API groups; which one is meant?',
    why: `found: ${groups.join(', ')}`,
    hint: 'name it: --group GROUP',
    exit: 'usage',
  })
}

function isOperators(group: string, definitions: readonly KubeObject[]): boolean {
  if (group === SPARK_GROUP) return true
  const own = definitions.filter((definition) => groupOf(definition) === group)
  const application = own.find((definition) => kindOf(definition) === 'SparkApplication')
  if (application === undefined) return false
  const fields = listAt(application, 'spec', 'versions').map((version) =>
    at(version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties'),
  )
  // In every schema of every release since 1.0.0; Apache's has driverSpec and executorSpec.
  if (fields.some((spec) => at(spec, 'driver') !== undefined && at(spec, 'executor') !== undefined)) return true
  // A schema that lets everything be tells nothing: only this operator has schedules beside applications.
  const tellsNothing = fields.every((spec) => spec === undefined)
  return tellsNothing && own.some((definition) => kindOf(definition) === 'ScheduledSparkApplication')
}

function groupOf(definition: KubeObject): string {
  return textAt(definition, 'spec', 'group') ?? ''
}

function kindOf(definition: KubeObject): string {
  return textAt(definition, 'spec', 'names', 'kind') ?? ''
}
