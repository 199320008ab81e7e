/** A live cluster: the port's questions and changes as requests. */
import { createHash } from 'node:crypto'
import { stringifyExact } from '../../domain/exact-json.ts'
import { isRefusedWith } from '../../domain/kube-error.ts'
import type {
  AccessQuestion,
  Cluster,
  ClusterIdentity,
  DeleteOptions,
  KubeObject,
  LogOptions,
  ObjectKey,
  Patch,
  ResourceType,
  ServerVersion,
  WriteOptions,
  Written,
} from '../../ports/cluster.ts'
import { type Call, type KubeClient, parseAnswer } from './client.ts'
import { findType } from './discovery.ts'
import { lines } from './lines.ts'
import { listEach, listWhole } from './list.ts'
import { collectionPath, describeKey, objectPath } from './paths.ts'
import { watchType } from './watch.ts'

/** The manager of fields that we set, unless a command names another. */
const FIELD_MANAGER = 'sparkops'

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  // JSON is YAML; every server that knows server-side apply knows this name.
  apply: 'application/apply-patch+yaml',
} as const

/** The cluster behind a client. */
export function liveCluster(client: KubeClient, identity: ClusterIdentity): Cluster {
  const read = async (call: Omit<Call, 'method'>): Promise<unknown> =>
    parseAnswer(await client.call({ ...call, method: 'GET' }))
  const write = async (call: Call): Promise<Written> => {
    const answer = await client.call(call)
    return { object: parseAnswer(answer) as KubeObject, warnings: answer.warnings }
  }
  return {
    identity,
    get: async (key, signal) => {
      try {
        return (await read({ doing: `get ${describeKey(key)}`, path: objectPath(key), signal })) as KubeObject
      } catch (error) {
        if (isRefusedWith(error, 404)) return undefined
        throw error
      }
    },
    list: (type, options = {}) => listWhole(client, type, options),
    listEach: (type, options = {}) => listEach(client, type, options),
    findType: (query) => findType(client, query),
    serverVersion: async () => versionOf(await read({ doing: "read the server's version", path: '/version' })),
    create: (type, object, options = {}) =>
      write({
        doing: `create ${describeKey(keyOf(type, object))}`,
        method: 'POST',
        path: collectionPath(type, object.metadata.namespace),
        ...content(object, options),
      }),
    replace: (type, object, options = {}) => {
      const key = keyOf(type, object)
      const path = objectPath(key, options.subresource)
      return write({ doing: `replace ${describeKey(key)}`, method: 'PUT', path, ...content(object, options) })
    },
    patch: (key, patch, options = {}) =>
      write({
        doing: `${patch.type === 'apply' ? 'apply' : 'patch'} ${describeKey(key)}`,
        method: 'PATCH',
        path: objectPath(key, options.subresource),
        ...content(patch.body, options, forceOf(patch)),
        contentType: PATCH_TYPES[patch.type],
      }),
    delete: (key, options = {}) => deleteObject(client, key, options),
    watch: (type, options) => watchType(client, type, options),
    mayI: (question) => mayI(client, question),
    raw: async (path, signal) => (await client.call({ doing: `get ${path}`, method: 'GET', path, signal })).text,
    logs: (pod, options) => readLogs(client, pod, options),
    connect: async (pod, port, signal) => {
      const { connectPort } = await import('./port-forward.ts')
      return await connectPort(client, pod, port, signal)
    },
    close: () => {
      client.close()
      return Promise.resolve()
    },
  }
}

/** What is known of a cluster before it is asked. */
export type Whereabouts = Omit<ClusterIdentity, 'uid'> & { authorities: string | string[] }

/** Who the cluster is; the first request, so that a wrong address or login is told at once. */
export async function identify(client: KubeClient, where: Whereabouts): Promise<ClusterIdentity> {
  const { authorities, ...known } = where
  try {
    const path = '/api/v1/namespaces/kube-system'
    const answer = await client.call({ doing: 'get namespaces/kube-system', method: 'GET', path })
    const { metadata } = parseAnswer(answer) as KubeObject
    return { uid: metadata.uid ?? '', ...known }
  } catch (error) {
    // Many logins may see their own namespaces only, and that is enough for most commands.
    if (!isRefusedWith(error, 403)) throw error
    const hash = createHash('sha256')
      .update(JSON.stringify([where.server, authorities]))
      .digest('hex')
    return { uid: `address:${hash.slice(0, 32)}`, ...known }
  }
}

function keyOf(type: ResourceType, { metadata }: KubeObject): ObjectKey {
  return { type, namespace: metadata.namespace, name: metadata.name }
}

function content(
  body: unknown,
  { dryRun, fieldValidation, fieldManager = FIELD_MANAGER, signal }: WriteOptions,
  extra: Record<string, string> = {},
): Pick<Call, 'body' | 'query' | 'signal'> {
  return {
    body: stringifyExact(body),
    query: { dryRun: dryRun ? 'All' : undefined, fieldValidation, fieldManager, ...extra },
    signal,
  }
}

function forceOf(patch: Patch): Record<string, string> {
  return patch.type === 'apply' && patch.force ? { force: 'true' } : {}
}

async function deleteObject(client: KubeClient, key: ObjectKey, options: DeleteOptions): Promise<boolean> {
  const { propagation, gracePeriodSeconds, preconditions, dryRun, signal } = options
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: propagation,
    gracePeriodSeconds,
    preconditions,
    ...(dryRun ? { dryRun: ['All'] } : {}),
  }
  try {
    const doing = `delete ${describeKey(key)}`
    await client.call({ doing, method: 'DELETE', path: objectPath(key), body: JSON.stringify(body), signal })
    return true
  } catch (error) {
    if (isRefusedWith(error, 404)) return false
    throw error
  }
}

async function mayI(client: KubeClient, question: AccessQuestion): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: question },
  }
  const answer = await client.call({
    doing: `ask whether you may ${question.verb} ${question.resource}`,
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: JSON.stringify(body),
    // It stores nothing.
    repeatable: true,
  })
  const { status } = parseAnswer(answer) as { status?: { allowed?: boolean } }
  return status?.allowed === true
}

async function* readLogs(client: KubeClient, pod: ObjectKey, options: LogOptions): AsyncGenerator<string> {
  const { container, follow, previous, tailLines, sinceTime, signal } = options
  const response = await client.stream({
    doing: `read the log of ${describeKey(pod)}`,
    method: 'GET',
    path: objectPath(pod, 'log'),
    query: {
      container,
      sinceTime,
      follow: follow ? 'true' : undefined,
      previous: previous ? 'true' : undefined,
      tailLines: tailLines === undefined ? undefined : String(tailLines),
    },
    signal,
  })
  try {
    yield* lines(response)
  } catch (error) {
    signal?.throwIfAborted()
    throw client.broken(error, `read the log of ${describeKey(pod)}`)
  } finally {
    response.destroy()
  }
}

/** Providers write `1.29+`. */
function versionOf(wire: unknown): ServerVersion {
  const { major = '', minor = '', gitVersion = '' } = wire as Record<string, string | undefined>
  const number = (text: string): number => Number.parseInt(text, 10) || 0
  return { major: number(major), minor: number(minor), gitVersion }
}
