/**
 * Operators that came without Helm, and releases that Helm left half-done: moved, and moved back, by the commands on a
 * real control plane.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { execa } from 'execa'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart, type FixtureVersion } from '../../support/operator/fixtures.ts'
import { hastened } from '../../support/operator/hastened.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { applyByHand, objectsIn, renderManifests } from '../../support/operator/plain.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-installs-'))
const file = join(home, 'plan.json')
let nodes: ReturnType<typeof standInForNodes> | undefined

beforeAll(async () => {
  nodes = standInForNodes(lab())
  for (const name of ['plain', 'jobs', 'helmed', 'more']) {
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name } })
  }
})
afterAll(async () => {
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('an operator that was installed from manifests', () => {
  it('moves to other manifests, which own its fields then, and takes with it what they lack', async () => {
    const [before, after] = [await manifests('1.3.8', ['sparkJobNamespace=jobs']), await manifests('2.5.2', JOBS)]
    await applyByHand(lab(), before)
    await createObjects(lab(), [application('done', { state: 'COMPLETED' })])
    const account = await get('/api/v1/namespaces/plain/serviceaccounts/spark-operator')
    const plan = await planned('--to', after, '--from', before)
    const install = plan.steps.find(({ verb }) => verb === 'apply-manifests')!
    expect(JSON.stringify(install.after)).toContain('deployments/plain/spark-operator')
    const run = await apply(plan)
    expect(await namesOf('/apis/apps/v1/namespaces/plain/deployments')).toEqual([
      'spark-operator-controller',
      'spark-operator-webhook',
    ])
    expect(await namesOf('/api/v1/namespaces/plain/serviceaccounts')).not.toContain('spark-operator')
    const back = await sparkops('revert', run, '--yes', '--confirm=lab-admin')
    expect(back.code, back.stderr).toBe(0)
    expect(await namesOf('/apis/apps/v1/namespaces/plain/deployments')).toEqual(['spark-operator'])
    const restored = await get('/apis/apps/v1/namespaces/plain/deployments/spark-operator')
    expect(restored.spec).toMatchObject({ replicas: 1 })
    expect((await get('/api/v1/namespaces/plain/serviceaccounts/spark-operator')).metadata.name).toBe(
      account.metadata.name,
    )
  }, 120_000)

  it('loses fields that its manifests no longer have, whoever applied them before', async () => {
    const former = await manifests('1.3.8', ['sparkJobNamespace=jobs'])
    const deployments = '/apis/apps/v1/namespaces/plain/deployments/spark-operator'
    const body = objectsIn(former).find(({ kind }) => kind === 'Deployment') as KubeObject & {
      spec: { template: { spec: { nodeSelector?: object } } }
    }
    body.spec.template.spec.nodeSelector = { disk: 'ssd' }
    await lab().request('PATCH', `${deployments}?fieldManager=kubectl&force=true`, body, 'application/apply-patch+yaml')
    const after = await manifests('1.6.2', ['sparkJobNamespaces={jobs}'])
    const run = await apply(await planned('--to', after, '--from', former))
    const live = JSON.stringify((await get(deployments)).spec)
    expect(live).toContain('1.6.2')
    expect(live).not.toContain('ssd')
    const back = await sparkops('revert', run, '--yes', '--confirm=lab-admin')
    expect(back.code, back.stderr).toBe(0)
    expect(JSON.stringify((await get(deployments)).spec)).toContain('ssd')
  }, 120_000)

  it('keeps what nobody says to be its own, and the plan names it', async () => {
    const plan = await planned('--to', await manifests('2.5.2', JOBS))
    const left = plan.findings.find(({ id }) => id === 'OP-PLAIN-LEFT-BEHIND')!
    expect(left.objects).toEqual(['Deployment plain/spark-operator'])
    await lab().request('DELETE', '/apis/apps/v1/namespaces/plain/deployments/spark-operator')
  })
})

describe('a Helm release that was left half-done', () => {
  it('is refused while it is pending (3), with the one record to remove', async () => {
    await installOperator(lab(), '1.3.8', { namespace: 'helmed', values: ['sparkJobNamespace=more'] })
    const broken = join(home, 'broken')
    cpSync(fixtureChart('1.3.8'), broken, { recursive: true })
    const refused = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not_A_Name' } }
    writeFileSync(join(broken, 'templates/broken.yaml'), JSON.stringify(refused))
    await expect(helm('upgrade', 'spark-operator', broken, '-n', 'helmed', '--reuse-values')).rejects.toThrow()
    const name = 'sh.helm.release.v1.spark-operator.v2'
    const labels = { status: 'pending-upgrade' }
    const path = `/api/v1/namespaces/helmed/secrets/${name}`
    await lab().request('PATCH', path, { metadata: { labels } }, 'application/merge-patch+json')
    const { code, stdout } = await plan('--to', fixtureChart('1.6.2'))
    expect(code).toBe(3)
    const { findings } = JSON.parse(stdout) as Plan
    const [pending] = findings.filter(({ gate }) => gate === 'block')
    expect(pending).toMatchObject({ id: 'OP-RELEASE-PENDING', objects: [expect.stringContaining(name)] })
    await lab().request('PATCH', path, { metadata: { labels: { status: 'failed' } } }, 'application/merge-patch+json')
  }, 60_000)

  it('goes on from a failed upgrade, and back to what was deployed before it', async () => {
    const plan = await planned('--to', fixtureChart('1.6.2'))
    expect(plan.findings.find(({ id }) => id === 'OP-RELEASE-FAILED')).toMatchObject({
      gate: 'ack',
      objects: ['helmed/spark-operator revision 2 (deployed before it: 1)'],
    })
    const run = await apply(plan)
    const back = await sparkops('revert', run, '--yes', '--confirm=lab-admin')
    expect(back.code, back.stderr).toBe(0)
    const { stdout } = await helm('history', 'spark-operator', '-n', 'helmed', '-o', 'json')
    expect((JSON.parse(stdout) as object[]).at(-1)).toMatchObject({
      status: 'deployed',
      description: 'Rollback to 1',
    })
  }, 120_000)
})

const JOBS = ['spark.jobNamespaces={jobs}']

/** A directory of its own for each version. */
function manifests(version: FixtureVersion, sets: readonly string[]): Promise<string> {
  return renderManifests(lab(), version, join(home, version), { namespace: 'plain', sets })
}

function helm(...words: string[]) {
  return execa(lab().helmPath, words, { env: lab().environment })
}

async function get(path: string): Promise<KubeObject> {
  return (await lab().request('GET', path)) as KubeObject
}

async function namesOf(path: string): Promise<string[]> {
  const { items } = (await lab().request('GET', path)) as { items: KubeObject[] }
  return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'default')
}

function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], {
    env: { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH },
  })
}

function plan(...words: string[]): Promise<RunResult> {
  return sparkops('plan', ...words, '--json')
}

async function planned(...words: string[]): Promise<Plan> {
  const { code, stdout, stderr } = await plan(...words)
  expect(code, stderr + stdout).toBe(0)
  return hastened(JSON.parse(stdout) as Plan)
}

/** Gives the run. */
async function apply(made: Plan): Promise<string> {
  writeFileSync(file, JSON.stringify(made))
  const accept = made.findings.filter(({ gate }) => gate === 'ack').map(({ id }) => `--accept=${id}`)
  const done = await sparkops('apply', file, '--yes', '--confirm=lab-admin', ...accept, '--json')
  expect(done.code, done.stderr).toBe(0)
  return (JSON.parse(done.stdout) as OperatorReceipt).run
}
