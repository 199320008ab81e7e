/**
 * Steps that need nodes and a controller: the image is pulled before anything stops, a canary is taken up, and a lowered
 * definition stops before the first write that would end its fields. A stand-in says what a kubelet would.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { hastened } from '../../support/operator/hastened.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-nodes-'))
const file = join(home, 'plan.json')
const JOBS = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications'
const PODS = '/api/v1/namespaces/spark-operator/pods'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/spark-operator/deployments'
let nodes: ReturnType<typeof standInForNodes> | undefined
let stop = (): void => undefined

beforeAll(async () => {
  nodes = standInForNodes(lab())
  await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
  await installOperator(lab(), '2.5.2', { values: ['spark.jobNamespaces={jobs}', 'webhook.enable=false'] })
  await createObjects(lab(), [
    application('limited', { state: 'COMPLETED', spec: { driver: { memoryLimit: '2g' }, mode: 'cluster' } }),
  ])
  const node = (await lab().request('POST', '/api/v1/nodes', { metadata: { name: 'node-1' } })) as KubeObject
  const status = { conditions: [{ type: 'Ready', status: 'True' }] }
  await lab().request('PUT', '/api/v1/nodes/node-1/status', { ...node, status })
}, 60_000)
afterAll(async () => {
  stop()
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('a move on a cluster with nodes', () => {
  it('ends with 3 where the registry does not have the image, before anything is stopped', async () => {
    stop = standIn({ pull: { waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } } })
    const { code, stderr } = await apply(await planned('--crd', 'lower'))
    stop()
    expect([code, stderr]).toEqual([3, expect.stringMatching(/image .* cannot be pulled.*\n?.*manifest unknown/s)])
    expect(await replicas()).toBe(1)
    expect(await names(PODS)).not.toContain('sparkops-pull-1')
    const back = await sparkops('abort', '--yes', '--confirm=lab-admin')
    expect(back.code, back.stderr).toBe(0)
  }, 60_000)

  it('ends with 8 where no node ever takes the pod, and says so; nothing was stopped', async () => {
    const made = await planned('--crd', 'lower')
    const { code, stderr } = await apply(within(made, 'pull-image', 2))
    expect([code, stderr]).toEqual([8, expect.stringContaining('no node has taken the pod')])
    expect(await replicas()).toBe(1)
    expect((await sparkops('abort', '--yes', '--confirm=lab-admin')).code).toBe(0)
  }, 60_000)

  it('stops before the first write under a lowered definition (8), goes on by name, and proves the rest', async () => {
    // What a run left that was killed says nothing of now.
    const labels = { 'app.kubernetes.io/managed-by': 'sparkops' }
    const spec = { containers: [{ name: 'pull', image: 'gone' }] }
    await lab().request('POST', PODS, { metadata: { name: 'sparkops-pull-1', labels }, spec })
    stop = standIn({ pull: { terminated: { exitCode: 0 } }, canary: 'SUBMITTED' })
    const made = await planned('--crd', 'lower')
    expect(made.steps.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['pull-image', 'canary', 'gate-return']))
    const stopped = await apply(made)
    expect([stopped.code, stopped.stderr]).toEqual([8, expect.stringContaining('spec.driver.memoryLimit')])
    expect(await specOf('limited')).not.toHaveProperty('driver.memoryLimit')
    const done = await sparkops('resume', 'last', '--yes', '--accept=gate/return', '--json')
    expect(done.code, done.stderr).toBe(0)
    const receipt = JSON.parse(done.stdout) as OperatorReceipt
    expect(receipt.steps.find(({ id }) => id === 'canary/run')?.facts).toEqual({ state: 'SUBMITTED' })
    expect(await names(JOBS)).toEqual(['limited'])
    const proof = await sparkops('verify', 'last')
    expect(proof.code, proof.stdout).toBe(0)
    // Nothing has written the object since: what the schema hid is there again under the one before.
    const back = await sparkops('revert', 'last', '--yes', '--confirm=lab-admin', '--accept=OP-NO-WAY-BACK')
    expect(back.code, back.stderr).toBe(0)
    expect(await specOf('limited')).toMatchObject({ driver: { memoryLimit: '2g' } })
    stop()
  }, 120_000)

  it('ends with 8 where nobody takes the canary up, which goes all the same', async () => {
    stop = standIn({ pull: { terminated: { exitCode: 0 } } })
    const { code, stderr } = await apply(within(await planned(), 'canary', 2))
    expect([code, stderr]).toEqual([8, expect.stringContaining('to be taken up')])
    expect(await names(JOBS)).toEqual(['limited'])
    expect((await sparkops('revert', 'last', '--yes', '--confirm=lab-admin')).code).toBe(0)
    stop()
  }, 120_000)
})

/** Says of pods and of canaries what a kubelet and a controller would. */
function standIn({ pull, canary }: { pull?: object; canary?: string }): () => void {
  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) {
      await markPods(pull).catch(() => undefined)
      if (canary !== undefined) await markCanary(canary).catch(() => undefined)
      await sleep(100)
    }
  }
  void work()
  return () => (isOver = true)
}

async function markPods(state: object | undefined): Promise<void> {
  const { items } = (await lab().request('GET', PODS)) as { items: KubeObject[] }
  for (const pod of items.filter(({ metadata }) => metadata.name.startsWith('sparkops-pull'))) {
    const { image } = (pod.spec as { containers: { image: string }[] }).containers[0]!
    if (state === undefined || image === 'gone') continue
    const imageID = 'terminated' in state ? `${image}@sha256:0` : ''
    const containerStatuses = [{ name: 'pull', image, imageID, ready: false, restartCount: 0, state }]
    const status = { phase: imageID === '' ? 'Pending' : 'Succeeded', containerStatuses }
    await lab().request('PUT', `${PODS}/${pod.metadata.name}/status`, { ...pod, status })
  }
}

async function markCanary(state: string): Promise<void> {
  const canary = (await lab().request('GET', `${JOBS}/sparkops-canary`)) as KubeObject
  const status = { applicationState: { state }, driverInfo: {} }
  await lab().request('PUT', `${JOBS}/sparkops-canary/status`, { ...canary, status })
}

function within(made: Plan, verb: string, timeoutSeconds: number): Plan {
  const steps = made.steps.map((step) =>
    step.verb === verb ? { ...step, payload: { ...(step.payload as object), timeoutSeconds } } : step,
  )
  return sealPlan({ ...made, steps })
}

async function planned(...words: string[]): Promise<Plan> {
  const { code, stdout, stderr } = await sparkops('plan', '--to', fixtureChart('2.1.1'), ...words, '--json')
  expect(code, stderr + stdout).toBe(0)
  return hastened(JSON.parse(stdout) as Plan)
}

async function apply(made: Plan): Promise<RunResult> {
  writeFileSync(file, JSON.stringify(made))
  const accept = made.findings.filter(({ gate }) => gate === 'ack').map(({ id }) => `--accept=${id}`)
  return await sparkops('apply', file, '--yes', '--confirm=lab-admin', ...accept)
}

function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], {
    env: { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH },
  })
}

async function names(path: string): Promise<string[]> {
  const { items } = (await lab().request('GET', path)) as { items: KubeObject[] }
  return items.map(({ metadata }) => metadata.name)
}

async function specOf(name: string): Promise<unknown> {
  return ((await lab().request('GET', `${JOBS}/${name}`)) as KubeObject).spec
}

async function replicas(): Promise<unknown> {
  const live = (await lab().request('GET', `${DEPLOYMENTS}/spark-operator-controller`)) as KubeObject
  return (live.spec as { replicas: number }).replicas
}
