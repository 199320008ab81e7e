/** `operator failover` as a user runs it, on a real API server, with replicas that elect and reconcile. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dump } from 'js-yaml'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { FailoverReport } from '../../../src/domain/operator/failover/report.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { installOperator } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { type Leaders, startLeaders } from '../../support/operator/stand-in-leaders.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')

const API = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs'
const SELECTOR = { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': 'spark-operator' }
const OF_2X: Leaders = {
  namespace: 'spark-operator',
  labels: { ...SELECTOR, 'app.kubernetes.io/component': 'controller' },
  lock: { name: 'spark-operator-controller-lock', kinds: ['Lease'] },
  generation: '2.x',
  jobs: ['jobs'],
}

describe('operator failover', () => {
  const lab = useCluster()
  let scratch: string
  let file: string
  let leaders: { stop: () => Promise<void> } | undefined

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-failover-'))
    file = join(scratch, 'pi.yaml')
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
    await installOperator(lab(), '2.5.2', {
      values: ['controller.replicas=2', 'spark.jobNamespaces={jobs}', 'webhook.enable=false'],
    })
    const test = application('pi', { state: '' })
    delete test.status
    await writeFile(file, dump(test))
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))
  afterEach(async () => {
    await leaders?.stop()
    leaders = undefined
    const paths = [
      `${API}/sparkapplications`,
      `${API}/scheduledsparkapplications`,
      '/api/v1/namespaces/jobs/pods?gracePeriodSeconds=0',
    ]
    const own = '/api/v1/namespaces/spark-operator/pods?gracePeriodSeconds=0'
    const locks = '/apis/coordination.k8s.io/v1/namespaces/spark-operator/leases'
    const maps = '/api/v1/namespaces/spark-operator/configmaps'
    for (const path of [...paths, own, locks, maps]) await lab().request('DELETE', path)
  })

  const environment = () => ({
    ...lab().environment,
    PATH: `${dirname(lab().helmPath)}:${process.env.PATH ?? ''}`,
    COLUMNS: '80',
    XDG_STATE_HOME: scratch,
  })
  const sparkops = (...argv: string[]) => runCli(['operator', 'failover', ...argv], { env: environment() })
  const names = async (path: string) =>
    ((await lab().request('GET', path)) as { items: KubeObject[] }).items.map(({ metadata }) => metadata.name)
  const start = async (options: Partial<Leaders> = {}) => {
    leaders = await startLeaders(lab(), { ...OF_2X, ...options })
    await until(async () => (await lockHolder()) !== '')
  }
  const lockHolder = async () => {
    const of = async (path: string): Promise<KubeObject | undefined> =>
      (await lab()
        .request('GET', `${path}/spark-operator-controller-lock`)
        .catch(() => undefined)) as KubeObject | undefined
    const lease = await of('/apis/coordination.k8s.io/v1/namespaces/spark-operator/leases')
    const map = await of('/api/v1/namespaces/spark-operator/configmaps')
    const text = map?.metadata.annotations?.['control-plane.alpha.kubernetes.io/leader'] ?? '{}'
    const record = (lease?.spec ?? JSON.parse(text)) as { holderIdentity?: string }
    return record.holderIdentity ?? ''
  }
  const run = async (name: string) => {
    const { metadata, ...rest } = application(name, { state: '' })
    delete rest.status
    await lab().request('POST', `${API}/sparkapplications`, { ...rest, metadata: { name: metadata.name } })
    await until(async () => {
      const { status } = (await lab().request('GET', `${API}/sparkapplications/${name}`)) as {
        status?: { applicationState?: { state?: string } }
      }
      return status?.applicationState?.state === 'RUNNING'
    })
  }
  const times: Record<string, string> = { '--lead': '300ms', '--timeout': '30s', '--settle': '1500ms' }
  const fast = Object.entries(times).flat()
  const fail = async (...argv: string[]) => {
    const unsaid = Object.entries(times).filter(([flag]) => !argv.includes(flag))
    const { code, stdout, stderr } = await sparkops(
      ...unsaid.flat(),
      '--yes',
      '--confirm',
      'lab-admin',
      '-o',
      'json',
      ...argv,
    )
    if (stdout === '') throw new Error(stderr)
    const report = JSON.parse(stdout) as FailoverReport
    expectMatchesSchema('failover-report', report)
    return { code, report }
  }

  it.for(['graceful', 'kill', 'cut'] as const)(
    'proves that nothing is hurt where the leader goes by %s',
    async (way) => {
      await start()
      await run('long')
      const { code, report } = await fail('--by', way, '--apps', '4', '--file', file)
      expect(report.items.filter(({ verdict }) => verdict !== 'intact')).toEqual([])
      expect(report).toMatchObject({ way, exit: 'ok', applications: { intact: 6 }, unseen: [] })
      expect(report.leader.after).not.toBe(report.leader.before)
      expect(report.tests).toHaveLength(5)
      expect(report.durations.reconciled).toBeGreaterThanOrEqual(report.durations.taken!)
      expect(code).toBe(0)
      expect(await names(`${API}/sparkapplications`)).toEqual(['long'])
      expect(await lockHolder()).not.toContain('sparkops')
    },
  )

  it('finds an operator that submits again what runs', async () => {
    await start({ fault: 'resubmits' })
    await run('long')
    const { code, report } = await fail('--by', 'kill', '--apps', '4', '--file', file, '--lead', '2s')
    expect(report.items.find(({ name }) => name === 'jobs/long')).toMatchObject({ verdict: 'restarted' })
    expect(report.items.find(({ name }) => name.endsWith('-1'))).toMatchObject({ test: true, verdict: 'twice' })
    expect(code).toBe(3)
  })

  it('finds an operator that loses what came while nobody led', async () => {
    // Long enough for the applications to come while nobody leads, however slow the machine is.
    await start({ fault: 'loses', leaseSeconds: 8 })
    const { code, report } = await fail('--by', 'kill', '--apps', '4', '--file', file, '--timeout', '20s')
    const lost = report.items.filter(({ verdict }) => verdict === 'lost')
    expect(lost.length).toBeGreaterThanOrEqual(1)
    expect(lost[0]!.why).toContain('not taken up')
    expect(code).toBe(3)
  })

  it('finds a schedule that fired twice, and one that fired once', async () => {
    await lab().request('POST', `${API}/scheduledsparkapplications`, schedule('hourly', 3600))
    await start({ fault: 'fires twice' })
    const twice = await fail('--by', 'kill')
    expect(twice.report.schedules).toMatchObject({ twice: 1, intact: 0 })
    expect(twice.code).toBe(3)
    await leaders!.stop()
    await lab().request('DELETE', `${API}/scheduledsparkapplications`)
    await lab().request('POST', `${API}/scheduledsparkapplications`, schedule('often', 2))
    await start()
    const { report, code } = await fail('--by', 'kill', '--settle', '4s')
    expect(report.schedules).toMatchObject({ intact: 1, twice: 0, missed: 0 })
    expect(code).toBe(0)
  })

  it.for([['ConfigMap'], ['ConfigMap', 'Lease']] as const)(
    'cuts a leader of 1.x off that elects by %s',
    async (kinds) => {
      await start({ generation: '1.x', lock: { name: 'spark-operator-controller-lock', kinds } })
      const { code, report } = await fail('--by', 'cut', '--apps', '2', '--file', file)
      expect(report.lock.form.split(' and ').sort()).toEqual([...kinds].sort())
      expect(report.applications.intact).toBe(3)
      expect(code).toBe(0)
    },
  )

  it('shows with --dry-run what it would do, and does nothing', async () => {
    await start()
    await run('long')
    const before = await lockHolder()
    const { code, stdout } = await sparkops('--dry-run', '--apps', '2', '--file', file)
    expect(stdout).toContain('Delete the leader')
    expect(stdout).toContain('FO-RUNNING')
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
    expectMatchesSchema('trial-plan', JSON.parse((await sparkops('--dry-run', '-o', 'json')).stdout))
    expect(await lockHolder()).toBe(before)
    expect(await names(`${API}/sparkapplications`)).toEqual(['long'])
  })

  it('asks for more than a yes where applications of others are under way', async () => {
    await start()
    await run('long')
    const { code, stderr } = await sparkops('--yes')
    expect(stderr).toContain('--confirm=lab-admin')
    expect(code).toBe(64)
  })

  it('only watches with --observe, and judges what happens by itself', async () => {
    await start()
    const argv = [PROGRAM, 'operator', 'failover', '--observe', '--settle', '2s', '--timeout', '30s', '-o', 'json']
    const child = spawn(process.execPath, argv, { env: cleanEnvironment(environment()) })
    const told = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (told.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (told.stderr += chunk.toString()))
    const ended = new Promise((resolve) => child.once('close', resolve))
    await until(() => Promise.resolve(told.stderr.includes('watching;')))
    await sleep(500)
    const [pod] = (await lockHolder()).split('_')
    await run('during')
    await lab().request('DELETE', `/api/v1/namespaces/spark-operator/pods/${pod!}?gracePeriodSeconds=0`)
    await ended
    const report = JSON.parse(told.stdout) as FailoverReport
    expectMatchesSchema('failover-report', report)
    expect(report).toMatchObject({ way: 'observed', run: null, leader: { pod } })
    expect(report.leader.after).not.toBe(report.leader.before)
    expect(report.applications.lost).toBe(0)
  })

  it('ends with 8 where nothing happened while it watched', async () => {
    await start()
    expect(await sparkops('--observe', '--timeout', '1s')).toMatchObject({ code: 8 })
  })

  it('goes on after kill -9: sweeps, lets the lock go, and says what it did not see', async () => {
    await start()
    const argv = ['operator', 'failover', ...fast, '--by', 'cut', '--apps', '4', '--file', file, '--yes']
    const child = spawn(process.execPath, [PROGRAM, ...argv], { env: cleanEnvironment(environment()), stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await until(async () => (await lockHolder()).startsWith('sparkops/'))
    child.kill('SIGKILL')
    await ended
    const { stdout, code } = await sparkops('--resume', 'last', '-o', 'json')
    const report = JSON.parse(stdout) as FailoverReport
    expect(report.exit).toBe('inconclusive')
    expect(report.unseen).toContain('what happened between two processes of this run')
    expect(report.items.filter(({ verdict }) => verdict !== 'intact')).toEqual([])
    expect(code).toBe(7)
    expect(await names(`${API}/sparkapplications`)).toEqual([])
    await until(async () => /^operator-/.test(await lockHolder()))
    const again = await sparkops('--resume', 'last', '-o', 'json')
    expect(JSON.parse(again.stdout)).toEqual(report)
  })

  it('writes a page with a picture, Markdown and JUnit', async () => {
    await start()
    const page = join(scratch, 'page.html')
    const text = join(scratch, 'page.md')
    const argv = ['--yes', ...fast, '--apps', '1', '--file', file, '--report', page, '--report', text, '-o', 'junit']
    const { stdout } = await sparkops('--by', 'kill', ...argv)
    expect(stdout).toContain('<testcase classname="leader"')
    const html = await readFile(page, 'utf8')
    expect(html).toMatch(/<svg\s+class="timeline"/)
    expect(html).toContain('Content-Security-Policy')
    expect(await readFile(text, 'utf8')).toContain('# Failover of spark-operator/spark-operator-controller')
    expect(await sparkops('--resume', 'last', '--report', join(scratch, 'page.txt'))).toMatchObject({ code: 64 })
  })

  const findings = async (): Promise<string[]> => {
    const { code, stdout } = await sparkops('--dry-run', '-o', 'json')
    expect(code).toBe(3)
    return (JSON.parse(stdout) as { findings: { id: string }[] }).findings.map(({ id }) => id)
  }
  const patchController = async (patch: object): Promise<void> => {
    const path = '/apis/apps/v1/namespaces/spark-operator/deployments/spark-operator-controller'
    await lab().request('PATCH', path, patch, 'application/merge-patch+json')
  }

  it('refuses, and says why: nobody ready, no lock, one replica, no right of the operator to its lock', async () => {
    expect(await sparkops('--yes')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('FO-ONE-REPLICA') as string,
    })
    expect(await findings()).toEqual(['FO-ONE-REPLICA', 'FO-NO-LOCK'])
    await start()
    await patchController({ spec: { replicas: 1 } })
    expect(await findings()).toEqual(['FO-ONE-REPLICA'])
    await patchController({ spec: { replicas: 2 } })
    const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/spark-operator-controller'
    const { rules } = (await lab().request('GET', role)) as { rules: { apiGroups: string[] }[] }
    const withoutLeases = rules.filter(({ apiGroups }) => !apiGroups.includes('coordination.k8s.io'))
    await lab().request('PATCH', role, { rules: withoutLeases }, 'application/merge-patch+json')
    expect(await findings()).toEqual(['FO-OPERATOR-RIGHTS'])
    await lab().request('PATCH', role, { rules }, 'application/merge-patch+json')
  })

  it('ends with 4 before anything is done where the login may only read, and names what it lacks', async () => {
    await start()
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]
    const { kubeconfigPath } = await lab().addUser('reader', { rules })
    const before = await lockHolder()
    const { code, stderr } = await sparkops('--kubeconfig', kubeconfigPath, '--yes')
    expect(stderr).toContain('delete pods in spark-operator')
    expect(code).toBe(4)
    expect(await lockHolder()).toBe(before)
  })
})

function schedule(name: string, seconds: number): object {
  const { spec } = application('x', { state: '' })
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'ScheduledSparkApplication',
    metadata: { name },
    spec: { schedule: `@every ${seconds}s`, concurrencyPolicy: 'Allow', template: spec },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to that')
    await sleep(100)
  }
}
