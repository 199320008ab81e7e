/**
 * The whole way on a real control plane: 200 applications in every state, their pods, schedules and webhooks, from
 * 1.3.8 over 1.6.2 to 2.5.2 and back to 1.3.8. Nobody works on them here, so all must be as it was.
 */
import { describe, expect } from 'vitest'
import { isWithin } from '../../../src/domain/operator/apply/compare.ts'
import { APPLICATION_DEFAULTS, SCHEDULE_DEFAULTS, withDefaults } from '../../../src/domain/operator/plan/defaults.ts'
import {
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  MUTATING_WEBHOOKS,
  SERVICE_ACCOUNT,
} from '../../../src/domain/operator/discover/kinds.ts'
import type { OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { Cluster, KubeObject, ResourceType } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import type { FixtureVersion } from '../../support/operator/fixtures.ts'
import { carry, planTo, sessionOf, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { populate } from '../../support/operator/population.ts'
import {
  APPLICATIONS,
  installOld,
  JOBS,
  makeApplication,
  OPERATOR_NAMESPACE,
  PODS,
  SCHEDULES,
} from '../../support/operator/scenario.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-states')

async function listed(cluster: Cluster, type: ResourceType): Promise<Map<string, KubeObject>> {
  const { items } = await cluster.list(type, { namespace: JOBS })
  return new Map(items.map((item) => [item.metadata.name, item]))
}

/** Accounts and rights without which a running driver, or the operator, can do nothing. */
async function rights(cluster: Cluster): Promise<Record<string, unknown>> {
  const account = async (namespace: string, name: string) =>
    (await cluster.get({ type: SERVICE_ACCOUNT, namespace, name }))?.metadata.uid
  const isThere = async (type: ResourceType, name: string) => (await cluster.get({ type, name })) !== undefined
  const is2x = await isThere(CLUSTER_ROLE, 'spark-operator-controller')
  const operator = is2x ? 'spark-operator-controller' : 'spark-operator'
  return {
    jobs: await account(JOBS, 'spark-operator-spark'),
    operator: (await account(OPERATOR_NAMESPACE, operator)) !== undefined,
    role: await isThere(CLUSTER_ROLE, operator),
    binding: await isThere(CLUSTER_ROLE_BINDING, operator),
  }
}

/** Plans, carries out, and proves. */
async function move(cluster: Cluster, session: OperatorSession, to: FixtureVersion, isBack = false): Promise<Plan> {
  const values = [{ webhook: { enable: true } }]
  const plan = withoutGrace(await planTo(lab(), cluster, to, { values, isBack }))
  expect(plan.findings.filter(({ gate }) => gate === 'block').map(({ id, objects }) => [id, objects])).toEqual([])
  const receipt = await carry(session, plan)
  expect(receipt).toMatchObject({ outcome: 'done', kept: [] })
  const proof = await verifyRunOf(session, receipt.run)
  expect([proof.outcome, proof.items]).toEqual(['ok', []])
  return plan
}

describe('200 applications in every state', () => {
  it('go from 1.3.8 over 1.6.2 to 2.5.2 and back to 1.3.8, and nothing is lost, changed or restarted', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster, { webhook: true })
    const session = sessionOf(lab(), cluster, home)
    const count = await populate(cluster)
    expect(count).toBe(200)
    const [applications, schedules, pods] = [
      await listed(cluster, APPLICATIONS),
      await listed(cluster, SCHEDULES),
      await listed(cluster, PODS),
    ]
    const before = await rights(cluster)

    const first = await move(cluster, session, '1.6.2')
    // Charts up to 1.5.0 make them by hooks: no release owns them, and Helm refuses to take them over.
    expect(first.findings.map(({ id }) => id)).toContain('OP-HELM-IMPORT')
    expect(await rights(cluster)).toEqual(before)
    const second = await move(cluster, session, '2.5.2')
    expect(second.steps.map(({ id }) => id)).toContain('webhook/at-once')
    expect(await rights(cluster)).toEqual(before)

    await makeApplication(cluster, 'suspended', 'SUSPENDED', false, { suspend: true, mode: 'cluster' })
    const blocked = await planTo(lab(), cluster, '1.3.8', { isBack: true, values: [{ webhook: { enable: true } }] })
    expect(blocked.findings.find(({ id }) => id === 'OP-SUSPEND-LOST')).toMatchObject({
      gate: 'block',
      objects: ['jobs/suspended'],
    })
    await cluster.delete({ type: APPLICATIONS, namespace: JOBS, name: 'suspended' })

    const third = await move(cluster, session, '1.3.8', true)
    expect(third.steps.map(({ id }) => id)).toContain('webhook/when-registered')
    expect(await rights(cluster)).toEqual(before)
    expect((await cluster.list(MUTATING_WEBHOOKS)).items.map(({ metadata }) => metadata.name)).toEqual([
      'spark-operator-webhook-config',
    ])

    expect(await unlike(cluster, applications, APPLICATIONS)).toEqual([])
    expect(await unlike(cluster, schedules, SCHEDULES)).toEqual([])
    const podsNow = await listed(cluster, PODS)
    expect([...podsNow].map(([name, { metadata }]) => [name, metadata.uid])).toEqual(
      [...pods].map(([name, { metadata }]) => [name, metadata.uid]),
    )
  }, 400_000)
})

/** Objects that are not as they were: uid, spec (but for written defaults), status (but for what was adopted). */
async function unlike(cluster: Cluster, before: Map<string, KubeObject>, type: ResourceType): Promise<string[]> {
  const now = await listed(cluster, type)
  const rules = type === SCHEDULES ? SCHEDULE_DEFAULTS : APPLICATION_DEFAULTS
  expect([...now.keys()]).toEqual([...before.keys()])
  return [...before].flatMap(([name, was]) => {
    const is = now.get(name)!
    const faults = [
      ...(is.metadata.uid === was.metadata.uid ? [] : ['another uid']),
      ...([was, withDefaults(was, rules)].some(({ spec }) => isWithin(spec, is.spec)) ? [] : ['spec']),
      ...(name.startsWith('half-') ? adoptionFaults(name, is) : isWithin(was.status, is.status) ? [] : ['status']),
    ]
    return faults.map((fault) => `${name}: ${fault}`)
  })
}

function adoptionFaults(name: string, { status }: KubeObject): string[] {
  const expected = { applicationState: { state: 'SUBMITTED' }, submissionID: `unknown-${name}` }
  return isWithin(expected, status) ? [] : ['not adopted']
}
