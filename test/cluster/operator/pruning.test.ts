/** What a lowered definition takes away: foretold, seen, and given back, on a real control plane. */
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { goOn } from '../../../src/domain/operator/apply/session.ts'
import type { GateReturnPayload } from '../../../src/domain/operator/steps/payloads.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { carry, planTo, sessionOf, takeBack, withoutGrace } from '../../support/operator/planned.ts'
import { APPLICATIONS, installOld, JOBS, makeApplication } from '../../support/operator/scenario.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-pruning')
const runs = join(home, 'sparkops', 'runs')
const NO_WEBHOOK = { values: [{ webhook: { enable: false } }] }

/** Paths that one value has and another has not: the topmost ones. */
function vanished(before: unknown, after: unknown, path: string): string[] {
  if (Array.isArray(before)) {
    return before.flatMap((item, index) => vanished(item, (after as unknown[])[index], `${path}[${index}]`))
  }
  if (typeof before !== 'object' || before === null) return []
  return Object.entries(before).flatMap(([name, value]) => {
    const inner = (after as Record<string, unknown>)[name]
    return inner === undefined ? [`${path}.${name}`] : vanished(value, inner, `${path}.${name}`)
  })
}

const FIELDS_OF_2_5 = {
  mode: 'cluster',
  deps: { archives: ['local:///a.zip'] },
  driver: { memoryLimit: '2g', template: { spec: { priorityClassName: 'high' } }, serviceLabels: { team: 'data' } },
  executor: { memoryLimit: '4g', lifecycle: { preStop: { sleep: { seconds: 5 } } } },
  dynamicAllocation: { enabled: true, shuffleTrackingEnabled: false },
}

async function spec(cluster: Cluster, name: string): Promise<unknown> {
  return (await cluster.get({ type: APPLICATIONS, namespace: JOBS, name }))!.spec
}

async function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  const env = { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH }
  return await runCli(['operator', ...words], { env })
}

describe('a lowered definition', () => {
  it('takes away what the plan foretells and nothing else, and all of it comes back before the last gate', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    const session = sessionOf(lab(), cluster, runs)
    await carry(session, withoutGrace(await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK)))
    await makeApplication(cluster, 'newer', 'RUNNING', true, FIELDS_OF_2_5)
    await makeApplication(cluster, 'plain', 'RUNNING', true, { mode: 'cluster' })
    const before = { newer: await spec(cluster, 'newer'), plain: await spec(cluster, 'plain') }

    const plan = withoutGrace(await planTo(lab(), cluster, '1.3.8', { ...NO_WEBHOOK, isBack: true, crd: 'lower' }))
    const gate = plan.steps.find(({ id }) => id === 'gate/return')!
    const { lost } = gate.payload as unknown as GateReturnPayload
    // Without consent the run stands before the gate; the definitions are lowered, and nothing has been written.
    await expect(carry(session, plan)).rejects.toMatchObject({ code: 'SO_POINT_OF_NO_RETURN', exit: 'pending' })
    const seen = vanished(before.newer, await spec(cluster, 'newer'), 'spec').sort()
    expect(seen.length).toBeGreaterThan(4)
    expect(lost.filter(({ objects }) => objects.includes('jobs/newer')).map(({ path }) => path)).toEqual(seen)
    expect(vanished(before.plain, await spec(cluster, 'plain'), 'spec')).toEqual([])

    await takeBack(session, (await session.store.list()).at(-1)!)
    expect(await spec(cluster, 'newer')).toEqual(before.newer)
    expect(await spec(cluster, 'plain')).toEqual(before.plain)
  }, 180_000)

  it('is named by the way back with each object made since that it would hurt, and takes nothing without consent', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, runs)
    const [run] = (await session.store.list()) as [string]
    const stored = (await session.store.read(run))!
    const lowers = { lowerCrds: true, onHeld: () => () => undefined }
    const kept = await planWayBack(stored, session, { lowerCrds: false })
    expect(kept.findings.filter(({ gate }) => gate !== 'auto')).toEqual([])
    const back = withoutGrace(await planWayBack(stored, session, lowers))
    // Made since the move; those that were there before lose nothing by going back.
    expect(back.findings).toContainEqual(
      expect.objectContaining({
        id: 'OP-CRD-PRUNES',
        gate: 'ack',
        objects: [expect.stringMatching(/^jobs\/newer: .*spec\.driver\.template/)],
      }),
    )
    expect(back.findings.map(({ id }) => id)).not.toContain('OP-SERVER-DISAGREES')
    const refused = await sparkops('revert', run, '--crds', 'restore', '--yes', '--confirm=lab-admin')
    expect([refused.code, refused.stderr], refused.stderr).toEqual([3, expect.stringContaining('OP-CRD-PRUNES')])

    await makeApplication(cluster, 'newest', 'RUNNING', true, FIELDS_OF_2_5)
    await expect(carry(session, back, { undoes: run })).rejects.toMatchObject({
      exit: 'partial',
      why: expect.stringContaining('jobs/newest would lose') as string,
    })
    const before = await spec(cluster, 'newest')
    const again = (await session.store.list()).at(-1)!
    const resumed = await sparkops('resume', again, '--yes')
    expect([resumed.code, resumed.stderr], resumed.stderr).toEqual([5, expect.stringContaining('jobs/newest')])
    expect(await spec(cluster, 'newest')).toEqual(before)
    await cluster.delete({ type: APPLICATIONS, namespace: JOBS, name: 'newest' })
    await expect(goOn(session, await session.store.open(again), back)).rejects.toMatchObject({
      code: 'SO_POINT_OF_NO_RETURN',
    })
    const mayPass = () => Promise.resolve(true)
    expect((await goOn({ ...session, mayPass }, await session.store.open(again), back)).outcome).toBe('done')
    expect(vanished(FIELDS_OF_2_5, await spec(cluster, 'newer'), 'spec')).toContain('spec.driver.template')
  }, 180_000)
})
