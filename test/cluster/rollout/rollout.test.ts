/** A rollout over two environments on a real control plane: the runbook and the workflow, executed as they stand in docs. */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { RolloutStatus } from '../../../src/domain/rollout/status.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openKubeCluster } from '../../../src/adapters/kube/open-cluster.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { hastened } from '../../support/operator/hastened.ts'
import { APPLICATIONS, installOld, PODS } from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { cleanEnvironment, PROGRAM, ROOT, type RunResult, runCli, runShell } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it } = needs('lab', 'bash')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-rollout-'))
const runs = join(home, 'state/sparkops/runs')
let nodes: ReturnType<typeof standInForNodes> | undefined
let cluster: Cluster
let canaries: { stop: () => void } | undefined

beforeAll(async () => {
  nodes = standInForNodes(lab())
  cluster = await openKubeCluster({
    kubeconfig: lab().kubeconfigPath,
    env: {},
    interactive: false,
    userAgent: 'test',
    timings: {},
  })
  await installOld(lab(), cluster)
  // No controller runs here: these would stay about to be submitted, and be waited for.
  for (const name of ['app-new', 'app-pending-rerun', 'app-submitted', 'app-running'])
    await cluster.delete({ type: APPLICATIONS, namespace: 'jobs', name })
  for (const { metadata } of (await cluster.list(PODS, { namespace: 'jobs' })).items)
    await cluster.delete({ type: PODS, namespace: 'jobs', name: metadata.name }, { gracePeriodSeconds: 0 })
  canaries = standInForCanaries()
}, 120_000)
afterAll(async () => {
  canaries?.stop()
  await nodes?.stop()
  await cluster.close()
  rmSync(home, { recursive: true, force: true })
})

/** Says of a canary what a controller would. */
function standInForCanaries(): { stop: () => void } {
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
  return { stop: () => (isOver = true) }
}

/** An application that ends now. */
async function finish(name: string, state: 'COMPLETED' | 'FAILED', errorMessage = ''): Promise<void> {
  const { object } = await cluster.create(APPLICATIONS, {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name, namespace: 'jobs' },
    spec: {
      ...{ type: 'Scala', sparkVersion: '3.5.0', mode: 'cluster', mainApplicationFile: 'local:///app.jar' },
      ...{ driver: {}, executor: {}, restartPolicy: { type: 'Never' } },
    },
  })
  const at = new Date().toISOString().replace(/\.\d+/, '')
  const status = {
    applicationState: { state, errorMessage },
    ...{ driverInfo: {}, submissionAttempts: 1, lastSubmissionAttemptTime: at, terminationTime: at },
  }
  await cluster.replace(APPLICATIONS, { ...object, status }, { subresource: 'status' })
}

function environment(): Record<string, string> {
  const { environment: own, helmPath, kubeconfigPath } = lab()
  const shims = join(home, 'bin')
  const PATH = `${shims}:${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return { ...own, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: join(home, 'state'), PATH, COLUMNS: '80' }
}

const sparkops = (...words: string[]): Promise<RunResult> =>
  runCli(['rollout', ...words], { env: environment(), cwd: home })
const stateOf = async (): Promise<string[]> =>
  (JSON.parse((await sparkops('status', '--json')).stdout) as RolloutStatus).environments.map(({ stage }) => stage)

const FILE = `apiVersion: sparkops/v1
kind: Rollout
name: to-162
operator: {to: ${fixtureChart('1.6.2')}}
state: {configMap: {namespace: jobs}}
gates:
  completed: 2
  failureRate: off
  submissionLatency: off
  operatorRestarts: off
  leaderChanges: off
  reconcileErrors: off
  usage: off
environments:
  - {name: dev, context: lab-admin, namespaces: [jobs], soak: 0s}
  - {name: prod, context: lab-admin, namespaces: [jobs], soak: 0s}
`

describe('a rollout', () => {
  it('begins with a file made from the cluster, which says what cannot be looked at', async () => {
    const made = await sparkops('init', '-e', 'dev=lab-admin', '--to', fixtureChart('1.6.2'))
    expect(made.code, made.stderr).toBe(0)
    const text = readFileSync(join(home, 'rollout.yaml'), 'utf8')
    expect(load(text)).toMatchObject({
      kind: 'Rollout',
      environments: [{ context: 'lab-admin', namespaces: ['jobs'] }],
    })
    expect(text).toContain('now at 1.3.8')
    expect(text).toMatch(/operatorRestarts: off.*no pod of the operator/)
    expect((await sparkops('init', '-e', 'dev', '--to', 'x')).stderr).toContain('never replaced')
    const status = await sparkops('status', '--json')
    expect([status.code, status.stderr.includes('Error')], status.stderr).toEqual([0, false])
    expectMatchesSchema('rollout-status', JSON.parse(status.stdout))
  })

  it('refuses what is out of order, and a file that is wrong, before anything is touched', async () => {
    writeFileSync(join(home, 'rollout.yaml'), FILE)
    const before = await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-completed' })
    expect((await sparkops('start', 'prod', '--yes', '--confirm=lab-admin')).code).toBe(5)
    expect((await sparkops('promote', 'dev', '--yes')).code).toBe(5)
    expect((await sparkops('start', 'nowhere')).code).toBe(64)
    writeFileSync(join(home, 'wrong.yaml'), FILE.replace('soak: 0s', 'soak: soon'))
    const wrong = await sparkops('status', '--file', 'wrong.yaml')
    expect([wrong.code, wrong.stderr]).toEqual([
      65,
      expect.stringMatching(/wrong\.yaml, line \d+: environments\[0\]\.soak/),
    ])
    expect(await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-completed' })).toEqual(before)
    expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([])
  })

  it('is taken back by a halt, to the version that was there before', async () => {
    writeFileSync(join(home, 'rollout.yaml'), FILE.replace('to-162', 'back'))
    const accepts = (await savePlan()).split(' ').flatMap((id) => (id === '' ? [] : ['--accept', id]))
    const env = { ...environment(), XDG_STATE_HOME: join(home, 'apart') }
    const run = (...words: string[]): Promise<RunResult> =>
      runCli(['rollout', ...words, '--state', 'journal'], { env, cwd: home })
    const consent = ['--yes', '--confirm=lab-admin', ...accepts]
    const start = await run('start', 'dev', '--plan', 'plan.json', ...consent)
    expect(start.code, start.stderr).toBe(0)
    // Killed on its way back, the same command goes on.
    const words = ['halt', 'dev', '--state', 'journal', '--revert', ...consent]
    await killAtStep(3, words, { env, runs: join(home, 'apart/sparkops/runs'), purpose: 'operator revert' })
    const back = await run('halt', 'dev', '--revert', ...consent)
    expect([back.code, back.stdout], back.stderr).toEqual([0, expect.stringContaining('took back')])
    const status = await run('status', 'dev', '--json')
    expect((JSON.parse(status.stdout) as RolloutStatus).environments[0]).toMatchObject({ stage: 'reverted' })
    writeFileSync(join(home, 'rollout.yaml'), FILE)
  }, 240_000)

  it('is carried on by the runbook after the process that moved the operator was killed', async () => {
    shim()
    const FINDINGS = await savePlan()
    const accepts = FINDINGS.split(' ').flatMap((id) => (id === '' ? [] : ['--accept', id]))
    const start = ['start', 'dev', '--plan', 'plan.json', '--yes', '--confirm=lab-admin', ...accepts]
    await killAtStep(4, start, { env: environment(), runs, purpose: 'operator apply' })
    expect(await stateOf()).toEqual(['starting', 'waiting'])
    const variables = { ENVIRONMENT: 'dev', CONTEXT: 'lab-admin', PLAN: 'plan.json', FINDINGS, TIMEOUT: '0s' }
    const runbook = () =>
      runShell(`bash ${ROOT}/docs/runbooks/rollout.sh`, { env: { ...environment(), ...variables }, cwd: home })
    const first = await runbook()
    expect([first.code, first.stderr.includes('needs more time')], first.stderr).toEqual([8, true])
    expect(await stateOf()).toEqual(['soaking', 'waiting'])
    await sleep(1000)
    await finish('etl-1', 'COMPLETED')
    await finish('etl-2', 'COMPLETED')
    const second = await runbook()
    expect([second.code, second.stdout], second.stderr).toEqual([0, expect.stringContaining('promoted')])
    expect(await stateOf()).toEqual(['promoted', 'waiting'])
    expect((await runbook()).stdout).toContain('promoted already')
    const map = await cluster.get({
      type: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
      ...{ namespace: 'jobs', name: 'sparkops-rollout-to-162' },
    })
    const state = JSON.parse((map!.data as Record<string, string>)['rollout.json']!) as { entries: { event: string }[] }
    expectMatchesSchema('rollout-state', state)
    expect(state.entries.map(({ event }) => event)).toEqual(['starting', 'started', 'promoted'])
    const markdown = readFileSync(join(home, 'reports/to-162-dev.md'), 'utf8')
    expect(markdown).toMatch(/\| completed \| holds \| 2 applications have completed/)
    expect(readFileSync(join(home, 'reports/to-162-dev.html'), 'utf8')).toContain('<title>to-162: dev</title>')
  }, 240_000)

  it('goes on in the workflow where a person began, on a machine that has nothing but the ConfigMap', async () => {
    const other = join(home, 'ci')
    const env = {
      ...environment(),
      XDG_STATE_HOME: other,
      SPARKOPS_STATE: 'configmap/jobs',
      GITHUB_ACTOR: 'octocat',
      ACCEPT: '',
    }
    const planned = { FINDINGS: await savePlan(), SPARKOPS_PLAN: 'plan.json' }
    const started = await runStep('Start', { ...env, ...planned, NAME: 'prod' })
    expect([started.code, started.stderr.includes('Error')], started.stderr).toEqual([0, false])
    expect(await stateOf()).toEqual(['promoted', 'soaking'])
    await sleep(1000)
    await finish('etl-3', 'COMPLETED')
    await finish('etl-4', 'COMPLETED')
    const which = await runStep('Which environment', { ...env, ENVIRONMENT: '' })
    expect(which.output['name'], which.stderr).toBe('prod')
    const look = await runStep('Look, and stop where a gate says so', { ...env, NAME: 'prod' })
    expect([look.code, look.output['code']], look.stderr).toEqual([0, '0'])
    expect(look.summary).toContain('Every gate holds')
    // Two who promote at once: one wins, the other is told.
    const both = await Promise.all([
      runStep('Promote', { ...env, NAME: 'prod' }),
      sparkops('promote', 'prod', '--yes', '--by', 'ada'),
    ])
    expect(both.map(({ code }) => code).sort(), both.map(({ stderr }) => stderr).join('')).toEqual([0, 5])
    expect(both.find(({ code }) => code === 5)!.stderr).toMatch(/somebody else|not being watched/)
    expect(await stateOf()).toEqual(['promoted', 'promoted'])
  }, 240_000)

  it('is stopped by what the operator did, and says why with evidence', async () => {
    writeFileSync(join(home, 'rollout.yaml'), FILE.replace('to-162', 'again').replace(/ {2}- \{name: prod.*\n/, ''))
    const accepts = (await savePlan()).split(' ').flatMap((id) => (id === '' ? [] : ['--accept', id]))
    const consent = ['--yes', '--confirm=lab-admin', '--plan', 'plan.json', ...accepts]
    const start = await sparkops('start', 'dev', '--state', 'journal', ...consent)
    expect([start.code, start.stderr.includes('Error')], start.stderr).toEqual([0, false])
    await sleep(1000)
    await finish('etl-5', 'COMPLETED')
    await finish(
      'bad-1',
      'FAILED',
      'failed to run spark-submit: Internal error occurred: failed calling webhook "mutate--v1-pod.sparkoperator.k8s.io": no endpoints',
    )
    const watch = await sparkops('watch', 'dev', '--state', 'journal', '--timeout', '0s', '--json')
    expectMatchesSchema('rollout-report', JSON.parse(watch.stdout))
    const report = JSON.parse(watch.stdout) as NonNullable<RolloutStatus['report']>
    expect(report.failures[0]).toMatchObject({
      application: 'jobs/bad-1',
      origin: 'operator',
      class: 'webhook',
      standing: 'no history',
    })
    expect(report.failures[0]!.evidence[0]!.text).toContain('no endpoints')
    expect([watch.code, report.verdict]).toEqual([3, 'failed'])
    const refused = await sparkops('promote', 'dev', '--yes', '--state', 'journal')
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('operatorFailures fails')])
    const halted = await sparkops('halt', 'dev', '--yes', '--state', 'journal', '--why', 'webhook')
    expect([halted.code, halted.stdout.includes('halted')], halted.stderr).toEqual([0, true])
    expect((await sparkops('watch', 'dev', '--state', 'journal')).code).toBe(5)
    // The operator was at that version: the start moved nothing.
    const back = await sparkops('halt', 'dev', '--state', 'journal', '--revert', '--yes', '--confirm=lab-admin')
    expect([back.code, back.stderr]).toEqual([1, expect.stringContaining('nothing to take back')])
  }, 240_000)
})

/** A plan of the move, only watched for less time; gives the findings that it asks to acknowledge. */
async function savePlan(): Promise<string> {
  const file = join(home, 'plan.json')
  const words = ['operator', 'plan', '--to', fixtureChart('1.6.2'), '--out', file, '--json']
  const planned = await runCli(words, { env: environment(), cwd: home })
  writeFileSync(file, JSON.stringify(hastened(JSON.parse(readFileSync(file, 'utf8')) as Plan)))
  const { findings } = JSON.parse(planned.stdout) as Plan
  return findings.flatMap(({ id, gate }) => (gate === 'ack' ? [id] : [])).join(' ')
}

/** A program `sparkops` on the path, as an installation has. */
function shim(): void {
  const path = join(home, 'bin')
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'sparkops'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`)
  chmodSync(join(path, 'sparkops'), 0o755)
}

/** Begins a command and kills it when the journal of the operator's run has seen so many steps done. */
async function killAtStep(
  steps: number,
  words: readonly string[],
  of: { env: Record<string, string>; runs: string; purpose: string },
): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, 'rollout', ...words], {
    ...{ cwd: home, stdio: 'ignore', env: cleanEnvironment(of.env) },
  })
  for (const deadline = Date.now() + 100_000; Date.now() < deadline;) {
    await sleep(50)
    const journal = journals(of.runs).filter((text) => text.includes(`"purpose":"${of.purpose}`))
    const done = journal.join('').match(/"event":"done"/g) ?? []
    if (done.length >= steps || child.exitCode !== null) break
  }
  child.kill('SIGKILL')
  await new Promise<void>((resolve) => {
    if (child.exitCode === null && child.signalCode === null)
      child.once('exit', () => {
        resolve()
      })
    else resolve()
  })
  expect(child.signalCode).toBe('SIGKILL')
}

function journals(directory: string): string[] {
  if (!existsSync(directory)) return []
  const files = readdirSync(directory).map((id) => join(directory, id, 'journal.ndjson'))
  return files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))
}

interface StepResult extends RunResult {
  output: Record<string, string>
  summary: string
}

/** The script of a step of the workflow, with the files that GitHub gives it. */
async function runStep(name: string, env: Record<string, string>): Promise<StepResult> {
  const workflow = load(readFileSync(join(ROOT, 'docs/runbooks/rollout.yml'), 'utf8')) as {
    jobs: { rollout: { steps: { name?: string; run?: string }[] } }
  }
  const script = workflow.jobs.rollout.steps.find((step) => step.name === name)!.run!
  const [output, summary] = [join(home, 'output'), join(home, 'summary')]
  for (const file of [output, summary]) writeFileSync(file, '')
  const result = await runShell(`set -eo pipefail\n${script}`, {
    env: { ...env, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
    cwd: home,
  })
  const lines = readFileSync(output, 'utf8').split('\n').filter(Boolean)
  return {
    ...result,
    output: Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ),
    summary: readFileSync(summary, 'utf8'),
  }
}
