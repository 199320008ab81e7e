/** What examples/ ships for use is of a piece with the program. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it, vi } from 'vitest'
import { findOnPath } from '../src/adapters/machine/find-program.ts'
import { ROOT, runCli } from './support/run.ts'
import { temporaryDirectory } from './support/usage/dump-files.ts'
import { SchedulerServer } from './support/usage/scheduler-server.ts'

interface Sidecar {
  spec: { template: { spec: { terminationGracePeriodSeconds: number; containers: { args: string[] }[] } } }
}

describe('the sidecar of examples/collector', () => {
  const text = readFileSync(join(ROOT, 'examples/collector/component/sidecar.yaml'), 'utf8')
  const { terminationGracePeriodSeconds, containers } = (load(text) as Sidecar).spec.template.spec
  const { args } = containers[0]!

  it('starts the collector with flags that it knows', async () => {
    // The last flag is no duration, so that it ends before anything is opened; an unknown one would be told first.
    const { code, stderr } = await runCli([...args.filter((arg) => !arg.startsWith('--grace')), '--grace=never'])
    expect(stderr).toContain('--grace: never is no duration')
    expect(code).toBe(64)
  })

  it('gives it more time to end than it takes', () => {
    const grace = Number(/--grace=(\d+)s/.exec(args.join(' '))![1])
    expect(terminationGracePeriodSeconds).toBeGreaterThan(grace)
  })
})

const image = readFileSync(join(ROOT, 'examples/collector/Dockerfile'), 'utf8')
  .split(/^FROM /m)
  .at(-1)!

describe('the image of examples/collector', () => {
  const root = temporaryDirectory()

  /** What the last stage copies; of node_modules what `npm prune --omit=dev` leaves. */
  function layOut(): string {
    const folder = join(root, 'sparkops')
    mkdirSync(folder)
    const copied = [...image.matchAll(/^COPY --from=build (.+)$/gm)].flatMap(([, words]) =>
      words!.split(' ').slice(0, -1),
    )
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean }>
    }
    const kept = Object.entries(lock.packages).filter(
      ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional,
    )
    const packages = kept.map(([path]) => path).filter((path) => existsSync(join(ROOT, path)))
    for (const path of copied.map((one) => one.replace('/build/', '')))
      for (const one of path === 'node_modules' ? packages : [path])
        cpSync(join(ROOT, one), join(folder, one), { recursive: true })
    return folder
  }

  it(
    'holds all that a collector and the query engine need, for a user without a name who may write nowhere else',
    { timeout: 120_000 },
    async () => {
      const folder = layOut()
      const scheduler = await SchedulerServer.start('first', { capacity: 5000 })
      const own = join(root, 'own')
      mkdirSync(own)
      // Who is no root cannot become somebody else, and leaves what is read-only as it is all the same.
      const isRoot = process.getuid!() === 0 && !process.execPath.startsWith('/root/')
      if (isRoot) for (const path of [root, own]) chmodSync(path, path === own ? 0o777 : 0o755)
      else execFileSync('chmod', ['-R', 'a-w', folder])
      const settings = /^ENV (.+)$/m.exec(image)![1]!.matchAll(/(\w+)=("[^"]*"|\S+)/g)
      const env = Object.fromEntries([...settings].map(([, name, value]) => [name!, value!.replaceAll('"', '')]))
      const words = [
        'usage',
        'collect',
        '--cluster=c',
        `--yunikorn=${scheduler.address}`,
        `--spool=${own}/spool`,
        `--to=files:${own}/kept`,
      ]
      const run = join(folder, 'bin/run.js')
      const as = { cwd: '/', env, ...(isRoot ? { uid: 65532, gid: 65532 } : {}) }
      expect(spawnSync(process.execPath, [run, 'doctor'], { ...as, encoding: 'utf8' }).stdout).toContain(
        'the query engine loads',
      )
      const child = spawn(process.execPath, [run, ...words, '--listen=127.0.0.1:0', '--grace=10s'], {
        ...{ ...as, stdio: ['ignore', 'pipe', 'pipe'] },
      })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
      try {
        scheduler.add(
          '{"type":2,"objectID":"app-1","timestampNano":1795375332387154513,"eventChangeType":2,"eventChangeDetail":203,"resource":{}}',
        )
        await vi.waitFor(() => expect(said).toContain('metrics are at'), 20_000)
        const address = /metrics are at (\S+)/.exec(said)![1]!
        expect((await fetch(`${address}/healthz`)).status).toBe(200)
        expect(await (await fetch(`${address}/metrics`)).text()).toMatch(/^sparkops_collect/m)
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        expect(await ended, said).toEqual([0, null])
        expect(readdirSync(join(own, 'kept'), { recursive: true }).some((name) => String(name).endsWith('.gz'))).toBe(
          true,
        )
      } finally {
        child.kill('SIGKILL')
        await scheduler.stop()
      }
    },
  )
})

describe('the component of examples/collector', () => {
  const chart = JSON.stringify({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'yunikorn-scheduler', namespace: 'yunikorn' } },
    spec: {
      selector: { matchLabels: { app: 'yunikorn' } },
      template: {
        metadata: { labels: { app: 'yunikorn', component: 'yunikorn-scheduler' } },
        spec: { serviceAccountName: 'yunikorn-admin', containers: [{ name: 'yunikorn-scheduler-k8s', image: 's' }] },
      },
    },
  })

  /** Where there is no kubectl, what stands in the component, which it would put together. */
  function rendered(): string {
    const folder = join(ROOT, 'examples/collector')
    if (findOnPath(['kubectl']) !== undefined)
      return execFileSync('sh', [join(folder, 'kustomize.sh')], { input: chart, encoding: 'utf8' })
    const files = ['sidecar.yaml', 'rbac.yaml', 'network-policy.yaml']
    return files.map((file) => readFileSync(join(folder, 'component', file), 'utf8')).join('\n---\n')
  }

  interface Rendered {
    kind: string
    rules?: unknown
    spec?: Record<string, unknown> & { template?: { spec: Record<string, unknown> & { containers: Container[] } } }
  }
  interface Container {
    name: string
    image: string
    securityContext?: unknown
    volumeMounts?: { mountPath: string }[]
  }

  it('adds the sidecar to what the chart makes, with the least rights, as Helm’s post-renderer does', () => {
    const objects = loadAll(rendered()) as Rendered[]
    const of = (kind: string): Rendered => objects.find((one) => one.kind === kind)!
    const pod = of('Deployment').spec!.template!.spec
    expect(pod['terminationGracePeriodSeconds']).toBe(60)
    const sidecar = pod.containers.find(({ name }) => name === 'sparkops-collect')!
    const others = pod.containers.filter((one) => one !== sidecar)
    for (const other of others) expect(other).toEqual({ name: 'yunikorn-scheduler-k8s', image: 's' })
    expect(sidecar.securityContext).toMatchObject({
      ...{ runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
      capabilities: { drop: ['ALL'] },
    })
    expect(sidecar.volumeMounts!.map(({ mountPath }) => mountPath)).toEqual(['/spool', '/tmp'])
    expect(of('ClusterRole').rules).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }])
    expect(of('NetworkPolicy').spec).toMatchObject({ policyTypes: ['Ingress'] })
  })

  it('comes with an image that has neither a shell nor root', () => {
    expect(image).toMatch(/^gcr\.io\/distroless\/\S+:nonroot\n/)
  })
})
