/**
 * What a controller must be allowed in the namespaces it watches, of any release: without one of these it cannot do its
 * work at all. Charts grant more; what a given release asks for is in its own roles.
 */
import type { Right } from '../discover/rights.ts'

export interface RequiredRight {
  right: Right
  source: string
}

const CHARTS = 'charts/spark-operator-chart/templates/{rbac.yaml,controller/rbac.yaml}, 1.1.27 to 2.5.2'

/** `group` is the API group of the operator's kinds. */
export function requiredRights(group: string): readonly RequiredRight[] {
  return [
    ...['list', 'watch'].map((verb) => right(verb, group, 'sparkapplications')),
    right('update', group, 'sparkapplications/status'),
    // spark-submit runs inside the operator, under its service account.
    ...['create', 'list', 'watch', 'delete'].map((verb) => right(verb, '', 'pods')),
    ...['services', 'configmaps'].map((resource) => right('create', '', resource)),
  ]
}

function right(verb: string, group: string, resource: string): RequiredRight {
  return { right: { verb, group, resource }, source: CHARTS }
}
