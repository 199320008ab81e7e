/** Drivers that no status knows, and what becomes of them with a controller that reconciles as 1.x and 2.x do. */
import { describe, expect } from 'vitest'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { carry, planTo, sessionOf, takeBack, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { APPLICATIONS, installOld, JOBS, makeApplication, OPERATOR, PODS } from '../../support/operator/scenario.ts'
import { standInForControllers } from '../../support/operator/stand-in-controller.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-adoption')

const POLICIES = ['Never', 'OnFailure', 'Always']
const NO_WEBHOOK = { values: [{ webhook: { enable: false } }] }

async function driverUids(cluster: Cluster, names: readonly string[]): Promise<(string | undefined)[]> {
  const drivers = names.map((name) => cluster.get({ type: PODS, namespace: JOBS, name: `${name}-driver` }))
  return (await Promise.all(drivers)).map((driver) => driver?.metadata.uid)
}

async function states(cluster: Cluster, names: readonly string[]): Promise<string[]> {
  const live = names.map((name) => cluster.get({ type: APPLICATIONS, namespace: JOBS, name }))
  return (await Promise.all(live)).map(
    (one) => (one?.status as { applicationState?: { state?: string } } | undefined)?.applicationState?.state ?? '',
  )
}

/** As a controller leaves them that ends between spark-submit and its status write. */
async function halfSubmit(cluster: Cluster, prefix: string): Promise<string[]> {
  const names = POLICIES.map((type) => `${prefix}-${type.toLowerCase()}`)
  for (const [index, type] of POLICIES.entries()) {
    const restartPolicy = { type, onSubmissionFailureRetries: 3, onSubmissionFailureRetryInterval: 1 }
    await makeApplication(cluster, names[index]!, '', true, { restartPolicy })
  }
  return names
}

describe('a driver that no status knows', () => {
  it('is lost to 2.x without adoption, and lives on under Never, OnFailure and Always with it', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    await cluster.patch(OPERATOR, { type: 'merge', body: { spec: { replicas: 0 } } })
    const session = sessionOf(lab(), cluster, home)
    await cluster.patch(OPERATOR, { type: 'merge', body: { spec: { replicas: 1 } } })
    const names = await halfSubmit(cluster, 'half')
    const before = await driverUids(cluster, names)
    const plan = withoutGrace(await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK))
    // A controller of 1.x does nothing about them, for ever.
    const controllers = standInForControllers(cluster)
    const there = await carry(session, plan)
    expect(await states(cluster, names)).toEqual(['SUBMITTED', 'SUBMITTED', 'SUBMITTED'])
    expect(await driverUids(cluster, names)).toEqual(before)
    const proof = await verifyRunOf(session, there.run)
    expect(proof.items.filter(({ name }) => name.startsWith('jobs/half'))).toEqual([])
    expect(proof.outcome).toBe('ok')

    // The same with nobody who adopts them: what 2.x does.
    const lost = await halfSubmit(cluster, 'lost')
    const theirs = await driverUids(cluster, lost)
    await expect.poll(() => states(cluster, lost), { timeout: 20_000 }).toEqual(['FAILED', 'SUBMITTED', 'SUBMITTED'])
    const [never, ...others] = await driverUids(cluster, lost)
    expect(never).toBe(theirs[0])
    expect(others).not.toEqual(theirs.slice(1))

    const more = await driverUids(cluster, names)
    await takeBack(session, there.run)
    expect(await driverUids(cluster, names)).toEqual(more)
    await controllers.stop()
  }, 180_000)
})
