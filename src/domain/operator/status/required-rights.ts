/**
 * What a controller must be allowed in the namespaces it watches, of any release: without one of these it cannot do its
 * work at all. Charts grant more; what a given release asks for is in its own roles.
 */
import type { Right } from '../discover/rights.ts'
import { SPARK_GROUP } from '../discover/kinds.ts'

export interface RequiredRight {
  right: Right
  source: string
}

const CHARTS = 'charts/spark-operator-chart/templates/{rbac.yaml,controller/rbac.yaml}, 1.1.27 to 2.5.2'

export const REQUIRED_RIGHTS: readonly RequiredRight[] = [
  ...['list', 'watch'].map((verb) => spark(verb, 'sparkapplications')),
  spark('update', 'sparkapplications/status'),
  // spark-submit runs inside the operator, under its service account.
  ...['create', 'list', 'watch', 'delete'].map((verb) => core(verb, 'pods')),
  ...['services', 'configmaps'].map((resource) => core('create', resource)),
]

function spark(verb: string, resource: string): RequiredRight {
  return { right: { verb, group: SPARK_GROUP, resource }, source: CHARTS }
}

function core(verb: string, resource: string): RequiredRight {
  return { right: { verb, group: '', resource }, source: CHARTS }
}
