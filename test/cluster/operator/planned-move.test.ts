/** What the planner plans is carried out, from 1.3.8 to 2.5.2 and back, by the commands alone; only watched for less time. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { hastened } from '../../support/operator/hastened.ts'
import { APPLICATIONS, installOld, PODS } from '../../support/operator/scenario.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-planned')

function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], {
    env: { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH },
  })
}

/** No controller runs here: what a canary needs is said by hand. */
function standInForController(cluster: Cluster): () => void {
  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) {
      const { items } = await cluster.list(APPLICATIONS).catch(() => ({ items: [] }))
      const canary = items.find(({ metadata, status }) => metadata.name.includes('canary') && status === undefined)
      const status = { applicationState: { state: 'SUBMITTED' }, driverInfo: {} }
      if (canary)
        await cluster.replace(APPLICATIONS, { ...canary, status }, { subresource: 'status' }).catch(() => undefined)
      await sleep(200)
    }
  }
  void work()
  return () => (isOver = true)
}

describe('a planned move', () => {
  it('goes from 1.3.8 to 2.5.2 and back, and loses nothing', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    // Without a controller these would stay about to be submitted, and be waited for.
    for (const name of ['app-new', 'app-pending-rerun']) {
      await cluster.delete({ type: APPLICATIONS, namespace: 'jobs', name })
    }
    const driver = { type: PODS, namespace: 'jobs', name: 'app-running-driver' }
    const { uid } = (await cluster.get(driver))!.metadata
    const stop = standInForController(cluster)
    const file = join(home, 'plan.json')
    const planned = await sparkops('plan', '--to', fixtureChart('2.5.2'), '--out', file, '--json')
    expect(planned.code, planned.stdout.slice(0, 4000) + planned.stderr).toBe(0)
    const { findings } = JSON.parse(planned.stdout) as { findings: { id: string; gate: string }[] }
    writeFileSync(file, JSON.stringify(hastened(JSON.parse(readFileSync(file, 'utf8')) as Plan)))
    const accept = findings.filter(({ gate }) => gate === 'ack').flatMap(({ id }) => ['--accept', id])
    const done = await sparkops('apply', file, '--yes', '--confirm=lab-admin', ...accept, '--json')
    expect([done.code, done.stderr.includes('Error')], done.stderr).toEqual([0, false])
    const { run } = JSON.parse(done.stdout) as OperatorReceipt
    const proof = await sparkops('verify', run)
    expect(proof.code, proof.stdout).toBe(0)
    const back = await sparkops('revert', run, '--yes', '--confirm=lab-admin')
    expect([back.code, back.stderr.includes('Error')], back.stderr).toEqual([0, false])
    const again = await sparkops('verify', 'last')
    expect(again.code, again.stdout).toBe(0)
    expect((await cluster.get(driver))!.metadata.uid).toBe(uid)
    stop()
  }, 400_000)
})
