/**
 * A snapshot taken before a move: CRDs, applications and the operator's own objects as the server has them, one JSON
 * object a line, and a manifest with the digest of every file. Values of Secrets stay in the cluster, but for Helm's
 * release records; of the others only names and digests are written.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import { stringifyExact } from '../../domain/exact-json.ts'
import type { Cluster, KubeObject, ResourceType } from '../../ports/cluster.ts'
import type { SnapshotQuestion, SnapshotTaken, SnapshotTaker } from '../../ports/snapshot-taker.ts'

const MANIFEST = 'manifest.json'
const CRD_TYPE: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}

interface Manifest {
  format: 1
  cluster: { uid: string; server: string }
  files: Record<string, { sha256: string; objects: number }>
}

/** Takes snapshots of a cluster. */
export function snapshotFiles(cluster: Cluster): SnapshotTaker {
  return {
    take: async (question) => {
      try {
        return await takeInto(question, cluster)
      } catch (error) {
        // Half a snapshot is none: nothing may be taken for one, and it may be what filled the disk.
        await rm(question.directory, { recursive: true, force: true })
        throw asFailure(question.directory, error)
      }
    },
    verify,
  }
}

async function takeInto(question: SnapshotQuestion, cluster: Cluster): Promise<SnapshotTaken> {
  const { directory, types, crds, install, signal, tell } = question
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { uid, server } = cluster.identity
  const manifest: Manifest = { format: 1, cluster: { uid, server }, files: {} }
  const write = async (name: string, objects: AsyncIterable<KubeObject>): Promise<void> => {
    tell(name)
    manifest.files[name] = await writeLines(join(directory, name), objects)
  }
  await write(
    'crds.ndjson',
    each(crds, (name) => cluster.get({ type: CRD_TYPE, name }, signal)),
  )
  for (const type of types) await write(`${type.resource}.${type.group}.ndjson`, cluster.listEach(type, { signal }))
  await write(
    'install.ndjson',
    each(install, async (key) => withoutSecrets(await cluster.get(key, signal))),
  )
  const text = stringifyExact(manifest, 2)
  await writeSynced(join(directory, MANIFEST), text)
  const fault = await verify(directory)
  if (fault !== undefined) throw new Error(fault)
  const objects = Object.values(manifest.files).reduce((sum, file) => sum + file.objects, 0)
  return { directory, sha256: digest(text), objects, bytes: await bytesIn(directory) }
}

async function* each<Item>(
  items: readonly Item[],
  read: (item: Item) => Promise<KubeObject | undefined>,
): AsyncGenerator<KubeObject> {
  for (const item of items) {
    const object = await read(item)
    if (object !== undefined) yield object
  }
}

const HELM_RELEASE = 'helm.sh/release.v1'

function withoutSecrets(object: KubeObject | undefined): KubeObject | undefined {
  if (object?.kind !== 'Secret' || object.type === HELM_RELEASE) return object
  const { data, stringData: _stringData, ...rest } = object
  const digests = Object.entries((data ?? {}) as Record<string, string>).map(([name, value]) => [name, digest(value)])
  return { ...rest, digests: Object.fromEntries(digests) as Record<string, string> }
}

async function writeLines(
  path: string,
  objects: AsyncIterable<KubeObject>,
): Promise<{ sha256: string; objects: number }> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let count = 0
  try {
    for await (const object of objects) {
      const line = `${stringifyExact(object)}\n`
      hash.update(line)
      await file.writeFile(line)
      count += 1
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sha256: hash.digest('hex'), objects: count }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Reads every file back from the disk. */
async function verify(directory: string): Promise<string | undefined> {
  let manifest: Manifest
  try {
    manifest = JSON.parse(await readFile(join(directory, MANIFEST), 'utf8')) as Manifest
  } catch (error) {
    return `${join(directory, MANIFEST)}: ${(error as Error).message}`
  }
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const path = join(directory, name)
    const found = await digestOfFile(path).catch((error: unknown) => (error as Error).message)
    if (found !== sha256) return `${path} is not as it was written`
  }
  return undefined
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function bytesIn(directory: string): Promise<number> {
  const sizes = (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function asFailure(directory: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (cause instanceof SparkopsError || !(cause instanceof Error)) return cause
  return new SparkopsError({
    code: 'SO_SNAPSHOT_FAILED',
    message: `the snapshot could not be written to ${directory}`,
    why: REASONS[code] ?? cause.message,
    hint: 'make room, or set XDG_STATE_HOME to another place; without a snapshot nothing is changed',
    cause,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
}
