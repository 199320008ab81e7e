/**
 * Two operators in one cluster, one by Helm and one from manifests, each with namespaces of its own: each keeps its
 * facts, a plan is of one of them, and a move of it leaves alone what the other one is at work on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import type { OperatorVerification } from '../../../src/domain/operator/apply/verify-report.ts'
import type { OperatorPlan } from '../../../src/domain/operator/plan/operator-plan.ts'
import type { OperatorStatus } from '../../../src/domain/operator/status/status.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { hastened } from '../../support/operator/hastened.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application, object, sparkPod } from '../../support/operator/objects.ts'
import { applyByHand, renderManifests } from '../../support/operator/plain.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { type RunResult, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-several-'))
const HELMED = 'helmed/spark-operator'
const PLAIN = 'plain/other-spark-operator-controller'
let nodes: ReturnType<typeof standInForNodes> | undefined

beforeAll(async () => {
  nodes = standInForNodes(lab())
  for (const name of ['helmed', 'plain', 'jobs', 'others']) {
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name } })
  }
  await installOperator(lab(), '1.3.8', { namespace: 'helmed', values: ['sparkJobNamespace=jobs'] })
  const sets = ['spark.jobNamespaces={others}', 'webhook.enable=false']
  const options = { release: 'other', namespace: 'plain', sets }
  await applyByHand(lab(), await renderManifests(lab(), '2.1.1', join(home, 'plain'), options))
  // What 1.x would assume is missing in both namespaces, and in both a driver runs that its status does not know.
  for (const namespace of ['jobs', 'others']) {
    const spec = { mode: undefined, restartPolicy: { type: 'Always' } }
    await createObjects(lab(), [
      object('v1', 'ServiceAccount', 'spark', { namespace }),
      application('streaming', { namespace, spec }),
      application('half', { namespace, state: '', spec }),
      application('waiting', { namespace, state: 'PENDING_RERUN' }),
      ...['streaming', 'half'].map((name) => driver(name, namespace)),
    ])
  }
}, 120_000)
afterAll(async () => {
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('several operators of one cluster', () => {
  it('are told apart by status, each with its own facts', async () => {
    const { stdout } = await sparkops('status', '--json')
    const { installations, remarks } = JSON.parse(stdout) as OperatorStatus
    expect(installations).toMatchObject([
      {
        id: HELMED,
        version: '1.3.8',
        owner: expect.stringMatching(/^Helm release helmed\/spark-operator/) as string,
        behaviour: { generation: '1.x', namespaces: ['jobs'], lock: null },
        rights: { serviceAccount: 'helmed/spark-operator' },
        applications: { total: 3, running: 2 },
      },
      {
        id: PLAIN,
        version: '2.1.1',
        owner: expect.stringMatching(/^manifests/) as string,
        behaviour: { generation: '2.x', namespaces: ['others'], lock: `${PLAIN}-lock` },
        rights: { serviceAccount: PLAIN },
        applications: { total: 3, running: 2 },
      },
    ])
    expect(remarks.find(({ id }) => id === 'ST-SEVERAL')?.objects).toEqual([HELMED, PLAIN])
  })

  it('are not moved by chance: a plan asks which one (64), and knows both names', async () => {
    const { code, stderr } = await plan()
    expect(code).toBe(64)
    expect(stderr).toContain(`found: ${HELMED}, ${PLAIN}`)
    expect((await plan('--operator', 'helmed/none')).code).toBe(64)
  })

  it('share definitions: a plan of one speaks of its own applications, and names the other', async () => {
    const made = await planned('--operator', HELMED)
    expect(made.summary).toMatchObject({
      installation: HELMED,
      from: '1.3.8',
      release: HELMED,
      applications: { total: 3, running: 2, halfSubmitted: 1, streaming: ['jobs/half', 'jobs/streaming'] },
      others: [{ operator: PLAIN, applications: 3 }],
    })
    const named = new Map(made.findings.map(({ id, objects }) => [id, objects]))
    expect(named.get('OP-HALF-SUBMITTED')).toEqual(['jobs/half'])
    expect(named.get('OP-DEFAULTS-MODE')).toEqual(['jobs/half', 'jobs/streaming'])
    expect(named.get('OP-SHARED-DEFINITIONS')).toEqual([PLAIN])
    expect(made.inputs.map(({ of }) => of).filter((of) => of.startsWith('deployment/'))).toEqual([
      `deployment/${HELMED}`,
    ])
  })

  it('are the same from a snapshot, offline: status to the letter, and a plan but for what only a server can say', async () => {
    const snapshot = join(home, 'snapshot')
    const taken = await sparkops('snapshot', '--out', snapshot, '--json')
    expect([taken.code, taken.stderr]).toEqual([0, ''])
    expectMatchesSchema('snapshot', JSON.parse(taken.stdout))
    const [live, kept] = [await sparkops('status', '--json'), await offline('status', '--snapshot', snapshot, '--json')]
    const { cluster: _live, ...onCluster } = JSON.parse(live.stdout) as OperatorStatus
    const { cluster, ...offCluster } = JSON.parse(kept.stdout) as OperatorStatus
    expect(offCluster).toEqual(onCluster)
    expect([kept.code, cluster.server]).toEqual([live.code, snapshot])

    const values = join(home, 'values.yaml')
    writeFileSync(values, 'spark: {jobNamespaces: [jobs]}\nwebhook: {enable: false}\n')
    const words = ['plan', '--to', fixtureChart('2.5.2'), '--operator', HELMED, '-f', values]
    const online = await planned('--operator', HELMED, '-f', values)
    const { stdout, code } = await offline(...words, '--snapshot', snapshot, '--json')
    expectMatchesSchema('operator-plan', JSON.parse(stdout))
    const plan = JSON.parse(stdout) as OperatorPlan
    // The first has an address for its object.
    const apart = new Set(['OP-NO-NODES', 'OP-SERVER-NOT-ASKED'])
    const named = ({ findings }: OperatorPlan) =>
      Object.fromEntries(findings.filter(({ id }) => !apart.has(id)).map(({ id, objects }) => [id, objects]))
    expect(named(plan)).toEqual(named(online))
    expect(plan.summary.helm).toEqual(online.summary.helm)
    expect([code, plan.summary.undecided]).toEqual([0, []])
    // Nobody told it the values of the release, and a snapshot keeps none.
    const without = await offline(...words.slice(0, -2), '--snapshot', snapshot, '--json')
    expect((JSON.parse(without.stdout) as OperatorPlan).summary.undecided).toEqual([`values of Helm release ${HELMED}`])
    expect((await offline('plan', '--to', fixtureChart('2.5.2'), '--snapshot', snapshot)).code).toBe(64)
  })

  it('do not touch each other: a move of one leaves what the other is at work on, and proves its own', async () => {
    const before = await applications('others')
    const run = await apply(await planned('--operator', HELMED))
    expect(await applications('others')).toEqual(before)
    const [half, streaming] = await applications('jobs')
    expect(half).toMatchObject({ metadata: { name: 'half' }, status: { applicationState: { state: 'SUBMITTED' } } })
    expect(streaming).toMatchObject({ spec: { mode: 'cluster', restartPolicy: { onFailureRetryInterval: 5 } } })
    // The other operator goes on meanwhile: that is no finding of this move.
    const proving = { isOver: false }
    const watching = sparkops('verify', run, '--watch', '3s', '--all', '--json').finally(() => (proving.isOver = true))
    for (let attempts = 2; !proving.isOver; attempts += 1) {
      const path = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/others/sparkapplications/waiting/status'
      const status = { applicationState: { state: 'SUBMITTED' }, executionAttempts: attempts }
      await lab().request('PATCH', path, { status }, 'application/merge-patch+json')
      await sleep(200)
    }
    // A document a line while it watches, the verdict last.
    const proof = await watching
    expect(proof.code, proof.stdout).toBe(0)
    const told = proof.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    for (const change of told.slice(0, -1)) expectMatchesSchema('operator-change', change)
    expect(told.slice(0, -1)).toContainEqual(
      expect.objectContaining({
        change: expect.objectContaining({ change: 'MODIFIED', object: 'others/waiting', now: 'SUBMITTED' }) as object,
      }),
    )
    const { items } = told.at(-1) as OperatorVerification
    expectMatchesSchema('operator-verification', told.at(-1))
    expect(items.find(({ name }) => name === 'others/waiting')).toMatchObject({
      verdict: 'note',
      why: 'another operator acts on it, now SUBMITTED',
    })
    const deployments = await get('/apis/apps/v1/namespaces/plain/deployments/other-spark-operator-controller')
    expect(deployments.spec).toMatchObject({ replicas: 1 })
    const back = await sparkops('revert', run, '--yes', '--confirm=lab-admin')
    expect(back.code, back.stderr).toBe(0)
    expect((await applications('others')).map(({ spec }) => spec)).toEqual(before.map(({ spec }) => spec))
  }, 120_000)
})

function driver(name: string, namespace: string): KubeObject {
  const pod = sparkPod(name, { namespace, owned: false })
  return { ...pod, spec: { ...(pod.spec as object), containers: [{ name: 'spark', image: 'registry.test/spark' }] } }
}

async function get(path: string): Promise<KubeObject> {
  return (await lab().request('GET', path)) as KubeObject
}

async function applications(namespace: string): Promise<KubeObject[]> {
  const path = `/apis/sparkoperator.k8s.io/v1beta2/namespaces/${namespace}/sparkapplications`
  return ((await lab().request('GET', path)) as { items: KubeObject[] }).items
}

function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], {
    env: { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH, COLUMNS: '80' },
  })
}

/** Without a kubeconfig, and where nothing listens. */
function offline(...words: string[]): Promise<RunResult> {
  const PATH = `${dirname(lab().helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], { env: { HOME: home, KUBECONFIG: join(home, 'none'), PATH, COLUMNS: '80' } })
}

function plan(...words: string[]): Promise<RunResult> {
  return sparkops('plan', '--to', fixtureChart('2.5.2'), ...words, '--json')
}

async function planned(...words: string[]): Promise<OperatorPlan> {
  const { code, stdout, stderr } = await plan(...words)
  expect(code, stderr + stdout).toBe(0)
  expectMatchesSchema('operator-plan', JSON.parse(stdout))
  return hastened(JSON.parse(stdout) as OperatorPlan) as OperatorPlan
}

/** Gives the run. */
async function apply(made: OperatorPlan): Promise<string> {
  const file = join(home, 'plan.json')
  writeFileSync(file, JSON.stringify(made))
  const accept = made.findings.filter(({ gate }) => gate === 'ack').map(({ id }) => `--accept=${id}`)
  const done = await sparkops('apply', file, '--yes', '--confirm=lab-admin', ...accept, '--json')
  expect(done.code, done.stderr).toBe(0)
  return (JSON.parse(done.stdout) as OperatorReceipt).run
}
