/** A version read from everywhere it can be: chart, archive, manifests, a commit of a fork. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it as always, onTestFinished } from 'vitest'
import { findLabProgram } from '../../../../scripts/lab.mjs'
import { openHelm } from '../../../../src/adapters/helm/open-helm.ts'
import { openVersionSource } from '../../../../src/adapters/version-source/open-version-source.ts'
import { compareBehaviour } from '../../../../src/domain/operator/behaviour/compare.ts'
import { describeScope } from '../../../../src/domain/operator/behaviour/namespaces.ts'
import { loadTarget } from '../../../../src/domain/operator/source/load-target.ts'
import { withChart } from '../../../../src/domain/operator/source/locate-chart.ts'
import { parseSource } from '../../../../src/domain/operator/source/source-spec.ts'
import type { RenderedTarget } from '../../../../src/domain/operator/source/target.ts'
import { needs } from '../../../support/capabilities.ts'
import { serveCharts } from '../../../support/operator/chart-registry.ts'
import { fixtureChart, FIXTURE_VERSIONS } from '../../../support/operator/fixtures.ts'

const { it } = needs('lab')
const run = promisify(execFile)
const helmPath = findLabProgram('helm') ?? 'helm'

async function load(
  source: string,
  sets: readonly string[] = [],
  files: readonly string[] = [],
): Promise<RenderedTarget> {
  const held = new Set<unknown>()
  const sources = openVersionSource((remove) => {
    held.add(remove)
    return () => held.delete(remove)
  })
  const release = { name: 'spark-operator', namespace: 'spark' }
  try {
    return await loadTarget(
      { helm: openHelm({ program: helmPath }), sources },
      { source, values: { files, sets }, release },
    )
  } finally {
    expect(held.size, 'directories left behind').toBe(0)
  }
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

const names = (target: RenderedTarget) => target.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()

describe('a version read from a chart', () => {
  it('1.3.8: account and rights are hooks, the webhook registers itself, one namespace or all', async () => {
    const target = await load(fixtureChart('1.3.8'), ['webhook.enable=true', 'sparkJobNamespace=jobs'])
    expect(target).toMatchObject({ version: '1.3.8', versionFrom: 'image tag', chart: { version: '1.1.26' } })
    expect(target.traits).toMatchObject({
      operatorRbac: 'hooks',
      webhookRegistration: 'self',
      suspend: false,
      needsSparkConnect: false,
      defaultsBy: 'controller',
    })
    expect(target.hooks.map(({ object, events }) => `${object.kind} ${events.join('+')}`).sort()).toEqual([
      'ClusterRole pre-install+pre-upgrade',
      'ClusterRoleBinding pre-install+pre-upgrade',
      'Job pre-delete+pre-upgrade',
      'Job pre-install+pre-upgrade',
      'ServiceAccount pre-install+pre-upgrade',
    ])
    expect(target.definitions.map(({ from, reading }) => `${from} ${reading.kind}`).sort()).toEqual([
      'crds ScheduledSparkApplication',
      'crds SparkApplication',
    ])
    expect(describeScope(target.behaviours[0]!.namespaces)).toBe('jobs')
  })

  it('1.6.2: account and rights are the release’s, and two namespaces are all of them', async () => {
    const target = await load(fixtureChart('1.6.2'), ['sparkJobNamespaces={a,b}'])
    expect(target.traits).toMatchObject({ operatorRbac: 'release', generation: '1.x' })
    expect(names(target)).toContain('ClusterRole/spark-operator')
    expect(describeScope(target.behaviours[0]!.namespaces)).toBe('all namespaces')
  })

  it('2.5.2: parts apart, a list of namespaces, a definition for SparkConnect', async () => {
    const target = await load(fixtureChart('2.5.2'), [
      'spark.jobNamespaces={a,b}',
      'controller.leaderElection.enable=false',
    ])
    expect(target.traits).toMatchObject({
      operatorRbac: 'release, per component',
      webhookRegistration: 'chart',
      suspend: true,
      needsSparkConnect: true,
    })
    const [behaviour] = target.behaviours
    expect(describeScope(behaviour!.namespaces)).toBe('a, b')
    expect(behaviour).toMatchObject({ leader: { enabled: false }, webhook: { failurePolicy: 'Fail', port: 9443 } })
  })

  it('is not taken for a release whose schema it does not have', async () => {
    const { schemas } = await load(fixtureChart('2.5.2'))
    expect(schemas.map(({ set, releases }) => [set, releases])).toEqual([
      [undefined, []],
      [undefined, []],
      [undefined, []],
    ])
  })

  it('shows what changes on the way by what it does: 1.x values on a 2.x chart lose the namespaces', async () => {
    const before = await load(fixtureChart('1.6.2'), ['sparkJobNamespaces={jobs}'])
    const after = await load(fixtureChart('2.1.1'), ['sparkJobNamespaces={jobs}'])
    const changes = compareBehaviour(before.behaviours[0]!, after.behaviours[0]!)
    expect(changes.find(({ aspect }) => aspect === 'namespaces')).toMatchObject({ before: 'jobs', after: 'default' })
    expect(changes.map(({ aspect }) => aspect)).toContain('webhook')
  })

  it('takes values from files, and a set after them wins', async () => {
    const file = join(await scratch(), 'values.yaml')
    await writeFile(file, 'spark: {jobNamespaces: [x]}\ncontroller: {workers: 3}\n')
    const { behaviours } = await load(fixtureChart('2.5.2'), ['controller.workers=4'], [file])
    expect(behaviours[0]).toMatchObject({ threads: 4, namespaces: { names: ['x'] } })
  })
})

describe('a version read from elsewhere', () => {
  it('an archive is what its directory is', async () => {
    const directory = await scratch()
    await run(helmPath, ['package', fixtureChart('2.1.1'), '-d', directory])
    const [archive] = await readdir(directory)
    const [packed, plain] = [await load(join(directory, archive!)), await load(fixtureChart('2.1.1'))]
    expect(packed.origin.kind).toBe('archive')
    expect(names(packed)).toEqual(names(plain))
    expect(packed.definitions).toHaveLength(2)
  })

  it('rendered manifests need no helm, tell hooks from nothing, and take no values', async () => {
    const directory = await scratch()
    const { stdout } = await run(helmPath, ['template', 'op', fixtureChart('2.5.2'), '-n', 'spark', '--include-crds'])
    await mkdir(join(directory, 'sub'))
    await writeFile(join(directory, 'sub/all.yaml'), stdout)
    await writeFile(join(directory, 'kustomization.yaml'), 'resources: [sub]\n')
    const target = await load(directory)
    expect(target).toMatchObject({
      chart: undefined,
      version: '2.5.2',
      origin: { kind: 'manifests', reference: undefined },
    })
    expect(target.definitions.map(({ from }) => from)).toEqual(['manifests', 'manifests', 'manifests'])
    await expect(load(directory, ['a=b'])).rejects.toMatchObject({ code: 'SO_SOURCE_VALUES' })
  })

  it('a commit of a fork, without touching its working tree, its index or its links', async () => {
    const repository = await scratch()
    const git = (...args: string[]) =>
      run('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false', ...args])
    await git('init', '-q')
    const chart = join(repository, 'charts/spark-operator-chart')
    await cp(fixtureChart('2.5.2'), chart, { recursive: true })
    await symlink('/etc/passwd', join(chart, 'values-link.yaml'))
    await git('add', '-A')
    await git('commit', '-qm', 'fork')
    await git('tag', 'v2.5.2-acme.1')
    await writeFile(
      join(chart, 'Chart.yaml'),
      'apiVersion: v2\nname: spark-operator\nversion: 9.9.9\nappVersion: 2.5.2-acme.1\n',
    )
    await git('commit', '-qam', 'next')
    await writeFile(join(chart, 'Chart.yaml'), 'not: committed\n')
    const tagged = await load(`git:${repository}@v2.5.2-acme.1`)
    expect(tagged).toMatchObject({
      version: '2.5.2',
      origin: { kind: 'git', commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string },
    })
    const next = await load(`git:${repository}@HEAD:charts/spark-operator-chart`)
    expect(next).toMatchObject({ version: '2.5.2-acme.1', chart: { version: '9.9.9' } })
    expect(next.traits.suspend).toBe(true)
    expect(await readFile(join(chart, 'Chart.yaml'), 'utf8')).toBe('not: committed\n')
    expect((await git('status', '--porcelain')).stdout).toBe(' M charts/spark-operator-chart/Chart.yaml\n')
    await expect(load(`git:${repository}@nowhere`)).rejects.toMatchObject({ code: 'SO_SOURCE_REF' })
    await expect(load(`git:${repository}@HEAD:charts`)).rejects.toMatchObject({ code: 'SO_SOURCE_CHART' })
  })

  it('a chart of a repository, in the version that was asked for or the newest', async () => {
    const directory = await scratch()
    for (const version of ['2.1.1', '2.5.2'] as const)
      await run(helmPath, ['package', fixtureChart(version), '-d', directory])
    await run(helmPath, ['repo', 'index', directory])
    const server = createServer((request, response) => {
      void readFile(join(directory, request.url!.slice(1))).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      )
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const places = Object.entries({ CACHE: 'cache', CONFIG: 'config', DATA: 'data' })
    const environment = Object.fromEntries(places.map(([name, below]) => [`HELM_${name}_HOME`, join(directory, below)]))
    const env = { ...process.env, ...environment }
    await run(helmPath, ['repo', 'add', 'ours', `http://127.0.0.1:${port}`], { env })
    const ports = {
      helm: openHelm({ program: helmPath, environment }),
      sources: openVersionSource(() => () => undefined),
    }
    const release = { name: 'spark-operator', namespace: 'spark' }
    const read = (source: string) => loadTarget(ports, { source, values: { files: [], sets: [] }, release })
    const old = await read('ours/spark-operator@2.1.1')
    expect(old).toMatchObject({ version: '2.1.1', origin: { kind: 'remote', reference: 'ours/spark-operator' } })
    expect((await read('ours/spark-operator')).version).toBe('2.5.2')
    const again = { reference: 'ours/spark-operator', version: '2.1.1', digest: old.origin.digest }
    expect(await withChart(ports, again, (chart) => ports.helm.describe(chart))).toMatchObject({
      chart: expect.stringContaining('2.1.1') as string,
    })
    await expect(read('ours/nothing')).rejects.toMatchObject({ code: 'SO_HELM_FAILED' })
  })

  it('a chart of an OCI registry, in the version that was asked for or the newest', async () => {
    const directory = await scratch()
    const charts = new Map<string, Buffer>()
    for (const version of ['2.1.1', '2.5.2'] as const) {
      const { stdout } = await run(helmPath, ['package', fixtureChart(version), '-d', directory])
      const archive = /: (.*\.tgz)\s*$/.exec(stdout)![1]!
      charts.set(/-(\d[^/]*)\.tgz$/.exec(archive)![1]!, await readFile(archive))
    }
    const { host, environment } = await serveCharts('charts/spark-operator', charts, directory)
    const ports = {
      helm: openHelm({ program: helmPath, environment }),
      sources: openVersionSource(() => () => undefined),
    }
    const release = { name: 'spark-operator', namespace: 'spark' }
    const read = (source: string) => loadTarget(ports, { source, values: { files: [], sets: [] }, release })
    const reference = `oci://${host}/charts/spark-operator`
    const old = await read(`${reference}@2.1.1`)
    expect(old).toMatchObject({ version: '2.1.1', origin: { kind: 'remote', reference } })
    expect((await read(reference)).version).toBe('2.5.2')
    const again = { reference, version: '2.1.1', digest: old.origin.digest }
    expect(await withChart(ports, again, (chart) => ports.helm.describe(chart))).toMatchObject({
      chart: expect.stringContaining('2.1.1') as string,
    })
    await expect(read(`${reference}@9.9.9`)).rejects.toMatchObject({ code: 'SO_HELM_FAILED' })
  })

  it('is the same by digest where it is the same by content, and only there', async () => {
    const digests = await Promise.all(
      FIXTURE_VERSIONS.map(async (version) => (await load(fixtureChart(version))).origin.digest),
    )
    expect(new Set(digests).size).toBe(FIXTURE_VERSIONS.length)
    const copy = join(await scratch(), 'copy')
    await cp(fixtureChart('1.3.8'), copy, { recursive: true })
    expect((await load(copy)).origin.digest).toBe(digests[0])
  })
})

describe('a chart that was planned with', () => {
  it('is found again wherever it came from, and refused once its content is another', async () => {
    const ports = { helm: openHelm({ program: helmPath }), sources: openVersionSource(() => () => undefined) }
    const again = async (target: RenderedTarget) =>
      await withChart(
        ports,
        {
          reference: target.origin.reference ?? '',
          version: target.chart?.version ?? '',
          digest: target.origin.digest,
        },
        async (chart) => (await ports.helm.describe(chart)).chart,
      )
    const repository = await scratch()
    const git = (...args: string[]) =>
      run('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false', ...args])
    await cp(fixtureChart('1.6.2'), join(repository, 'chart'), { recursive: true })
    await git('init', '-q', '-b', 'main')
    await git('add', '-A')
    await git('commit', '-qm', 'one')
    const [commit, directory] = [await load(`git:${repository}@main`), await load(join(repository, 'chart'))]
    expect(commit.origin.digest).toBe(directory.origin.digest)
    expect(await again(commit)).toContain('version: 1.4.6')
    expect(await again(directory)).toContain('version: 1.4.6')
    await writeFile(join(repository, 'chart/values.yaml'), 'a: 1\n')
    expect(await again(commit)).toContain('version: 1.4.6')
    await expect(again(directory)).rejects.toMatchObject({ code: 'SO_SOURCE_CHANGED', exit: 'stale' })
    await git('commit', '-qam', 'two')
    await expect(again(commit)).rejects.toMatchObject({ code: 'SO_SOURCE_CHANGED', exit: 'stale' })
  })
})

describe('how a version is named', () => {
  const nothingThere = () => false

  always.each([
    [
      'oci://ghcr.io/kubeflow/charts/op@2.5.2',
      { kind: 'remote', reference: 'oci://ghcr.io/kubeflow/charts/op', version: '2.5.2' },
    ],
    ['oci://host:5000/op', { kind: 'remote', reference: 'oci://host:5000/op', version: undefined }],
    [
      'spark-operator/spark-operator@1.1.26',
      { kind: 'remote', reference: 'spark-operator/spark-operator', version: '1.1.26' },
    ],
    ['git:../fork@v1', { kind: 'git', repository: '../fork', ref: 'v1', directory: undefined }],
    [
      'git:/a@b/fork@feature/x:charts/op/',
      { kind: 'git', repository: '/a@b/fork', ref: 'feature/x', directory: 'charts/op' },
    ],
  ])('%s', (text, expected) => {
    expect(parseSource(text, nothingThere)).toEqual(expected)
  })

  always('a path that is there comes before a repository of the same form', () => {
    expect(parseSource('charts/op', () => true)).toEqual({ kind: 'path', path: 'charts/op' })
  })

  always.each([
    ['2.5.2', /does not say where its chart is/],
    ['./nowhere', /no such file/],
    ['git:repo', /git:REPOSITORY@REF/],
    ['git:repo@--upload-pack=x', /no ref/],
    ['git:repo@v1:../../etc', /leaves the repository/],
    ['', /empty/],
  ])('refuses %s', (text, why) => {
    expect(() => parseSource(text, nothingThere)).toThrow(
      expect.objectContaining({ why: expect.stringMatching(why) as string }),
    )
  })
})
