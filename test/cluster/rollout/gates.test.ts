/**
 * The gates that rest on the operator, the API server and the scheduler's events, each seen to hold and to fail on a real
 * control plane, by the built program: the operator's pods are objects, its metrics a server of this test behind the API
 * server's proxy, webhooks and throttling the API server's own.
 */
import { gunzipSync } from 'node:zlib'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { GateName, GateResult } from '../../../src/domain/rollout/gates/gate.ts'
import type { RolloutReport } from '../../../src/domain/rollout/report.ts'
import { needs } from '../../support/capabilities.ts'
import { ownAddress } from '../../support/lab/own-address.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { installIdleOperator, makeOperatorPod, sayOfPod, writeLease } from '../../support/rollout/idle-operator.ts'
import { refuseEviction, throttle } from '../../support/rollout/too-many-requests.ts'
import { ROOT, type RunResult, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-gates-'))
const APPLICATIONS = '/apis/sparkoperator.k8s.io/v1beta2/namespaces'
let metrics: Server
/** What the controller's pod says of itself: of one that stands by, nothing about reconciling. */
let exposition = 'controller_runtime_webhook_panics_total 0\n'

beforeAll(async () => {
  metrics = createServer((_request, response) => response.end(exposition))
  await new Promise<void>((resolve) => metrics.listen(0, ownAddress(), resolve))
  const { port } = metrics.address() as { port: number }
  await installIdleOperator(lab(), { namespaces: ['jobs', 'costly'], metricsPort: port })
}, 120_000)
afterAll(async () => {
  metrics.closeAllConnections()
  await new Promise((resolve) => metrics.close(resolve))
  rmSync(home, { recursive: true, force: true })
})

const GATES = '{completed: off, failureRate: off, submissionLatency: off, usage: off}'

function writeFile(name: string, { namespace = 'jobs', context = 'lab-admin', gates = GATES } = {}): string[] {
  const text = `apiVersion: sparkops/v1
kind: Rollout
name: ${name}
operator: {to: ${fixtureChart('2.5.2')}}
gates: ${gates}
environments:
  - {name: dev, context: ${context}, namespaces: [${namespace}], soak: 0s}
`
  writeFileSync(join(home, `${name}.yaml`), text)
  return ['--file', `${name}.yaml`]
}

function sparkops(words: readonly string[], kubeconfig = lab().kubeconfigPath): Promise<RunResult> {
  const { environment, helmPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  const env = { ...environment, KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(home, 'state'), PATH, COLUMNS: '80' }
  return runCli(['rollout', ...words], { env, cwd: home })
}

async function start(file: readonly string[]): Promise<void> {
  const consent = ['--yes', '--confirm=lab-admin', '--accept', 'OP-NO-NODES']
  const started = await sparkops(['start', 'dev', ...file, ...consent])
  expect(started.code, started.stderr).toBe(0)
}

/** One look by `rollout watch`. */
async function look(words: readonly string[], kubeconfig?: string) {
  const watch = await sparkops(['watch', 'dev', '--timeout', '0s', '--json', ...words], kubeconfig)
  const report = JSON.parse(watch.stdout) as RolloutReport
  expectMatchesSchema('rollout-report', report)
  const gate = (name: GateName): GateResult => report.gates.find((one) => one.gate === name)!
  return { ...watch, report, gate, says: (name: GateName) => [gate(name).state, gate(name).reason] }
}

const COUNTERS = ['operatorRestarts', 'leaderChanges', 'reconcileErrors', 'webhookRefusals', 'apiThrottling'] as const

describe('the counters of a live operator', () => {
  let file: string[]

  it('hold while nothing happens, also for an operator that nobody leads yet, and drains of nodes are no throttling', async () => {
    file = writeFile('counters')
    await start(file)
    await refuseEviction(lab(), 'jobs')
    const found = await look(file)
    expect(COUNTERS.map((name) => found.says(name)[0])).toEqual(COUNTERS.map(() => 'holds'))
    expect(found.says('apiThrottling')[1]).toMatch(/^0 requests/)
    expect([found.code, found.report.verdict]).toEqual([0, 'open'])
  })

  it('fail each by its own cause, and say in words what happened', async () => {
    await sayOfPod(lab(), 'controller-a', 1)
    await makeOperatorPod(lab(), 'controller-b', 'controller')
    await writeLease(lab(), 5)
    exposition =
      'controller_runtime_reconcile_errors_total{controller="sparkapplication"} 10\n' +
      'controller_runtime_reconcile_errors_total{controller="scheduledsparkapplication"} 1\n'
    // Nothing serves the webhook, and its policy is to fail.
    await expect(makeApplication('jobs', 'refused')).rejects.toThrow(/failed calling webhook/)
    const throttled = await throttle(lab())
    const found = await look(file)
    expect(COUNTERS.map((name) => found.says(name))).toEqual([
      ['fails', '2 restarts of the operator since the start; 0 are borne.'],
      ['fails', '2 changes of the leader since the start; 1 is borne.'],
      // Two pods, at the same address.
      ['fails', '22 errors while reconciling since the start; 10 are borne.'],
      ['fails', '1 refusal by the webhook since the start; 0 are borne.'],
      ['fails', `${throttled} requests that were throttled since the start; 0 are borne.`],
    ])
    expect([found.code, found.report.verdict]).toEqual([3, 'failed'])
    const refused = await sparkops(['promote', 'dev', ...file, '--yes'])
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringContaining('operatorRestarts fails, leaderChanges'),
    ])
  })

  it('are not known where a pod does not answer, which is not waited for long', async () => {
    const { port } = metrics.address() as { port: number }
    metrics.closeAllConnections()
    await new Promise((resolve) => metrics.close(resolve))
    const found = await look(file)
    await new Promise<void>((resolve) => metrics.listen(port, ownAddress(), resolve))
    const reason = 'Not known: the metrics of controller-a cannot be read: no answer within 5 s.'
    expect(found.says('reconcileErrors')).toEqual(['unseen', reason])
  })

  it('are not known to a login that may not see them, and each says what it may not', async () => {
    const user = await lab().addUser('viewer', {
      rules: [
        { apiGroups: [''], resources: ['namespaces', 'pods', 'events'], verbs: ['get', 'list'] },
        { apiGroups: ['sparkoperator.k8s.io'], resources: ['*'], verbs: ['get', 'list'] },
      ],
    })
    const own = writeFile('counters', { context: 'lab-viewer' })
    const found = await look(own, user.kubeconfigPath)
    expect(COUNTERS.map((name) => found.says(name))).toEqual([
      ['unseen', 'Not known: this login may not list deployments.'],
      ['unseen', 'Not known: this login may not list deployments.'],
      ['unseen', 'Not known: this login may not list deployments.'],
      ['unseen', expect.stringMatching(/^Not known: the metrics of the API server cannot be read: .*forbidden/)],
      ['unseen', expect.stringMatching(/^Not known: the metrics of the API server cannot be read: .*forbidden/)],
    ])
    // Applications and pods could be seen all the same.
    expect(found.says('leftovers')[0]).toBe('holds')
    expect([found.code, found.report.verdict]).toEqual([7, 'unseen'])
  })
})

async function makeApplication(namespace: string, name: string, sparkApplicationId?: string, at = Date.now()) {
  const made = (await lab().request('POST', `${APPLICATIONS}/${namespace}/sparkapplications`, {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name },
    spec: {
      ...{ type: 'Scala', sparkVersion: '3.5.0', mode: 'cluster', mainApplicationFile: 'local:///app.jar' },
      ...{ driver: {}, executor: {}, restartPolicy: { type: 'Never' } },
    },
  })) as { metadata: { name: string } }
  const time = new Date(at).toISOString().replace(/\.\d+/, '')
  const status = {
    applicationState: { state: 'COMPLETED' },
    ...{ driverInfo: {}, sparkApplicationId, lastSubmissionAttemptTime: time, terminationTime: time },
  }
  const path = `${APPLICATIONS}/${namespace}/sparkapplications/${made.metadata.name}/status`
  await lab().request('PATCH', path, { status }, 'application/merge-patch+json')
}

describe('the gate on usage, by a dump of the real scheduler', () => {
  it('holds within the band, fails outside, and is not known where the dump ends too early', async () => {
    const gates = GATES.replace('usage: off', 'usage: {within: 20%}')
    const files = { jobs: writeFile('even', { gates }), costly: writeFile('uneven', { namespace: 'costly', gates }) }
    for (const file of Object.values(files)) await start(file)
    // Applications are to come in.
    for (const kind of ['mutating', 'validating'])
      await lab().request(
        'DELETE',
        `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/spark-operator-webhook`,
      )
    const plain = plainApplications()
    const half = Math.floor(plain.length / 2)
    // In one namespace the cheap and the dear ran before and since alike; in the other only the cheap ran before.
    const sides = {
      jobs: [plain.filter((_, index) => index % 2 === 0), plain.filter((_, index) => index % 2 === 1)],
      costly: [plain.slice(0, half), plain.slice(half)],
    }
    const hourAgo = Date.now() - 3_600_000
    for (const namespace of ['jobs', 'costly'] as const) {
      const [before, since] = sides[namespace] as [string[], string[]]
      for (const [index, id] of before.entries()) await makeApplication(namespace, `plain-${index}`, id, hourAgo)
      for (const [index, id] of since.entries()) await makeApplication(namespace, `plain-${100 + index}`, id)
    }
    const dump = ['--dump', join(ROOT, 'examples/steady')]
    const holds = await look([...files.jobs, ...dump])
    expect(holds.says('usage')).toEqual([
      'holds',
      expect.stringMatching(
        /^Applications use (0\.9|1\.[01])\d times the (vcore|memory) that their jobs did\. The band is 20 %\.$/,
      ),
    ])
    const fails = await look([...files.costly, ...dump])
    expect(fails.says('usage')).toEqual([
      'fails',
      expect.stringMatching(/^Applications use [2-9]\.\d\d times the vcore/),
    ])
    const early = await look([...files.jobs, '--dump', firstThird()])
    expect(early.says('usage')).toEqual([
      'unseen',
      expect.stringMatching(/^Not known: The dump, from \S+ to \S+, tells all of \d+ of the 40/),
    ])
    expect((await look(files.jobs)).says('usage')).toEqual([
      'unseen',
      expect.stringContaining('No dump of events was given'),
    ])
    const promoted = await sparkops(['promote', 'dev', ...files.jobs, ...dump, '--yes', '--accept', 'operatorRestarts'])
    expect(promoted.code, promoted.stderr).toBe(0)
  }, 240_000)
})

/** The dump as it was when most had not ended yet. */
function firstThird(): string {
  const lines = gunzipSync(readFileSync(join(ROOT, 'examples/steady/stream.jsonl.gz')))
    .toString('utf8')
    .split('\n')
  const path = join(home, 'early.jsonl')
  writeFileSync(path, `${lines.slice(0, Math.floor(lines.length / 3)).join('\n')}\n`)
  return path
}

/** The scheduler's own account of plain applications of the recording, those that used least first. */
function plainApplications(): string[] {
  const text = gunzipSync(readFileSync(join(ROOT, 'examples/steady/summaries.log.gz'))).toString('utf8')
  const used = new Map<string, number>()
  for (const line of text.split('\n')) {
    const id = /ApplicationID: (spark-\d+-plain)\b/.exec(line)?.[1]
    const usage = /ResourceUsage: TrackedResource\{([^}]*)\}/.exec(line)?.[1] ?? ''
    const vcore = [...usage.matchAll(/:vcore=(\d+)/g)].reduce((sum, [, number]) => sum + Number(number), 0)
    if (id !== undefined && vcore > 0) used.set(id, vcore)
  }
  return [...used].sort(([, a], [, b]) => a - b).map(([id]) => id)
}
