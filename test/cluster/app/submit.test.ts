/** `app submit`, `list`, `status` and `wait` as a user runs them, against a real API server with 2.5.2's definitions. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { dump } from 'js-yaml'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { prepareJobs } from '../../support/app/lab.ts'
import { type StandIn, startStandIn } from '../../support/app/stand-in.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { application } from '../../support/operator/objects.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')

interface Submission {
  run: string
  items: {
    name: string
    state: string
    exitCode: number | null
    failure: { class: string } | null
    refused: string | null
  }[]
  latency: Record<'accepted' | 'driver' | 'running', { count: number; p50: number; max: number } | null>
}

describe('submitting applications', () => {
  const lab = useCluster()
  let scratch: string
  let standIn: StandIn | undefined

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-app-'))
    await prepareJobs(lab(), 'jobs')
    standIn = startStandIn(lab(), { namespace: 'jobs' })
  })
  afterAll(async () => {
    await standIn?.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  const sparkops = (...argv: string[]) => runCli(['app', ...argv], { env: { ...lab().environment, COLUMNS: '80' } })
  const file = async (name: string, fate = 'completes', change: (object: KubeObject) => void = () => undefined) => {
    const object = application(name, { state: '', metadata: { annotations: { 'stand-in': fate } } })
    delete object.status
    change(object)
    const path = join(scratch, `${name}.yaml`)
    await writeFile(path, dump(object))
    return path
  }
  const stored = (name: string) =>
    lab().request(
      'GET',
      `/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications/${name}`,
    ) as Promise<KubeObject>

  it('takes a file with overrides, marks it as ours, and ends as the job does', async () => {
    const path = await file('good')
    const set = ['--set', 'spec.sparkConf.spark.app.x=1', '--set', 'spec.executor.instances=3', '--image', 'spark:4']
    const { code, stdout, stderr } = await sparkops(
      'submit',
      path,
      ...set,
      '--name-suffix',
      '-a',
      '--wait',
      '-o',
      'json',
    )
    const submission = JSON.parse(stdout) as Submission
    expectMatchesSchema('application-submission', submission)
    expect(submission.items).toMatchObject([{ name: 'good-a', state: 'COMPLETED', exitCode: 0 }])
    expect(stderr).toContain('jobs/good-a RUNNING')
    expect(code).toBe(0)
    const { spec, metadata } = await stored('good-a')
    expect(spec).toMatchObject({ image: 'spark:4', sparkConf: { 'spark.app.x': '1' }, executor: { instances: 3 } })
    expect(metadata.labels).toMatchObject({ 'sparkops.dev/made-by': 'app-submit', 'sparkops.dev/run': submission.run })
  })

  it.for([
    ['fails-1', 'exit-code', 1],
    ['oom', 'out-of-memory', 137],
    ['refused', 'webhook', null],
  ] as const)('ends with 1 and the reason where it %s', async ([fate, kind, exitCode]) => {
    const { code, stdout } = await sparkops('submit', await file(`bad-${fate}`, fate), '--wait', '-o', 'json')
    const [item] = (JSON.parse(stdout) as Submission).items
    expect(item).toMatchObject({ state: 'FAILED', exitCode, failure: { class: kind } })
    expect(code).toBe(1)
  })

  it('ends with 8 where the time is over and it still runs, and leaves it running', async () => {
    const { code, stdout } = await sparkops('submit', await file('slow', 'runs'), '--wait', '--timeout', '3s')
    expect(stdout).toContain('RUNNING')
    expect(code).toBe(8)
    expect((await stored('slow')).status).toMatchObject({ applicationState: { state: 'RUNNING' } })
  })

  it('says at Ctrl-C what goes on, and how to follow it', async () => {
    const argv = ['app', 'submit', await file('left', 'runs'), '--wait']
    const child = spawn(process.execPath, [PROGRAM, ...argv], { env: cleanEnvironment(lab().environment) })
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => {
      const before = told
      told += chunk.toString()
      if (told.includes('left RUNNING') && !before.includes('left RUNNING')) child.kill('SIGINT')
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(told).toContain('what was submitted goes on')
    expect(told).toContain('sparkops app wait -n jobs -l sparkops.dev/run=')
    expect(code).toBe(130)
  })

  it('names an unknown field and creates nothing', async () => {
    const path = await file('typo', 'completes', (object) => ((object.spec as Record<string, unknown>).exeggutor = {}))
    const { code, stderr } = await sparkops('submit', path)
    expect(stderr).toContain('spec.exeggutor')
    expect(code).toBe(65)
    await expect(stored('typo')).rejects.toThrow(/404/)
  })

  it('shows with --dry-run what the server would take, and creates nothing', async () => {
    const { code, stdout } = await sparkops('submit', await file('dry'), '--dry-run')
    expect(stdout).toContain('nothing was created')
    expect(code).toBe(0)
    await expect(stored('dry')).rejects.toThrow(/404/)
  })

  it('refuses what cannot be: no such path, no consent, two of one driver name, a list of objects', async () => {
    expect(await sparkops('submit', await file('a'), '--set', 'spec.arguments[7]=x')).toMatchObject({ code: 64 })
    expect(await sparkops('submit', await file('a'), '--count', '2')).toMatchObject({ code: 64 })
    const named = await file(
      'b',
      'completes',
      (object) => ((object.spec as { driver: object }).driver = { podName: 'x' }),
    )
    expect(await sparkops('submit', named, '--count', '2')).toMatchObject({ code: 65 })
    expect(await sparkops('submit', '-', '--count', '2')).toMatchObject({ code: 65 })
  })

  it('submits a burst and tells percentiles of what each submission took', async () => {
    const { code, stdout } = await sparkops(
      'submit',
      await file('burst'),
      '--count',
      '6',
      '--rate',
      '20',
      '--yes',
      '-o',
      'json',
    )
    const { items, latency } = JSON.parse(stdout) as Submission
    expect(items.map(({ name }) => name)).toEqual(['1', '2', '3', '4', '5', '6'].map((n) => `burst-${n}`))
    for (const what of ['accepted', 'driver', 'running'] as const) expect(latency[what]?.count).toBe(6)
    expect(latency.driver!.max).toBeLessThanOrEqual(latency.running!.max)
    expect(code).toBe(0)
    expect(await sparkops('submit', await file('burst'), '--count', '7', '--yes')).toMatchObject({ code: 5 })
    await expect(stored('burst-7')).rejects.toThrow(/404/)
  })

  it('lists applications joined with driver, executors, queue and reason', async () => {
    await sparkops('submit', await file('listed', 'oom'), '--wait')
    const { stdout } = await sparkops('list', '-n', 'jobs', '-o', 'json')
    const list = JSON.parse(stdout) as { items: { name: string }[] }
    expectMatchesSchema('application-list', list)
    expect(list.items.find(({ name }) => name === 'listed')).toMatchObject({
      state: 'FAILED',
      driver: { name: 'listed-driver', phase: 'Failed', exitCode: 137 },
      executors: { running: 0, wanted: 2 },
      queue: { name: 'root.tests' },
      failure: { class: 'out-of-memory', origin: 'job' },
      ours: { by: 'app-submit' },
    })
    const table = (await sparkops('list', '-n', 'jobs')).stdout
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
    expect((await sparkops('list', '-A', '-l', 'nobody=has', '-o', 'name')).stdout).toBe('')
  })

  it('shows one with its evidence, and ends with 1 where there is none', async () => {
    await sparkops('submit', await file('seen', 'refused'), '--wait')
    const { stdout, code } = await sparkops('status', 'seen', '-n', 'jobs')
    expect(stdout).toContain("the operator's webhook mutate--v1-pod.sparkoperator.k8s.io refused")
    expect(stdout).toContain('on the side of the operator (F03)')
    expect(code).toBe(0)
    expectMatchesSchema(
      'application-status',
      JSON.parse((await sparkops('status', 'seen', '-n', 'jobs', '-o', 'json')).stdout),
    )
    expect(await sparkops('status', 'nobody', '-n', 'jobs')).toMatchObject({ code: 1 })
  })

  it('follows one to its end, a line for each change', async () => {
    await sparkops('submit', await file('watched', 'reruns'))
    const { stdout, code } = await sparkops('status', 'watched', '-n', 'jobs', '--watch')
    expect(stdout).toMatch(/watched COMPLETED driver=Succeeded executors=0\/2 run=2\n$/)
    expect(code).toBe(0)
  })

  it('says at the end what only an event tells: who took a driver that is gone', async () => {
    await sparkops('submit', await file('taken', 'runs'), '--wait', '--timeout', '2s')
    const driver = (await lab().request('GET', '/api/v1/namespaces/jobs/pods/taken-driver')) as KubeObject
    const { name, namespace, uid } = driver.metadata
    const now = new Date().toISOString().replace(/\.\d+/, '')
    await lab().request('POST', '/api/v1/namespaces/jobs/events', {
      metadata: { name: 'taken.1' },
      involvedObject: { kind: 'Pod', apiVersion: 'v1', name, namespace, uid },
      type: 'Normal',
      reason: 'Preempted',
      message: 'Preempted by pod 7f1c on node n1',
      firstTimestamp: now,
      lastTimestamp: now,
    })
    await lab().request('DELETE', '/api/v1/namespaces/jobs/pods/taken-driver?gracePeriodSeconds=0')
    await lab().request(
      'PATCH',
      '/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications/taken/status',
      { status: { applicationState: { state: 'FAILED', errorMessage: 'driver pod not found' } } },
      'application/merge-patch+json',
    )
    const { code, stdout } = await sparkops('wait', 'taken', '-n', 'jobs')
    expect(stdout).toContain('taken: the driver was preempted: Preempted by pod 7f1c on node n1')
    expect(code).toBe(1)
  })

  it('waits for what is asked, and knows when it cannot come any more', async () => {
    await sparkops('submit', await file('waited', 'fails-1'))
    const { code, stdout } = await sparkops('wait', 'waited', '-n', 'jobs', '-o', 'json')
    expectMatchesSchema('application-wait', JSON.parse(stdout))
    expect(code).toBe(1)
    expect(await sparkops('wait', 'waited', '-n', 'jobs', '--for', 'ended')).toMatchObject({ code: 0 })
    expect(await sparkops('wait', 'slow', '-n', 'jobs', '--timeout', '1s')).toMatchObject({ code: 8 })
    expect(await sparkops('wait', '-n', 'jobs')).toMatchObject({ code: 64 })
  })
})
