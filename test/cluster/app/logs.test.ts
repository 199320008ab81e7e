/** `app logs` and `app events` through a real API server; a small kubelet gives the lines. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { type Kubelet, startKubelet } from '../../support/app/kubelet.ts'
import { prepareJobs } from '../../support/app/lab.ts'
import { type StandIn, startStandIn } from '../../support/app/stand-in.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { createObjects } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')

describe('logs and events of an application', () => {
  const lab = useCluster()
  let kubelet: Kubelet | undefined
  let standIn: StandIn | undefined
  let scratch: string

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-logs-'))
    await prepareJobs(lab(), 'jobs')
    kubelet = await startKubelet(lab())
    kubelet.logs.set('etl-driver', ['one', 'two \u001b[31mred', 'three'])
    standIn = startStandIn(lab(), { namespace: 'jobs', node: kubelet.node })
    const fates = { etl: 'reruns', late: 'ignored' }
    for (const [name, fate] of Object.entries(fates))
      await createObjects(lab(), [application(name, { state: '', metadata: { annotations: { 'stand-in': fate } } })])
  })
  afterAll(async () => {
    await standIn?.stop()
    await kubelet?.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  const sparkops = (...argv: string[]) =>
    runCli(['app', ...argv, '-n', 'jobs'], { env: { ...lab().environment, COLUMNS: '80' } })

  it('follows the driver from one attempt to the next, to the end', async () => {
    const { code, stdout, stderr } = await sparkops('logs', 'etl', '--follow')
    expect(stdout).toMatch(/three\n$/)
    expect(stdout).toContain('\\x1b[31mred')
    expect(stdout.length).toBeGreaterThan(10)
    expect(stderr).not.toContain('Error')
    expect(code).toBe(0)
  })

  it('shows the last lines, behind the name of the pod where asked', async () => {
    expect((await sparkops('wait', 'etl')).code).toBe(0)
    expect(await sparkops('logs', 'etl', '--tail', '1', '--prefix')).toMatchObject({
      stdout: 'etl-driver three\n',
      code: 0,
    })
  })

  it('shows only what is newer than asked', async () => {
    const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000
    kubelet!.writtenAt.set('etl-driver', [60, 30, 5].map(minutesAgo))
    expect(await sparkops('logs', 'etl', '--since', '10m')).toMatchObject({ stdout: 'three\n', code: 0 })
    expect((await sparkops('logs', 'etl', '--since', '40m')).stdout).toMatch(/^two .*\nthree\n$/)
    kubelet!.writtenAt.clear()
  })

  it('says so where there is no log yet, and no such application', async () => {
    expect(await sparkops('logs', 'late')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no log of the driver') as string,
    })
    expect(await sparkops('logs', 'etl', '--executor', '7')).toMatchObject({ code: 1 })
    expect(await sparkops('logs', 'nobody')).toMatchObject({ code: 1 })
  })

  it('merges the events of the application and its pods in time, and leaves those of others out', async () => {
    const event = (name: string, kind: string, subject: string, at: string) =>
      lab().request('POST', '/api/v1/namespaces/jobs/events', {
        metadata: { name },
        ...{ type: 'Warning', reason: 'Because', message: name, lastTimestamp: at },
        involvedObject: { kind, name: subject, namespace: 'jobs' },
      })
    await event('second', 'Pod', 'etl-driver', '2026-01-01T00:00:02Z')
    await event('first', 'SparkApplication', 'etl', '2026-01-01T00:00:01Z')
    await event('third', 'Pod', 'etl-0123456789abcdef-exec-4', '2026-01-01T00:00:03Z')
    await event('other', 'Pod', 'other-driver', '2026-01-01T00:00:03Z')
    await event('neighbour', 'Pod', 'etl-daily-0123456789abcdef-exec-4', '2026-01-01T00:00:03Z')
    const { stdout, code } = await sparkops('events', 'etl', '-o', 'json')
    expect(code).toBe(0)
    expectMatchesSchema('application-events', JSON.parse(stdout))
    const { items } = JSON.parse(stdout) as { items: { message: string }[] }
    expect(items.map(({ message }) => message)).toEqual(['first', 'second', 'third'])
    expect(await sparkops('events', 'nobody')).toMatchObject({ code: 1 })
  })

  it('follows the events of pods whatever they are called, once it has seen them', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'app', 'events', 'late', '-n', 'jobs', '--follow'], {
      env: cleanEnvironment(lab().environment),
    })
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
    const until = async (text: string): Promise<void> => {
      await vi.waitFor(() => expect(told).toContain(text), { timeout: 20_000, interval: 50 })
    }
    const event = (name: string, kind: string, subject: string) =>
      lab().request('POST', '/api/v1/namespaces/jobs/events', {
        metadata: { name },
        ...{ type: 'Warning', reason: 'Because', message: name, lastTimestamp: '2026-01-01T00:00:09Z' },
        involvedObject: { kind, name: subject, namespace: 'jobs' },
      })
    await event('follows', 'SparkApplication', 'late')
    await until('follows')
    await event('before-its-pod', 'Pod', 'nightly-7')
    await lab().request('POST', '/api/v1/namespaces/jobs/pods', {
      metadata: {
        name: 'nightly-7',
        labels: { 'spark-role': 'executor', 'sparkoperator.k8s.io/app-name': 'late' },
      },
      spec: { containers: [{ name: 'spark-kubernetes-executor', image: 'spark' }] },
    })
    await until('before-its-pod')
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(130)
  })
})
