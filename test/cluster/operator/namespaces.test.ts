/** `operator namespaces` as a user runs it, on a real API server: right, wrong by its values, and by its version. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { NamespaceMatrix } from '../../../src/domain/operator/namespaces/document.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import type { FixtureVersion } from '../../support/operator/fixtures.ts'
import { installOperator } from '../../support/operator/lab-operator.ts'
import { type Leaders, startLeaders } from '../../support/operator/stand-in-leaders.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')

const SELECTOR = { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': 'spark-operator' }
const OF_2X = {
  namespace: 'spark-operator',
  labels: { ...SELECTOR, 'app.kubernetes.io/component': 'controller' },
  lock: { name: 'lock', kinds: ['Lease'] },
  generation: '2.x',
} as const

describe('operator namespaces', () => {
  const lab = useCluster()
  let scratch: string
  let operator: { stop: () => Promise<void> } | undefined

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-namespaces-'))
    for (const name of ['jobs-a', 'jobs-b']) await lab().request('POST', '/api/v1/namespaces', { metadata: { name } })
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))
  afterEach(async () => {
    await operator?.stop()
    operator = undefined
    await execa(lab().helmPath, ['uninstall', 'spark-operator', '-n', 'spark-operator'], { env: lab().environment })
  })

  const environment = () => ({ ...lab().environment, COLUMNS: '80', XDG_STATE_HOME: scratch })
  const sparkops = (...argv: string[]) => runCli(['operator', 'namespaces', ...argv], { env: environment() })
  const install = async (version: FixtureVersion, values: string[], leaders: Partial<Leaders> = {}) => {
    await installOperator(lab(), version, { values })
    operator = await startLeaders(lab(), { ...OF_2X, jobs: ['jobs-a', 'jobs-b'], ...leaders }, 1)
  }
  const probe = async (timeout = '15s') => {
    const { code, stdout, stderr } = await sparkops('--probe', '--yes', '--timeout', timeout, '-o', 'json')
    if (stdout === '') throw new Error(stderr)
    const matrix = JSON.parse(stdout) as NamespaceMatrix
    expectMatchesSchema('namespace-matrix', matrix)
    return { code, matrix, row: (name: string) => matrix.rows.find(({ namespace }) => namespace === name) }
  }
  const left = async () => {
    const applications = (await lab().request('GET', '/apis/sparkoperator.k8s.io/v1beta2/sparkapplications')) as {
      items: KubeObject[]
    }
    const namespaces = (await lab().request('GET', '/api/v1/namespaces')) as { items: KubeObject[] }
    return [...applications.items, ...namespaces.items]
      .filter(
        ({ metadata }) =>
          metadata.deletionTimestamp === undefined && metadata.labels?.['sparkops.dev/made-by'] !== undefined,
      )
      .map(({ metadata }) => metadata.name)
  }

  it('proves that an operator of 2.x acts in the two namespaces that were meant, and nowhere else', async () => {
    await install('2.5.2', ['spark.jobNamespaces={jobs-a,jobs-b}', 'webhook.enable=false'])
    const { code, matrix, row } = await probe()
    expect(row('jobs-a')).toMatchObject({
      meant: true,
      declared: true,
      permitted: 'yes',
      webhook: 'none',
      observed: 'taken up',
    })
    expect(row('jobs-a')!.detail).toContain('SUSPENDED')
    expect(row('*')).toMatchObject({ meant: false, declared: false, observed: 'left' })
    expect(matrix.findings.filter(({ level }) => level !== 'note')).toEqual([])
    expect(code).toBe(0)
    expect(await left()).toEqual([])
    const pods = (await lab().request('GET', '/api/v1/pods?labelSelector=spark-role=driver')) as { items: unknown[] }
    expect(pods.items).toEqual([])
  })

  it('catches that two namespaces mean all of them to 1.x', async () => {
    await install('1.6.2', ['sparkJobNamespaces={jobs-a,jobs-b}'], { generation: '1.x', labels: SELECTOR, jobs: 'all' })
    const { code, matrix, row } = await probe()
    expect(matrix.declared).toBe('all namespaces')
    expect(row('*')).toMatchObject({ meant: false, declared: true, observed: 'taken up' })
    expect(matrix.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['NS-ALL-INSTEAD', 'NS-TAKEN-UP']))
    expect(code).toBe(3)
    expect(await left()).toEqual([])
  })

  it('catches a value that the chart does not know, without touching anything', async () => {
    await install('2.5.2', ['sparkJobNamespace=jobs-a', 'webhook.enable=false'], { jobs: ['default'] })
    const { code, stdout } = await sparkops('-o', 'json')
    const matrix = JSON.parse(stdout) as NamespaceMatrix
    expectMatchesSchema('namespace-matrix', matrix)
    expect(matrix.meant).toMatchObject({ names: ['jobs-a'], key: 'sparkJobNamespace', isIgnored: true })
    expect(matrix.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['NS-VALUE-IGNORED', 'NS-NOT-DECLARED']))
    expect(new Set(matrix.rows.map(({ observed }) => observed))).toEqual(new Set(['not seen']))
    expect(code).toBe(3)
    const table = (await sparkops()).stdout
    expect(Math.max(...table.split('\n').map((line) => Array.from(line).length))).toBeLessThanOrEqual(80)
    expect(table).toContain('nothing was observed')
  })

  it('finds a namespace where the operator does not do what its arguments say', async () => {
    await install('2.5.2', ['spark.jobNamespaces={jobs-a,jobs-b}', 'webhook.enable=false'], { jobs: ['jobs-a'] })
    const { code, matrix, row } = await probe('4s')
    expect(row('jobs-b')).toMatchObject({ declared: true, observed: 'left' })
    expect(matrix.findings.map(({ id }) => id)).toContain('NS-LEFT')
    expect(code).toBe(3)
  })

  it('shows what the webhook covers, and needs --meant where no values are there', async () => {
    await install('2.5.2', ['spark.jobNamespaces={jobs-a,jobs-b}'])
    const config = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/spark-operator-webhook'
    const { webhooks } = (await lab().request('GET', config)) as { webhooks: { rules: { resources: string[] }[] }[] }
    const index = webhooks.findIndex(({ rules }) => rules[0]!.resources.includes('pods'))
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'jobs-a' } }
    const patch = [{ op: 'add', path: `/webhooks/${index}/namespaceSelector`, value: namespaceSelector }]
    await lab().request('PATCH', config, patch, 'application/json-patch+json')
    const matrix = JSON.parse((await sparkops('--meant', 'jobs-a,jobs-b', '-o', 'json')).stdout) as NamespaceMatrix
    expect(matrix.rows.map(({ namespace, webhook }) => [namespace, webhook])).toEqual([
      ['jobs-a', 'broken'],
      ['jobs-b', 'no'],
      ['*', 'no'],
    ])
    expect(matrix.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['NS-NO-WEBHOOK', 'NS-WEBHOOK-BROKEN']))
  })

  it('sweeps what a killed run left', async () => {
    await install('2.5.2', ['spark.jobNamespaces={jobs-a,jobs-b}', 'webhook.enable=false'], { jobs: ['nowhere'] })
    const argv = [PROGRAM, 'operator', 'namespaces', '--probe', '--yes', '--timeout', '3s']
    const child = spawn(process.execPath, argv, { env: cleanEnvironment(environment()), stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    for (const deadline = Date.now() + 30_000; (await left()).length < 4 && Date.now() < deadline;) await sleep(50)
    child.kill('SIGKILL')
    await ended
    expect(await left()).not.toEqual([])
    expect(await sparkops('--resume', 'last')).toMatchObject({ code: 3 })
    expect(await left()).toEqual([])
  })

  it('shows with --dry-run what it would make, and makes nothing', async () => {
    await install('2.5.2', ['spark.jobNamespaces={jobs-a}', 'webhook.enable=false'])
    const { code, stdout } = await sparkops('--probe', '--dry-run', '-o', 'json')
    expectMatchesSchema('trial-plan', JSON.parse(stdout))
    expect(code).toBe(0)
    expect(await left()).toEqual([])
    expect(await sparkops('--probe')).toMatchObject({ code: 64 })
  })
})
