/** Loads what a snapshot holds into a throwaway cluster: names, specs and states, but neither uids nor owners. */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { SparkopsError } from '../../errors.ts'
import { KubeStatusError } from '../../kube-error.ts'
import {
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  CRD,
  DEPLOYMENT,
  NAMESPACE,
  nameOf,
  ROLE,
  ROLE_BINDING,
  SERVICE_ACCOUNT,
  SPARK_KINDS,
} from '../discover/kinds.ts'
import type { Sight } from '../discover/sight.ts'

export interface Loaded {
  resource: string
  count: number
  /** What the throwaway cluster did not take, and why: it would not be taken anew by a cluster like it either. */
  refused: { object: string; why: string }[]
}

/** In this order: what others stand in or are made of comes first. Webhooks are left out: nothing would answer them. */
const SETTING: readonly ResourceType[] = [
  NAMESPACE,
  CRD,
  SERVICE_ACCOUNT,
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  ROLE,
  ROLE_BINDING,
  DEPLOYMENT,
]
/** Namespaces that every cluster has, and what they hold is its own. */
const OWN_NAMESPACES = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease'])
const AT_ONCE = 8
const SERVED_WITHIN_MS = 60_000

export interface LoadOptions {
  sight: Sight
  group: string
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal | undefined
  report: ReportProgress | undefined
}

/** Throws unless the cluster is another one than the snapshot's, and nobody uses it. */
export async function requireThrowaway(cluster: Cluster, snapshotUid: string, group: string): Promise<void> {
  const definitions = await cluster.list(CRD)
  const namespaces = await cluster.list(NAMESPACE)
  const used = namespaces.items.map(({ metadata }) => metadata.name).filter((name) => !OWN_NAMESPACES.has(name))
  const own = definitions.items.map(({ metadata }) => metadata.name).filter((name) => name.endsWith(`.${group}`))
  const isSame = cluster.identity.uid === snapshotUid
  if (!isSame && own.length === 0 && used.length === 0) return
  throw new SparkopsError({
    code: 'SO_NOT_A_THROWAWAY',
    message: `${cluster.identity.context ?? cluster.identity.server} is no throwaway cluster`,
    why: isSame
      ? 'it is the cluster that the snapshot was taken of'
      : `it has ${[...own, ...used].slice(0, 5).join(', ')}`,
    hint: 'name an empty cluster, or leave --context out for a control plane of its own',
    exit: 'usage',
  })
}

/** Loads everything; gives an account by resource. */
export async function loadSnapshot(cluster: Cluster, options: LoadOptions): Promise<Loaded[]> {
  const loaded: Loaded[] = []
  for (const type of SETTING) loaded.push(await loadType(cluster, type, type, options))
  for (const kind of SPARK_KINDS) {
    const from = await options.sight.findType({ group: options.group, kind })
    if (from === undefined) continue
    const to = await untilServed(cluster, from, options)
    if (to !== undefined) loaded.push(await loadType(cluster, from, to, options))
  }
  return loaded.filter(({ count, refused }) => count + refused.length > 0)
}

async function untilServed(
  cluster: Cluster,
  type: ResourceType,
  { sleep, signal }: LoadOptions,
): Promise<ResourceType | undefined> {
  const query = { group: type.group, version: type.version, kind: type.kind }
  for (let waited = 0; waited < SERVED_WITHIN_MS; waited += 250) {
    signal?.throwIfAborted()
    const served = await cluster.findType(query)
    if (served !== undefined && (await answers(cluster, served))) return served
    await sleep(250)
  }
  return undefined
}

async function answers(cluster: Cluster, type: ResourceType): Promise<boolean> {
  try {
    await cluster.list(type)
    return true
  } catch (error) {
    if (error instanceof KubeStatusError && [404, 429, 503].includes(error.status.code)) return false
    throw error
  }
}

async function loadType(cluster: Cluster, from: ResourceType, to: ResourceType, options: LoadOptions): Promise<Loaded> {
  const { sight, signal, report } = options
  const result: Loaded = { resource: from.resource, count: 0, refused: [] }
  const queue = sight.each(from)
  const worker = async () => {
    for await (const object of queue) {
      signal?.throwIfAborted()
      if (!isWanted(object, from)) continue
      const why = await create(cluster, to, object)
      if (why === undefined) result.count += 1
      else result.refused.push({ object: nameOf(object), why })
      report?.({ phase: `loading ${from.resource}`, count: result.count, noun: 'object' })
    }
  }
  // One after the other where later ones stand on earlier ones; many at once where there are many.
  await Promise.all(Array.from({ length: from === CRD || from === NAMESPACE ? 1 : AT_ONCE }, worker))
  result.refused.sort((a, b) => (a.object < b.object ? -1 : 1))
  return result
}

function isWanted({ metadata }: KubeObject, type: ResourceType): boolean {
  if (type === NAMESPACE) return !OWN_NAMESPACES.has(metadata.name)
  if (type === CLUSTER_ROLE || type === CLUSTER_ROLE_BINDING)
    return !/^(system:|cluster-admin$|admin$|edit$|view$)/.test(metadata.name)
  if (type === SERVICE_ACCOUNT || type === ROLE || type === ROLE_BINDING)
    return !metadata.namespace?.startsWith('kube-')
  return metadata.deletionTimestamp === undefined
}

/** Undefined when it was made; otherwise why not. */
async function create(cluster: Cluster, type: ResourceType, object: KubeObject): Promise<string | undefined> {
  const { name, namespace, labels, annotations } = object.metadata
  const { status, ...rest } = object
  const bare: KubeObject = {
    ...rest,
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  }
  try {
    const made = await cluster.create(type, type === CRD ? definition(bare) : bare)
    const hasStatus = type.group !== '' && type !== CRD && type !== DEPLOYMENT && status !== undefined
    if (hasStatus) await cluster.replace(type, { ...made.object, status }, { subresource: 'status' })
    return undefined
  } catch (error) {
    if (!(error instanceof KubeStatusError)) throw error
    return error.status.reason === 'AlreadyExists' ? undefined : error.status.message
  }
}

/**
 * Calls no webhook that is not there. One that keeps unknown fields cannot be made anew under apiextensions v1: a schema
 * that lets everything be keeps the same.
 */
function definition(object: KubeObject): KubeObject {
  const spec = object.spec as { preserveUnknownFields?: boolean; versions: { schema?: unknown }[] }
  const anything = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const versions = spec.versions.map((version) =>
    spec.preserveUnknownFields === true ? { ...version, schema: anything } : version,
  )
  return { ...object, spec: { ...spec, versions, preserveUnknownFields: false, conversion: { strategy: 'None' } } }
}
