/** `pods capture` on a real API server: nothing that lives a moment is missed, and what may have been missed is said. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { writeCapture } from '../../../src/adapters/snapshot/write-capture.ts'
import { type CaptureRequest, type PodCapture, capturePods } from '../../../src/domain/pods/capture/capture-pods.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { CaptureManifest } from '../../../src/ports/pod-capture.ts'
import { capabilityPath, needs } from '../../support/capabilities.ts'
import { faultProxy } from '../../support/lab/fault-proxy.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { serveSparkApplications, submitStandIn } from '../../support/pods/spark-on-lab.ts'
import { PROGRAM, type RunResult, cleanEnvironment, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it } = needs('lab')
const lab = useCluster()
const SECRET = 'correct-horse-battery-staple'
let root: string
let directories = 0

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sparkops-capture-'))
  if (capabilityPath('lab') !== undefined) await serveSparkApplications(lab())
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function fresh(): string {
  return join(root, String(++directories))
}

interface Begun {
  directory: string
  end: Promise<PodCapture>
  interrupt: () => void
}

/** Begins a capture in this process, and returns when it misses nothing any more. */
async function begin(namespace: string, asked: Partial<CaptureRequest>, kubeconfig?: string): Promise<Begun> {
  const cluster = await openLab(lab(), kubeconfig === undefined ? {} : { kubeconfig })
  const directory = fresh()
  const abort = new AbortController()
  const writer = await writeCapture(directory)
  let ready = (): void => undefined
  const isReady = new Promise<void>((resolve) => (ready = resolve))
  const end = capturePods(cluster, {
    writer,
    clock: { now: () => Date.now() },
    sleep: (milliseconds) => sleep(milliseconds),
    scope: { names: [], count: 1, bySelector: false },
    namespace,
    selector: undefined,
    until: 'executors',
    timeoutMs: 60_000,
    onlyNew: false,
    includeSecrets: false,
    toolVersion: 'test',
    signal: abort.signal,
    report: () => undefined,
    onReady: ready,
    ...asked,
  })
  await Promise.race([isReady, end])
  return { directory, end, interrupt: () => abort.abort() }
}

function objectsIn(directory: string, part: string): KubeObject[] {
  return readdirSync(join(directory, part)).map(
    (file) => JSON.parse(readFileSync(join(directory, part, file), 'utf8')) as KubeObject,
  )
}

function names(objects: readonly { metadata: { name: string } }[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort()
}

/** `pods capture` as a process of its own, and what it said when it was ready. */
function start(
  namespace: string,
  ...flags: string[]
): { child: ReturnType<typeof spawn>; ready: Promise<void>; end: Promise<RunResult> } {
  const argv = [PROGRAM, 'pods', 'capture', '-n', namespace, '--kubeconfig', lab().kubeconfigPath, ...flags]
  const child = spawn(process.execPath, argv, { env: cleanEnvironment() })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const ready = new Promise<void>((resolve) =>
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      if (stderr.includes('submit now')) resolve()
    }),
  )
  const end = new Promise<RunResult>((resolve) =>
    child.on('close', (code) => {
      resolve({ code: code ?? -1, stdout, stderr })
    }),
  )
  return { child, ready: Promise.race([ready, end.then(() => undefined)]), end }
}

describe('a capture', () => {
  it('of 50 applications that come at once misses no pod, and keeps each as it was made', async () => {
    const namespace = await lab().createNamespace()
    const { directory, end } = await begin(namespace, { scope: { names: [], count: 50, bySelector: false } })
    const made = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const app = await submitStandIn(lab(), { namespace, name: `burst-${index}`, executors: 3 })
        const driver = await app.createDriver()
        return [driver, ...(await Promise.all([1, 2, 3].map((id) => app.createExecutor(id))))]
      }),
    )
    const capture = await end
    expect(capture).toMatchObject({ exit: 'ok', complete: true, reasons: [] })
    const captured = objectsIn(directory, 'pods')
    expect(names(captured)).toEqual(names(made.flat()))
    // Whoever looked later would see other managers' fields too.
    expect(captured.every(({ metadata }) => metadata.managedFields?.length === 1)).toBe(true)
    expect(capture.pods.every(({ seen }) => seen === 'created')).toBe(true)
    expect(objectsIn(directory, 'applications')).toHaveLength(50)
  })

  it('has a pod that lived 200 ms, and says that it went away', async () => {
    const namespace = await lab().createNamespace()
    const { directory, end } = await begin(namespace, { until: 'ended' })
    const app = await submitStandIn(lab(), { namespace, name: 'brief', executors: 2 })
    await app.createDriver()
    const executor = await app.createExecutor(1)
    await sleep(200)
    await app.remove(executor)
    // Its twin is gone before anybody could have looked.
    await app.remove(await app.createExecutor(2))
    await app.setStatus({ applicationState: { state: 'COMPLETED' } })
    const capture = await end
    expect(capture).toMatchObject({ exit: 'ok', complete: true })
    expect(capture.pods.filter(({ deleted }) => deleted).map(({ role }) => role)).toEqual(['executor', 'executor'])
    expect(names(objectsIn(directory, 'pods'))).toContain(executor.metadata.name)
  })

  it('of a whole run is enough to compare it with another: how it ended, how long it took, its pods', async () => {
    const namespace = await lab().createNamespace()
    const run = async (name: string, exitCode: number): Promise<string> => {
      const { directory, end } = await begin(namespace, {
        until: 'ended',
        scope: { names: [name], count: 1, bySelector: false },
        includeSecrets: true,
      })
      const app = await submitStandIn(lab(), { namespace, name, executors: 1 })
      const driver = await app.createDriver()
      await app.createExecutor(1)
      const terminated = {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        startedAt: '2026-01-01T00:00:00Z',
        finishedAt: '2026-01-01T00:10:00Z',
      }
      const container = { name: 'spark-kubernetes-driver', image: '', imageID: '', ready: false, restartCount: 0 }
      await lab().request(
        'PATCH',
        `/api/v1/namespaces/${namespace}/pods/${driver.metadata.name}/status`,
        {
          status: {
            phase: exitCode === 0 ? 'Succeeded' : 'Failed',
            containerStatuses: [{ ...container, state: { terminated } }],
          },
        },
        'application/merge-patch+json',
      )
      await app.setStatus({
        applicationState: { state: exitCode === 0 ? 'COMPLETED' : 'FAILED' },
        executionAttempts: 1,
        driverInfo: { podName: driver.metadata.name },
      })
      expect(await end).toMatchObject({ exit: 'ok' })
      return directory
    }
    const control = await run('control', 0)
    const same = await runCli(['app', 'compare', control, await run('candidate', 0), '--record', control, '-o', 'json'])
    const { rows } = JSON.parse(same.stdout) as { rows: { aspect: string; verdict: string; candidate: unknown }[] }
    expect(rows.filter(({ verdict }) => verdict !== 'same')).toEqual([])
    expect(rows.find(({ aspect }) => aspect === 'duration')).toMatchObject({ candidate: 600_000 })
    expect(same.code).toBe(0)
    const worse = await runCli(['app', 'compare', control, await run('worse', 3), '-o', 'json'])
    expect(worse.code).toBe(3)
    expect(worse.stdout).toContain('F63 exit-code')
  })

  it('of a named application begins before it is there, and looks at no other', async () => {
    const namespace = await lab().createNamespace()
    const { end } = await begin(namespace, { scope: { names: ['mine'], count: 1, bySelector: false } })
    const other = await submitStandIn(lab(), { namespace, name: 'other', executors: 1 })
    await other.createDriver()
    await other.createExecutor(1)
    const mine = await submitStandIn(lab(), { namespace, name: 'mine', executors: 1 })
    await mine.createDriver()
    await mine.createExecutor(1)
    const capture = await end
    expect(capture.exit).toBe('ok')
    expect(capture.pods.map(({ application }) => application)).toEqual(['mine', 'mine'])
  })

  it('masks what is called secret in every file, and keeps it where that is asked for', async () => {
    const namespace = await lab().createNamespace()
    const core = `/api/v1/namespaces/${namespace}`
    const begun = [await begin(namespace, {}), await begin(namespace, { includeSecrets: true })] as const
    const data = {
      'spark.properties': `spark.app.name=x\nspark.hadoop.fs.s3a.secret.key=${SECRET}\n`,
      'core-site.xml': `<property><name>fs.s3a.secret.key</name>\n<value>${SECRET}</value></property>`,
      'pod.yaml': `env:\n- name: "DB_PASSWORD"\n  value: "${SECRET}"\n`,
    }
    await lab().request('POST', `${core}/configmaps`, { metadata: { name: 'settings' }, data })
    const spec = {
      sparkConf: {
        'spark.hadoop.fs.s3a.secret.key': SECRET,
        'spark.kubernetes.driver.secretKeyRef.DB_PASS': 'db:password',
      },
      arguments: ['--password', SECRET, `jdbc:x?password=${SECRET}`],
      hadoopConfigMap: 'settings',
    }
    const app = await submitStandIn(lab(), { namespace, name: 'safe', executors: 1, spec })
    await app.createDriver((pod) => {
      const { containers } = pod['spec'] as { containers: { env: object[]; args: string[] }[] }
      containers[0]!.env.push({ name: 'DB_PASSWORD', value: SECRET })
      containers[0]!.args.push('--password', SECRET)
    })
    await app.createExecutor(1)
    const textOf = ({ directory }: Begun): string =>
      ['pods', 'applications', 'configmaps']
        .flatMap((part) => objectsIn(directory, part))
        .map((one) => JSON.stringify(one))
        .join()
    expect((await begun[0].end).masked).toBe(true)
    expect(textOf(begun[0])).not.toContain(SECRET)
    expect(textOf(begun[0])).toContain('db:password')
    expect(objectsIn(begun[0].directory, 'configmaps')).toHaveLength(1)
    await begun[1].end
    expect(textOf(begun[1]).split(SECRET).length).toBeGreaterThan(7)
    // Two masked values may differ: that is not decided, and not called the same.
    const diff = await runCli(['pods', 'diff', begun[0].directory, begun[0].directory, '-o', 'json'])
    const { fields } = JSON.parse(diff.stdout) as { fields: { verdict: string; rule: string }[] }
    expect([diff.code, ...new Set(fields.map(({ verdict, rule }) => `${verdict} ${rule}`))]).toEqual([
      7,
      'undecided M01',
    ])
    const whole = await runCli(['pods', 'diff', begun[1].directory, begun[1].directory])
    expect(whole.code, whole.stdout).toBe(0)
  })

  it('that lost what the server has forgotten is not whole, and proves nothing', async () => {
    const namespace = await lab().createNamespace()
    const proxy = await faultProxy(lab())
    const { directory, end } = await begin(namespace, { until: 'ended' }, proxy.kubeconfigPath)
    const app = await submitStandIn(lab(), { namespace, name: 'gap', executors: 1 })
    await app.createDriver()
    await app.createExecutor(1)
    await vi.waitFor(() => expect(readdirSync(join(directory, 'pods'))).toHaveLength(2), { timeout: 20_000 })
    proxy.accept(false)
    proxy.cut()
    await app.remove(await app.createExecutor(2))
    await lab().forgetHistory()
    proxy.accept(true)
    await app.setStatus({ applicationState: { state: 'COMPLETED' } })
    const capture = await end
    expect(capture).toMatchObject({ exit: 'inconclusive', complete: false })
    expect(capture.reasons.join()).toContain('the server forgot changes')
    const verified = await runCli(['pods', 'verify', directory, '--provenance'])
    expect(verified.code).toBe(7)
  })

  it('of an application that ended without its executors ends with 7, and with 8 when the time was up', async () => {
    const namespace = await lab().createNamespace()
    const failing = await begin(namespace, { scope: { names: ['fails'], count: 1, bySelector: false } })
    const waiting = await begin(namespace, { scope: { names: ['never'], count: 1, bySelector: false }, timeoutMs: 500 })
    const app = await submitStandIn(lab(), { namespace, name: 'fails', executors: 2 })
    await app.createDriver()
    await app.setStatus({ applicationState: { state: 'FAILED' }, executorState: { 'fails-exec-7': 'FAILED' } })
    const capture = await failing.end
    expect(capture.exit).toBe('inconclusive')
    expect(capture.reasons).toEqual([
      '0 of 2 executors of fails were seen',
      'the SparkApplication fails names the executor fails-exec-7, which was not seen',
    ])
    expect(await waiting.end).toMatchObject({
      exit: 'pending',
      reasons: [expect.anything(), 'nothing of never was seen'],
    })
  })

  it('counts the executors of the latest attempt, and keeps those of all', async () => {
    const namespace = await lab().createNamespace()
    const { end } = await begin(namespace, {})
    const first = await submitStandIn(lab(), { namespace, name: 'again', executors: 2, submission: 'first' })
    const driver = await first.createDriver()
    const executor = await first.createExecutor(1)
    await first.remove(driver)
    await first.remove(executor)
    await sleep(1100)
    const relabel = (pod: KubeObject): void => {
      pod.metadata.labels = { ...pod.metadata.labels, 'sparkoperator.k8s.io/submission-id': 'second' }
    }
    await first.createDriver(relabel)
    await first.createExecutor(1, relabel)
    await first.createExecutor(2, relabel)
    const capture = await end
    expect(capture.applications).toMatchObject([{ attempts: ['first', 'second'], executorsSeen: 2, executorsAsked: 2 }])
    expect(capture.pods).toHaveLength(5)
  })

  it('goes on without what the login may not read, and says so; without pods it does not begin', async () => {
    const namespace = await lab().createNamespace()
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }]
    const user = await lab().addUser('pods-only', { rules, namespace })
    const { end } = await begin(namespace, {}, user.kubeconfigPath)
    const app = await submitStandIn(lab(), { namespace, name: 'dark', executors: 1 })
    await app.createDriver()
    await app.createExecutor(1)
    const capture = await end
    expect(capture.exit).toBe('ok')
    expect(capture.missing.map(({ resource }) => resource).sort()).toEqual([
      'configmaps',
      'events',
      'services',
      'sparkapplications',
    ])
    const nobody = await lab().addUser('nobody', { rules: [], namespace })
    await expect(begin(namespace, {}, nobody.kubeconfigPath)).rejects.toMatchObject({ exit: 'auth' })
  })
})

describe('the command', () => {
  it('writes files of their owner alone, prints what its schema promises, and verify reads them', async () => {
    const namespace = await lab().createNamespace()
    const directory = fresh()
    const run = start(namespace, 'etl', '--out', directory, '-o', 'json')
    await run.ready
    const app = await submitStandIn(lab(), { namespace, name: 'etl', executors: 2 })
    for (const create of [app.createDriver(), app.createExecutor(1), app.createExecutor(2)]) await create
    const { code, stdout, stderr } = await run.end
    expect(code, stderr).toBe(0)
    expectMatchesSchema('pod-capture', JSON.parse(stdout))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    const [file = ''] = readdirSync(join(directory, 'pods'))
    expect(statSync(join(directory, 'pods', file)).mode & 0o777).toBe(0o600)
    const verified = await runCli(['pods', 'verify', directory, '--provenance', '-o', 'json'])
    expect(JSON.parse(verified.stdout)).toMatchObject({
      unseen: [],
      shapes: [{ role: 'driver' }, { role: 'executor', pods: [{}, {}].map(() => expect.anything() as unknown) }],
    })
  })

  it('leaves a capture that can be read, and that proves nothing, at Ctrl-C and when it is killed', async () => {
    const namespace = await lab().createNamespace()
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGKILL', -1],
    ] as const) {
      const directory = fresh()
      const run = start(namespace, '--out', directory, '--until', 'ended', '--new')
      await run.ready
      const app = await submitStandIn(lab(), { namespace, name: `stopped-${signal.toLowerCase()}`, executors: 1 })
      await app.createDriver()
      await app.createExecutor(1)
      await vi.waitFor(() => expect(readdirSync(join(directory, 'pods'))).toHaveLength(2), { timeout: 20_000 })
      run.child.kill(signal)
      expect((await run.end).code).toBe(code)
      const manifest = JSON.parse(readFileSync(join(directory, 'capture.json'), 'utf8')) as CaptureManifest
      expect(manifest.complete).toBe(false)
      const verified = await runCli(['pods', 'verify', directory, '--provenance'])
      expect(verified.code, verified.stderr).toBe(7)
      expect(verified.stdout).toContain('the capture is not whole')
    }
  })

  it('captures what is there once, from the cluster and from a snapshot alike', async () => {
    const namespace = await lab().createNamespace()
    const app = await submitStandIn(lab(), { namespace, name: 'runs', executors: 2 })
    await app.createDriver()
    await app.createExecutor(1)
    const snapshot = fresh()
    const taken = await runCli(['operator', 'snapshot', '--out', snapshot, '--kubeconfig', lab().kubeconfigPath])
    expect(taken.code, taken.stderr).toBe(0)
    const [live, offline] = [fresh(), fresh()]
    const flags = ['pods', 'capture', 'runs', '-n', namespace, '--once', '-o', 'json', '--out']
    const first = await runCli([...flags, live, '--kubeconfig', lab().kubeconfigPath])
    const second = await runCli([...flags, offline, '--snapshot', snapshot])
    for (const run of [first, second]) {
      expect(run.code, run.stderr).toBe(0)
      expectMatchesSchema('pod-capture', JSON.parse(run.stdout))
    }
    expect(objectsIn(offline, 'pods')).toEqual(objectsIn(live, 'pods'))
    const alone = await runCli([
      'pods',
      'capture',
      'nobody',
      '-n',
      namespace,
      '--once',
      '--out',
      fresh(),
      '--snapshot',
      snapshot,
    ])
    expect(alone.code).toBe(7)
  })

  it('refuses a directory that holds anything, and names in all namespaces', async () => {
    const flags = ['--kubeconfig', lab().kubeconfigPath, '--once', '--out']
    expect((await runCli(['pods', 'capture', ...flags, root])).code).toBe(64)
    expect((await runCli(['pods', 'capture', 'a', '-A', ...flags, fresh()])).code).toBe(64)
  })
})
