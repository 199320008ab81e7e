/** What a lowered definition takes away: foretold, seen, and given back, on a real control plane. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { GateReturnPayload } from '../../../src/domain/operator/steps/payloads.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { carry, planTo, sessionOf, takeBack, withoutGrace } from '../../support/operator/planned.ts'
import { APPLICATIONS, installOld, JOBS, makeApplication } from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-pruning-'))
const NO_WEBHOOK = { values: [{ webhook: { enable: false } }] }
let nodes: ReturnType<typeof standInForNodes> | undefined

beforeAll(() => {
  nodes = standInForNodes(lab())
})
afterAll(async () => {
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

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

describe('a lowered definition', () => {
  it('takes away what the plan foretells and nothing else, and all of it comes back before the last gate', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    const session = sessionOf(lab(), cluster, home)
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
})
