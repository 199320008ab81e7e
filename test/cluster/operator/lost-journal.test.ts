/**
 * A run whose machine is gone, and its journal with it. The cluster says that it is locked, and by whom; another machine
 * plans again from what it finds, takes the lock over by name, and ends the move.
 */
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { beginRun, goOn, type OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import { MUTATING_WEBHOOKS, SERVICE, VALIDATING_WEBHOOKS } from '../../../src/domain/operator/discover/kinds.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { clusterState } from '../../support/operator/cluster-state.ts'
import { untilDeath } from '../../support/operator/mortal.ts'
import { carry, planTo, sessionOf, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { installOld, makeApplication, OPERATOR_NAMESPACE } from '../../support/operator/scenario.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-lost')

async function planned(cluster: Cluster, version: '1.6.2' | '2.5.2'): Promise<Plan> {
  const values = [{ webhook: { enable: true } }]
  return withoutGrace(await planTo(lab(), cluster, version, { values, isBack: version === '1.6.2' }))
}

function begins(plan: Plan) {
  return async (session: OperatorSession) =>
    await goOn(session, await beginRun(session, plan, { purpose: 'operator apply', undoes: null }), plan)
}

/** What the move is to lead to, wherever it stopped in between. */
async function stateOf(cluster: Cluster): Promise<Record<string, unknown>> {
  const services = await cluster.list(SERVICE, { namespace: OPERATOR_NAMESPACE })
  const called = services.items.map(({ metadata: { name }, spec }) => [name, (spec as { selector: unknown }).selector])
  const lists = await Promise.all([MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS].map((type) => cluster.list(type)))
  const configurations = lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
  return { ...(await clusterState(cluster)), called, configurations }
}

/** One of each part of the move; definitions, which stay raised, are half replaced in the first. */
const STOPPED = [
  'before done crds/raise-sparkapplications',
  'before done webhook/stage',
  'before done stop/deployments/spark-operator/spark-operator',
  'before done webhook/at-once',
  'before done install/helm',
  'before done verify/applications',
]

describe('a run whose journal is lost', () => {
  it('is gone on with from what is found, wherever it stopped, and ends as it would have', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster, { webhook: true })
    await makeApplication(cluster, 'without-policy', 'RUNNING')
    const other = sessionOf(lab(), cluster, join(home, 'another-machine'))
    const ends = new Map<string, unknown>()
    for (const [index, point] of STOPPED.entries()) {
      await carry(other, await planned(cluster, '1.6.2'))
      const lost = sessionOf(lab(), cluster, join(home, `lost-${index}`))
      expect(await untilDeath(lost, (one) => one === point, begins(await planned(cluster, '2.5.2')))).toBe(point)
      const takesOver = (await lost.store.list()).at(-1)!

      const again = await planned(cluster, '2.5.2')
      expect([point, again.findings.filter(({ gate }) => gate === 'block')]).toEqual([point, []])
      await expect(carry(other, again)).rejects.toMatchObject({ code: 'SO_LOCKED', exit: 'stale' })
      const { run } = await carry(other, again, { takesOver })
      expect((await verifyRunOf(other, run)).items).toEqual([])
      ends.set(point, await stateOf(cluster))
      const stored = (await other.store.read(run))!
      await expect(planWayBack(stored, other, { lowerCrds: false })).rejects.toMatchObject({ code: 'SO_NO_WAY_BACK' })
    }
    await carry(other, await planned(cluster, '1.6.2'))
    await carry(other, await planned(cluster, '2.5.2'))
    const wanted = await stateOf(cluster)
    for (const [point, end] of ends) expect(end, point).toEqual(wanted)
  }, 600_000)

  it('is not taken over where its journal is', async () => {
    const cluster = await openLab(lab())
    const other = sessionOf(lab(), cluster, join(home, 'another-machine'))
    const known = (await other.store.list()).at(-1)!
    const plan = await planned(cluster, '1.6.2')
    await expect(carry(other, plan, { takesOver: known })).rejects.toMatchObject({ code: 'SO_RUN_NOT_LOST' })
  })
})
