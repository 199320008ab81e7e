/**
 * A move with webhooks, and its way back, that end at every line of their journals: where both versions have a Service
 * of one name, so that webhooks are narrowed, withdrawn and retired in the middle.
 */
import { describe, expect } from 'vitest'
import { MUTATING_WEBHOOKS, SERVICE, VALIDATING_WEBHOOKS } from '../../../src/domain/operator/discover/kinds.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { clusterState } from '../../support/operator/cluster-state.ts'
import { begins, takesBack } from '../../support/operator/lives.ts'
import { atEveryLine, untilDeath, untilItEnds } from '../../support/operator/mortal.ts'
import { carry, planTo, sessionOf, takeBack, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { installOld, makeApplication, OPERATOR_NAMESPACE } from '../../support/operator/scenario.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-killed-webhooks')

const VALUES = { values: [{ webhook: { enable: true } }] }

async function planned(cluster: Cluster, version: '1.6.2' | '2.5.2'): Promise<Plan> {
  return withoutGrace(await planTo(lab(), cluster, version, { ...VALUES, isBack: version === '1.6.2' }))
}

/** With whom the API server would call: what a webhook that is half handed over would leave. */
async function stateOf(cluster: Cluster): Promise<Record<string, unknown>> {
  const services = await cluster.list(SERVICE, { namespace: OPERATOR_NAMESPACE })
  const called = services.items.map(({ metadata, spec }) => {
    const { selector, ports } = spec as { selector: unknown; ports: unknown }
    return [metadata.name, metadata.annotations?.['sparkops.dev/pinned'] ?? null, selector, ports]
  })
  const lists = await Promise.all([MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS].map((type) => cluster.list(type)))
  const configurations = lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
  return { ...(await clusterState(cluster)), called, configurations }
}

describe('a move with webhooks that ends at every line of its journal', () => {
  it('ends as if it had never been stopped, and so does taking it back', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, home)
    await installOld(lab(), cluster, { webhook: true })
    await makeApplication(cluster, 'without-policy', 'RUNNING')
    await carry(session, await planned(cluster, '1.6.2'))
    // What nobody stops.
    const reference = await carry(session, await planned(cluster, '2.5.2'))
    const moved = await stateOf(cluster)
    await takeBack(session, reference.run, { lowerCrds: true })
    const before = await stateOf(cluster)

    const there = await untilItEnds(session, atEveryLine().dies, begins(await planned(cluster, '2.5.2')))
    expect(there.deaths).toContain('before done webhook/stage')
    expect(there.deaths).toContain('before done webhook/trust')
    expect((await verifyRunOf(session, there.run)).items).toEqual([])
    expect(await stateOf(cluster)).toEqual(moved)

    const back = await untilItEnds(session, atEveryLine().dies, takesBack(there.run, 'operator revert'))
    for (const step of ['webhook/narrow', 'webhook/withdraw', 'undo/webhook/stage', 'undo/install/helm']) {
      expect(back.deaths).toContain(`after intent ${step}`)
      expect(back.deaths).toContain(`before done ${step}`)
    }
    expect(await stateOf(cluster)).toEqual(before)
  }, 300_000)

  it('is given up in the middle, and giving up ends so too', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, home)
    const before = await stateOf(cluster)
    for (const point of ['before done webhook/stage', 'before done webhook/at-once', 'before done install/helm']) {
      const died = await untilDeath(session, (one) => one === point, begins(await planned(cluster, '2.5.2')))
      expect(died).toBe(point)
      const run = (await session.store.list()).at(-1)!
      const back = await untilItEnds(session, atEveryLine().dies, takesBack(run, 'operator abort'))
      expect(back.deaths.length).toBeGreaterThan(10)
      expect(await stateOf(cluster), point).toEqual(before)
    }
  }, 300_000)

  it('to 1.x by a plan, too, with what it retires', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, home)
    await carry(session, await planned(cluster, '2.5.2'))
    const before = await stateOf(cluster)
    const down = await untilItEnds(session, atEveryLine().dies, begins(await planned(cluster, '1.6.2')))
    for (const step of ['webhook/withdraw', 'webhook/retire']) expect(down.deaths).toContain(`before done ${step}`)
    await untilItEnds(session, atEveryLine().dies, takesBack(down.run, 'operator revert'))
    expect(await stateOf(cluster)).toEqual(before)
  }, 300_000)
})
