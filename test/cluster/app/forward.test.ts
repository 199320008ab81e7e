/** `app forward` through a real API server; a small kubelet connects to the ports of pods. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { type Kubelet, startKubelet } from '../../support/app/kubelet.ts'
import { prepareJobs } from '../../support/app/lab.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { createObjects } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')
const MERGE = 'application/merge-patch+json'

interface Forward {
  driver: string
  ports: { local: number; remote: number; url: string | null }[]
}

describe('forwarding to the driver', () => {
  const lab = useCluster()
  const servers: Server[] = []
  const children: ChildProcess[] = []
  let kubelet: Kubelet

  beforeAll(async () => {
    await prepareJobs(lab(), 'jobs')
    kubelet = await startKubelet(lab())
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })
  afterAll(async () => {
    for (const server of servers) server.close()
    await kubelet.stop()
  })

  const app = async (name: string, spec: Record<string, unknown> = {}, state = 'RUNNING') => {
    const object = application(name, { state: '', spec })
    await createObjects(lab(), [object])
    await setState(name, state)
  }
  const setState = async (name: string, state: string) =>
    await lab().request(
      'PATCH',
      `/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications/${name}/status`,
      { status: { applicationState: { state }, driverInfo: { podName: `${name}-driver` } } },
      MERGE,
    )
  const runDriver = async (name: string, ports: Record<string, unknown>[] = []) => {
    const path = '/api/v1/namespaces/jobs/pods'
    await lab().request('POST', path, {
      metadata: {
        name: `${name}-driver`,
        labels: { 'sparkoperator.k8s.io/app-name': name, 'spark-role': 'driver' },
      },
      spec: {
        restartPolicy: 'Never',
        nodeName: kubelet.node,
        containers: [{ name: 'spark-kubernetes-driver', image: 'spark', ports }],
      },
    })
    const running = { name: 'spark-kubernetes-driver', ready: true, restartCount: 0, image: 'spark', imageID: '' }
    const containerStatuses = [{ ...running, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }]
    const status = { phase: 'Running', containerStatuses }
    await lab().request('PATCH', `${path}/${name}-driver/status`, { status }, MERGE)
  }
  const removeDriver = async (name: string) =>
    await lab().request('DELETE', `/api/v1/namespaces/jobs/pods/${name}-driver?gracePeriodSeconds=0`)
  const serve = async (place: string, answer: (request: IncomingMessage) => Promise<string> | string) => {
    const server = createServer((request, response) => {
      void Promise.resolve(answer(request)).then((body) => response.end(body))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    servers.push(server)
    kubelet.ports.set(place, (server.address() as AddressInfo).port)
  }
  const forward = (...argv: string[]) => {
    const child = spawn(process.execPath, [PROGRAM, 'app', 'forward', ...argv, '-n', 'jobs'], {
      env: cleanEnvironment({ ...lab().environment, COLUMNS: '80' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
    const firstLine = async (): Promise<string> => {
      await vi.waitFor(() => expect(said.stdout, said.stderr).toContain('\n'), { timeout: 30_000 })
      return said.stdout.split('\n')[0]!
    }
    const ended = once(child, 'close').then(([code]) => code as number)
    return { child, said, firstLine, ended }
  }

  it('leads to the UI, on the port that the driver has for it, and ends with the application', async () => {
    await serve('etl-driver:4444', (request) => `${request.method} ${request.url}`)
    await app('etl', { sparkConf: { 'spark.ui.port': '4041' } })
    await runDriver('etl', [{ name: 'spark-ui', containerPort: 4444 }])
    const { firstLine, ended, said } = forward('etl', '-o', 'json')
    const document = JSON.parse(await firstLine()) as Forward
    expectMatchesSchema('application-forward', document)
    expect(document).toMatchObject({ driver: 'etl-driver', ports: [{ remote: 4444 }] })
    const { url } = document.ports[0]!
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => await (await fetch(`${url}/jobs/?id=${index}`)).text()),
    )
    expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => `GET /jobs/?id=${index}`))
    await setState('etl', 'COMPLETED')
    expect(await ended).toBe(0)
    expect(said.stderr).toContain('jobs/etl is COMPLETED')
  })

  it('carries megabytes both ways unchanged', async () => {
    const sum = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
    await serve('large-driver:9000', async (request) => {
      const body = await text(request)
      return `${sum(body)} ${body}`
    })
    await app('large')
    await runDriver('large')
    const { firstLine } = forward('large', ':9000', '-o', 'json')
    const { ports } = JSON.parse(await firstLine()) as Forward
    expect(ports).toMatchObject([{ remote: 9000, url: null }])
    const body = randomBytes(6_000_000).toString('base64')
    const answer = await fetch(`http://127.0.0.1:${ports[0]!.local}/`, { method: 'POST', body })
    expect((await answer.text()) === `${sum(body)} ${body}`).toBe(true)
  })

  it('leads to the next driver when the operator runs the application again', async () => {
    await serve('again-driver:4040', () => 'first')
    await app('again')
    await runDriver('again')
    const { firstLine, said, child, ended } = forward('again')
    const [, url = ''] = /^(http:\S+) {2}jobs\/again, again-driver port 4040, the UI/.exec(await firstLine()) ?? []
    expect(await (await fetch(url)).text()).toBe('first')
    await removeDriver('again')
    await setState('again', 'PENDING_RERUN')
    await vi.waitFor(() => expect(said.stderr).toContain('again-driver has ended'), { timeout: 20_000 })
    await expect(fetch(url)).rejects.toThrow()
    await vi.waitFor(() => expect(said.stderr).toContain('no driver runs'), { timeout: 20_000 })
    await serve('again-driver:4040', () => 'second')
    await runDriver('again')
    await vi.waitFor(() => expect(said.stderr).toContain('again-driver runs'), { timeout: 20_000 })
    expect(await (await fetch(url)).text()).toBe('second')
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('answers a client that has said all it has to say', async () => {
    const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
      socket.once('data', (bytes) => setTimeout(() => socket.end(`heard ${bytes.toString()}`), 300))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    kubelet.ports.set('half-driver:9100', (server.address() as AddressInfo).port)
    await app('half')
    await runDriver('half', [{ name: 'other', containerPort: 9100 }])
    const { firstLine } = forward('half', ':other', '-o', 'json')
    const { ports } = JSON.parse(await firstLine()) as Forward
    const client = connect({ port: ports[0]!.local, allowHalfOpen: true })
    client.end('hello')
    expect(await text(client)).toBe('heard hello')
    server.close()
  })

  it('says why there is nothing to forward', async () => {
    const run = async (...argv: string[]) =>
      await runCli(['app', 'forward', ...argv, '-n', 'jobs'], { env: { ...lab().environment, COLUMNS: '80' } })
    const failure = (...lines: string[]) => ({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(lines.join('.*\n.*')) as string,
    })
    await app('ended', {}, 'COMPLETED')
    await app('none', {}, 'SUBMITTED')
    await app('off', { sparkConf: { 'spark.ui.enabled': 'false' } })
    await app('silent')
    await app('random', { sparkConf: { 'spark.ui.port': '0' } })
    for (const name of ['off', 'silent', 'random']) await runDriver(name)
    expect(await run('nobody')).toMatchObject(failure('no SparkApplication jobs/nobody'))
    expect(await run('ended')).toMatchObject(failure('no driver of jobs/ended runs', 'COMPLETED', 'history server'))
    expect(await run('none')).toMatchObject(failure('no driver of jobs/none runs', 'SUBMITTED', '--wait'))
    expect(await run('off')).toMatchObject(failure('has no UI', 'spark.ui.enabled is false'))
    expect(await run('silent')).toMatchObject(failure('port 4040 of pods/jobs/silent-driver', 'ECONNREFUSED'))
    expect(await run('random')).toMatchObject(failure('has no UI', 'spark.ui.port is 0'))
    expect(await run('silent', '8080:jmx')).toMatchObject(failure('no port called jmx'))
    for (const port of ['0', '70000', 'a:b:c', '8080:', 'x:4040', '4040:70000'])
      expect(await run('silent', port), port).toMatchObject({ code: 64 })
    const taken = kubelet.ports.get('again-driver:4040')!
    expect(await run('silent', `${taken}:4040`)).toMatchObject(
      failure(`listen on 127.0.0.1:${taken}`, 'another program'),
    )
  })

  it('waits for a driver where it is told to, and needs no more rights than it says', async () => {
    const rules = [
      { apiGroups: ['sparkoperator.k8s.io'], resources: ['sparkapplications'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
    ]
    const ports = { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] }
    const able = await lab().addUser('forwarder', { rules: [...rules, ports], namespace: 'jobs' })
    const unable = await lab().addUser('onlooker', { rules, namespace: 'jobs' })
    await serve('later-driver:4040', () => 'here')
    await app('later', {}, 'SUBMITTED')
    const { firstLine } = forward('later', '--wait', '-o', 'json', '--kubeconfig', able.kubeconfigPath)
    await runDriver('later')
    const document = JSON.parse(await firstLine()) as Forward
    expect(await (await fetch(document.ports[0]!.url!)).text()).toBe('here')
    const refused = await runCli(['app', 'forward', 'later', '-n', 'jobs', '--kubeconfig', unable.kubeconfigPath])
    expect(refused).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('pods/jobs/later-driver: Forbidden') as string,
    })
  })
})
