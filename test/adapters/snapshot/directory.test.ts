/** A snapshot directory: whole or not at all, checked as it is read, honest about what it lacks. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { readSnapshot } from '../../../src/adapters/snapshot/read-snapshot.ts'
import { writeSnapshot } from '../../../src/adapters/snapshot/write-snapshot.ts'
import type { KubeObject, ResourceType } from '../../../src/ports/cluster.ts'
import type { SnapshotManifest } from '../../../src/ports/snapshot.ts'
import { needs } from '../../support/capabilities.ts'

const TYPE: ResourceType = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true }
const FILE = 'objects/core/v1/configmaps/jobs/one.json'

const MANIFEST: SnapshotManifest = {
  format: 1,
  tool: { name: 'sparkops', version: '0' },
  takenAt: '2026-01-02T03:04:05.000Z',
  cluster: { uid: 'u', context: 'c', server: 'https://s', namespace: 'jobs' },
  serverVersion: { major: 1, minor: 35, gitVersion: 'v1.35.4' },
  types: [{ ...TYPE, form: 'whole', selection: 'all', objects: 2, resourceVersion: '7' }],
  missing: [
    { group: 'sparkoperator.k8s.io', resource: 'sparkconnects', why: 'not served' },
    { group: '', resource: 'secrets', why: 'not allowed' },
  ],
  salt: '00',
}

function object(namespace: string, name: string, size: bigint | number = 1): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, size }
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-snapshot-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'snapshot')
}

async function written(): Promise<string> {
  const directory = await temporary()
  const writer = await writeSnapshot(directory)
  await writer.add(TYPE, object('jobs', 'one', 2n ** 60n))
  await writer.add(TYPE, object('other', 'two'))
  await writer.finish(MANIFEST)
  return directory
}

it('what was written is read, integers beyond 2^53 included', async () => {
  const snapshot = await readSnapshot(await written())
  expect(await snapshot.get({ type: TYPE, namespace: 'jobs', name: 'one' })).toEqual(object('jobs', 'one', 2n ** 60n))
  expect(await snapshot.get({ type: TYPE, namespace: 'jobs', name: 'two' })).toBeUndefined()
  const { items, resourceVersion } = await snapshot.list(TYPE, { namespace: 'other' })
  expect([items, resourceVersion]).toEqual([[object('other', 'two')], '7'])
  expect(snapshot.identity).toMatchObject({ uid: 'u', context: undefined, namespace: 'jobs' })
  expect(await snapshot.findType({ group: '', kind: 'ConfigMap' })).toEqual(TYPE)
})

it('is for its owner alone', async () => {
  const directory = await written()
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  for (const name of ['manifest.json', 'sha256sums.txt', FILE]) {
    expect((await stat(join(directory, name))).mode & 0o777, name).toBe(0o600)
  }
})

needs('sha256sum').it('is found whole by sha256sum', async () => {
  const directory = await written()
  const told = execFileSync('sha256sum', ['-c', 'sha256sums.txt'], { cwd: directory, encoding: 'utf8' })
  expect(told).toContain(`${FILE}: OK`)
})

it('a file that was changed, or is gone, is told and never passed over', async () => {
  const directory = await written()
  await writeFile(join(directory, FILE), '{}\n')
  const snapshot = await readSnapshot(directory)
  await expect(snapshot.list(TYPE)).rejects.toMatchObject({ code: 'SO_SNAPSHOT_CORRUPT', exit: 'data' })
  await rm(join(directory, FILE))
  await expect(snapshot.list(TYPE)).rejects.toMatchObject({ code: 'SO_SNAPSHOT_CORRUPT', exit: 'data' })
  await writeFile(join(directory, 'sha256sums.txt'), '')
  await expect(readSnapshot(directory)).rejects.toMatchObject({ code: 'SO_SNAPSHOT_CORRUPT' })
})

it('what it does not hold it does not deny', async () => {
  const snapshot = await readSnapshot(await written())
  const secrets = { ...TYPE, resource: 'secrets', kind: 'Secret' }
  await expect(snapshot.list(secrets)).rejects.toMatchObject({ code: 'SO_NOT_IN_SNAPSHOT', exit: 'inconclusive' })
  await expect(snapshot.list({ ...TYPE, resource: 'nodes' })).rejects.toMatchObject({ code: 'SO_NOT_IN_SNAPSHOT' })
  expect(await snapshot.findType({ group: 'sparkoperator.k8s.io', resource: 'sparkconnects' })).toBeUndefined()
})

it('never mixes with what is there, and an abandoned one leaves nothing', async () => {
  const directory = await written()
  await expect(writeSnapshot(directory)).rejects.toMatchObject({ code: 'SO_SNAPSHOT_EXISTS', exit: 'usage' })
  const other = await temporary()
  const writer = await writeSnapshot(other)
  await writer.add(TYPE, object('jobs', 'one'))
  await writer.abandon()
  await expect(readdir(other)).rejects.toThrow('ENOENT')
})

it('one that was not finished, or is of a later form, is refused', async () => {
  const directory = await written()
  const path = join(directory, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as object
  await writeFile(path, JSON.stringify({ ...manifest, format: 2 }))
  await expect(readSnapshot(directory)).rejects.toMatchObject({ code: 'SO_SNAPSHOT_FORMAT', exit: 'data' })
  await rm(path)
  await expect(readSnapshot(directory)).rejects.toMatchObject({ code: 'SO_SNAPSHOT', exit: 'data' })
})
