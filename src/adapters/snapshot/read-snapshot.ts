/**
 * A snapshot directory as a cluster that can be read. What it does not hold it does not deny: a type that was not taken
 * is an error that says so, and never an empty list.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import { parseExact } from '../../domain/exact-json.ts'
import type { ClusterReader, KubeObject, ListOptions, ObjectKey, ResourceType, TypeQuery } from '../../ports/cluster.ts'
import type { SnapshotManifest, SnapshotType } from '../../ports/snapshot.ts'
import { MANIFEST, objectFile, SUMS, typePath } from './layout.ts'
import { selectorTest } from './selectors.ts'
import { sha256 } from './write-snapshot.ts'

/** Opens a snapshot; `namespace` is what commands use unless told. Every file is checked against its sum as it is read. */
export async function readSnapshot(directory: string, namespace?: string): Promise<ClusterReader> {
  const { manifest, sums } = await openDirectory(directory)
  const read = async (file: string): Promise<KubeObject | undefined> => {
    const sum = sums.get(file)
    if (sum === undefined) return undefined
    const content = await readFile(join(directory, file)).catch((error: unknown) => {
      throw corrupt(join(directory, file), (error as Error).message)
    })
    if (sha256(content) !== sum) throw corrupt(join(directory, file), `its sum is not the one in ${SUMS}`)
    return parseExact(content.toString('utf8')) as KubeObject
  }
  const listEach = async function* (type: ResourceType, options: ListOptions = {}): AsyncGenerator<KubeObject> {
    const held = heldType(manifest, type, directory)
    if (held === undefined) return
    const wanted = selectorTest(options.labelSelector, options.fieldSelector)
    const place = `${typePath(type)}/`
    // The list of sums, and not the directory, says what belongs there: a file that went missing is an error.
    for (const file of sums.keys()) {
      if (!file.startsWith(place)) continue
      options.signal?.throwIfAborted()
      const object = await read(file)
      const isPlaced = options.namespace === undefined || object?.metadata.namespace === options.namespace
      if (object !== undefined && isPlaced && wanted(object)) yield object
    }
  }
  return {
    identity: {
      ...manifest.cluster,
      context: undefined,
      server: directory,
      namespace: namespace ?? manifest.cluster.namespace,
    },
    get: async (key) => {
      const held = heldType(manifest, key.type, directory)
      if (held === undefined) return undefined
      const object = await read(objectFile(key.type, key.namespace, key.name))
      if (object === undefined && !isKnownAbsent(held, key)) throw notTaken(held, key, directory)
      return object
    },
    list: async (type, options) => {
      const items: KubeObject[] = []
      for await (const object of listEach(type, options)) items.push(object)
      return { resourceVersion: heldType(manifest, type, directory)?.resourceVersion ?? '', items }
    },
    listEach,
    findType: (query) => new Promise((resolve) => resolve(findType(manifest, query, directory))),
    serverVersion: () => Promise.resolve(manifest.serverVersion),
  }
}

async function openDirectory(directory: string): Promise<{ manifest: SnapshotManifest; sums: Map<string, string> }> {
  const manifestText = await readFile(join(directory, MANIFEST), 'utf8').catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    throw new SparkopsError({
      code: 'SO_SNAPSHOT',
      message: `${directory} is no snapshot`,
      why: code === 'ENOENT' ? `it has no ${MANIFEST}; a snapshot that was not finished has none` : message,
      hint: 'sparkops operator snapshot --out DIR writes one',
      exit: 'data',
    })
  })
  const manifest = parseManifest(manifestText, directory)
  const sumsText = await readFile(join(directory, SUMS), 'utf8').catch((error: unknown) => {
    throw corrupt(join(directory, SUMS), (error as Error).message)
  })
  if (sha256(sumsText) !== manifest.sha256sums) {
    throw corrupt(join(directory, SUMS), `its sum is not the one in ${MANIFEST}`)
  }
  const sums = new Map(
    sumsText
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  )
  return { manifest, sums }
}

function parseManifest(text: string, directory: string): SnapshotManifest {
  let manifest: Partial<SnapshotManifest> | null
  try {
    manifest = JSON.parse(text) as typeof manifest
  } catch {
    throw corrupt(join(directory, MANIFEST), 'it is not JSON')
  }
  // A later form may mean other things by the same names.
  if (manifest?.format !== 1) {
    throw new SparkopsError({
      code: 'SO_SNAPSHOT_FORMAT',
      message: `${directory}: this sparkops cannot read a snapshot of format ${String(manifest?.format)}`,
      why: 'it reads format 1',
      hint: 'use the sparkops that wrote it, or a newer one',
      exit: 'data',
    })
  }
  if (!Array.isArray(manifest.types) || manifest.cluster === undefined || manifest.serverVersion === undefined) {
    throw corrupt(join(directory, MANIFEST), 'it lacks types, cluster or serverVersion')
  }
  return manifest as SnapshotManifest
}

function findType(manifest: SnapshotManifest, query: TypeQuery, directory: string): ResourceType | undefined {
  const held = manifest.types.find(
    (type) =>
      type.group === query.group &&
      (query.version === undefined || type.version === query.version) &&
      (query.kind === undefined || type.kind === query.kind) &&
      (query.resource === undefined || type.resource === query.resource),
  )
  if (held !== undefined) return plainType(held)
  const gap = manifest.missing.find(
    ({ group, resource }) => group === query.group && (query.resource === undefined || query.resource === resource),
  )
  if (gap?.why === 'not served') return undefined
  throw notHeld(query.resource ?? query.kind ?? '', query.group, directory, gap !== undefined)
}

function heldType(manifest: SnapshotManifest, type: ResourceType, directory: string): SnapshotType | undefined {
  const { group, resource } = type
  const held = manifest.types.find((one) => one.group === group && one.resource === resource)
  if (held !== undefined && held.version === type.version) return held
  const gap = manifest.missing.find((one) => one.group === group && one.resource === resource)
  if (gap?.why === 'not served') return undefined
  throw notHeld(resource, group, directory, gap !== undefined)
}

/** Of a type that was not taken whole, only where every name was noted. */
function isKnownAbsent({ selection, namedIn, leftOut }: SnapshotType, { namespace = '', name }: ObjectKey): boolean {
  if (/^all\b(?! but)/.test(selection)) return true
  return namedIn?.includes(namespace) === true && leftOut?.includes(`${namespace}/${name}`) !== true
}

function notTaken(
  { resource, selection }: SnapshotType,
  { namespace, name }: ObjectKey,
  directory: string,
): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_IN_SNAPSHOT',
    message: `${directory} does not hold ${resource}/${namespace === undefined ? '' : `${namespace}/`}${name}`,
    why: `the snapshot holds ${resource} ${selection} only`,
    hint: 'ask the cluster itself: leave --snapshot out',
    exit: 'inconclusive',
  })
}

function plainType({ group, version, resource, kind, namespaced }: SnapshotType): ResourceType {
  return { group, version, resource, kind, namespaced }
}

function notHeld(resource: string, group: string, directory: string, refused: boolean): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_IN_SNAPSHOT',
    message: `${directory} does not hold ${resource}${group === '' ? '' : `.${group}`}`,
    why: refused ? 'the login that took it was not allowed to read them' : 'snapshots do not take this type',
    hint: 'ask the cluster itself: leave --snapshot out',
    exit: 'inconclusive',
  })
}

function corrupt(file: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SNAPSHOT_CORRUPT',
    message: `${file} is damaged`,
    why,
    hint: 'take the snapshot again, or use another one',
    exit: 'data',
  })
}
