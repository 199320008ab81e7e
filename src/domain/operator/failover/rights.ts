/** What must be so before a failover is tried: our own rights, and that the operator would take test applications up. */
import type { AccessQuestion, Cluster, KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Discovery } from '../discover/discover.ts'
import { takesUp } from '../discover/watching.ts'
import type { Leadership } from './leader.ts'
import type { LockObject } from './locks.ts'
import type { WatchScope } from './watch.ts'

/** Rights of this login that carrying the plan out needs; asked before anything is done. Throws exit 4 with them. */
export async function requireRights(cluster: Cluster, plan: Plan, scope: WatchScope): Promise<void> {
  const questions = questionsOf(plan, scope)
  const missing: string[] = []
  for (const one of questions) {
    if (await cluster.mayI(one)) continue
    const where = one.namespace === undefined ? 'in all namespaces' : `in ${one.namespace}`
    missing.push(`${one.verb} ${one.resource} ${where}`)
  }
  if (missing.length === 0) return
  throw new SparkopsError({
    code: 'SO_NO_RIGHTS',
    message: 'this login may not do what a failover needs; nothing was done',
    why: `it may not ${missing.join(', ')}`,
    hint: 'docs/rbac.md lists what it needs; -n NAMESPACE looks into one namespace only',
    exit: 'auth',
  })
}

function questionsOf({ steps }: Plan, scope: WatchScope): AccessQuestion[] {
  const group = 'sparkoperator.k8s.io'
  const verbs = new Set(steps.map(({ verb }) => verb))
  const lockGroup = (kind: LockObject['kind']): { group: string; resource: string } =>
    kind === 'Lease'
      ? { group: 'coordination.k8s.io', resource: 'leases' }
      : { group: '', resource: kind === 'ConfigMap' ? 'configmaps' : 'endpoints' }
  const operator = scope.operator.namespace
  const tests = new Set(
    steps.filter(({ verb }) => verb === 'make-application').map(({ object }) => object.split('/')[1]),
  )
  return [
    ...scope.lock.flatMap(({ kind, namespace, name }) =>
      ['watch', ...(verbs.has('cut-renewal') ? ['patch'] : [])].map((verb) => ({
        verb,
        ...lockGroup(kind),
        namespace,
        name,
      })),
    ),
    { verb: 'watch', group: '', resource: 'pods', namespace: operator },
    ...(verbs.has('remove-pod') ? [{ verb: 'delete', group: '', resource: 'pods', namespace: operator }] : []),
    ...(scope.namespaces ?? [undefined]).flatMap((namespace) => [
      { verb: 'watch', group, resource: 'sparkapplications', namespace },
      { verb: 'watch', group: '', resource: 'pods', namespace },
    ]),
    ...[...tests].flatMap((namespace) =>
      ['create', 'get', 'delete'].map((verb) => ({ verb, group, resource: 'sparkapplications', namespace })),
    ),
  ]
}

/** Why a test application would not be taken up by this operator; undefined where it would. */
export function whyNotTaken(discovery: Discovery, { behaviour }: Leadership, test: KubeObject): string | undefined {
  const application = { namespace: test.metadata.namespace ?? '', labels: test.metadata.labels ?? {} }
  if (takesUp(behaviour, application, discovery.namespaces) !== false) return undefined
  return `the operator does not watch ${application.namespace}, or not applications with these labels`
}
