/** `operator snapshot` on a real API server: what it holds, what it must not hold, and that it reads like the cluster. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { beforeAll, describe, expect, vi } from 'vitest'
import { readSnapshot } from '../../src/adapters/snapshot/read-snapshot.ts'
import type { SnapshotReport } from '../../src/domain/snapshot/take-snapshot.ts'
import type { KubeObject } from '../../src/ports/cluster.ts'
import { capabilityPath, needs } from '../support/capabilities.ts'
import { openLab } from '../support/lab/open.ts'
import type { PolicyRule } from '../support/lab/cluster.ts'
import { type KubeconfigParts, kubeconfigText } from '../support/lab/kubeconfig-text.ts'
import { useCluster } from '../support/lab/use-cluster.ts'
import { ROOT, runCli, type RunResult } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const { it } = needs('lab')
const lab = useCluster()
const SECRET = 'correct-horse-battery-staple'
const APPLICATIONS = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/default/sparkapplications'
const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles'

function crd(plural: string, kind: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.sparkoperator.k8s.io`,
      // The server refuses a group below k8s.io without it.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
    },
    spec: {
      group: 'sparkoperator.k8s.io',
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: 'v1beta2',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }
}

beforeAll(async () => {
  if (capabilityPath('lab') === undefined) return
  const { request } = lab()
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await request('POST', crds, crd('sparkapplications', 'SparkApplication'))
  await request('POST', crds, crd('scheduledsparkapplications', 'ScheduledSparkApplication'))
  const application = {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: 'etl' },
  }
  // A new type is served a moment after its definition is stored.
  await vi.waitFor(() => request('POST', APPLICATIONS, application), { timeout: 20_000, interval: 100 })
  const core = '/api/v1/namespaces/default'
  const driver = (await request('POST', `${core}/pods`, {
    metadata: { name: 'etl-driver', labels: { 'spark-role': 'driver' } },
    spec: { containers: [{ name: 'spark', image: 'spark' }] },
  })) as KubeObject
  await request('POST', `${core}/pods`, {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'web' }] },
  })
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'etl-driver', uid: driver.metadata.uid }
  const data = { 'spark.properties': SECRET }
  await request('POST', `${core}/configmaps`, { metadata: { name: 'conf', ownerReferences: [owner] }, data })
  await request('POST', `${core}/configmaps`, { metadata: { name: 'somebody-elses' }, data })
  await request('POST', `${core}/secrets`, {
    metadata: {
      name: 'sh.helm.release.v1.spark.v1',
      labels: { owner: 'helm', name: 'spark', status: 'deployed' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET },
    },
    type: 'helm.sh/release.v1',
    stringData: { release: SECRET },
  })
  await request('POST', `${core}/secrets`, { metadata: { name: 'other' }, stringData: { password: SECRET } })
  for (const name of ['...', 'Upper:Case', 'ümlaut 名', 'x'.repeat(300)]) {
    await request('POST', ROLES, { metadata: { name }, rules: [] })
  }
}, 120_000)

async function snapshot(out: string, kubeconfig = lab().kubeconfigPath, ...more: string[]): Promise<RunResult> {
  return await runCli(['operator', 'snapshot', '--out', out, '--kubeconfig', kubeconfig, '-o', 'json', ...more])
}

function place(name: string): string {
  return join(lab().directory, name)
}

/** Every byte of a directory. */
async function everything(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
}

describe('operator snapshot', () => {
  it('holds what a move may touch, reads like the cluster, and is whole', async () => {
    const out = place('whole')
    const { code, stdout, stderr } = await snapshot(out)
    expect([code, stderr]).toEqual([0, ''])
    const report = JSON.parse(stdout) as SnapshotReport
    expectMatchesSchema('snapshot', report)
    const gitOps = ['applications', 'helmreleases', 'kustomizations']
    expect(report.missing.map(({ resource }) => resource)).toEqual(['sparkconnects', ...gitOps])
    expect(report.missing.every(({ why }) => why === 'not served')).toBe(true)

    const [cluster, read] = [await openLab(lab()), await readSnapshot(out)]
    expect(read.identity.uid).toBe(cluster.identity.uid)
    for (const item of report.items.filter(({ form, selection }) => form === 'whole' && selection === 'all')) {
      const type = (await read.findType({ group: item.group, resource: item.resource }))!
      expect(type).toEqual(await cluster.findType({ group: item.group, resource: item.resource }))
      const [live, kept] = [(await cluster.list(type)).items, (await read.list(type)).items]
      expect(byName(kept), item.resource).toEqual(byName(live))
      for (const { metadata } of live) {
        const key = { type, namespace: metadata.namespace, name: metadata.name }
        expect(await read.get(key)).toEqual(await cluster.get(key))
      }
    }
    const names = async (resource: string): Promise<string[]> => {
      const type = (await read.findType({ group: '', resource }))!
      return (await read.list(type)).items.map(({ metadata }) => metadata.name)
    }
    expect(await names('pods')).toEqual(['etl-driver'])
    expect(await names('configmaps')).toEqual(['conf'])
    expect(await names('secrets')).toEqual(['sh.helm.release.v1.spark.v1'])
  })

  it('keeps no secret, and is for its owner alone', async () => {
    const out = place('secrets')
    await snapshot(out)
    const text = await everything(out)
    for (const form of [SECRET, Buffer.from(SECRET).toString('base64')]) expect(text.includes(form)).toBe(false)
    expect((await stat(out)).mode & 0o777).toBe(0o700)
    const read = await readSnapshot(out)
    const secrets = (await read.findType({ group: '', resource: 'secrets' }))!
    const { items } = await read.list(secrets, { labelSelector: 'owner=helm,status=deployed' })
    expect(items).toMatchObject([
      { type: 'helm.sh/release.v1', hashes: { release: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
    ])
  })

  it('keeps the release Secrets when asked to, and says what that means', async () => {
    const out = place('with-secrets')
    const { code, stderr } = await snapshot(out, undefined, '--include-secrets')
    expect(code).toBe(0)
    expect(stderr).toContain('holds Secrets')
    const text = await everything(out)
    expect(text).toContain(Buffer.from(SECRET).toString('base64'))
    expect(text).not.toContain('password')
  })

  it('needs no more rights than docs/rbac.md says', async () => {
    const text = await readFile(join(ROOT, 'docs/rbac.md'), 'utf8')
    const role = load(/## operator snapshot\n\n```yaml\n([^`]*)```/.exec(text)![1]!) as { rules: PolicyRule[] }
    const user = await lab().addUser('documented', { rules: role.rules })
    const { code, stdout } = await snapshot(place('documented'), user.kubeconfigPath)
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as SnapshotReport).cluster.uid).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('says what the login may not read, by exit 6', async () => {
    const reading = ['get', 'list']
    const user = await lab().addUser('narrow', {
      rules: [
        { apiGroups: ['sparkoperator.k8s.io'], resources: ['*'], verbs: reading },
        { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: reading },
      ],
    })
    const out = place('narrow')
    const { code, stdout } = await snapshot(out, user.kubeconfigPath)
    expect(code).toBe(6)
    const { missing, items } = JSON.parse(stdout) as SnapshotReport
    expect(missing.filter(({ why }) => why === 'not allowed').map(({ resource }) => resource)).toContain('secrets')
    expect(items.map(({ resource }) => resource)).toContain('sparkapplications')
    const read = await readSnapshot(out)
    await expect(read.findType({ group: '', resource: 'secrets' })).rejects.toMatchObject({
      exit: 'inconclusive',
    })
  })

  it('of a cluster that is not there ends with 69, and with a login that is not known, with 4; neither leaves anything', async () => {
    const write = async (name: string, parts: KubeconfigParts): Promise<string> => {
      await writeFile(place(name), kubeconfigText(parts))
      return place(name)
    }
    const authority = Buffer.from(lab().authority.certificate).toString('base64')
    const user = { token: 'nobody' }
    const cluster = { server: lab().server, 'certificate-authority-data': authority }
    const cases = [
      { code: 4, path: await write('unknown', { context: 'c', cluster, user }) },
      { code: 69, path: await write('gone', { context: 'c', cluster: { server: 'https://127.0.0.1:1' }, user }) },
    ]
    for (const { code, path } of cases) {
      const result = await snapshot(place('never'), path)
      expect(result.code).toBe(code)
      const { error } = JSON.parse(result.stdout) as { error: { hint: string } }
      expect(error.hint).toBeTruthy()
      expect(result.stdout + result.stderr).not.toContain('nobody')
      expect(existsSync(place('never'))).toBe(false)
    }
  })

  it('refuses a directory with anything in it, and leaves it alone', async () => {
    const out = place('occupied')
    await mkdir(out)
    await writeFile(join(out, 'mine.txt'), 'mine')
    const { code, stdout } = await snapshot(out)
    expect(code).toBe(64)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SO_SNAPSHOT_EXISTS' } })
    expect(await readdir(out)).toEqual(['mine.txt'])
  })
})

function byName(objects: KubeObject[]): KubeObject[] {
  const key = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
