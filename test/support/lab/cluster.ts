/**
 * A real control plane for tests: etcd and kube-apiserver, with RBAC and real certificates, on ports of its own, in a
 * directory of its own; kube-controller-manager where garbage collection or namespaces matter. Nothing runs pods.
 *
 * Without the controller manager no service accounts are made, so the admission that asks for them is off.
 */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { findLabProgram } from '../../../scripts/lab.mjs'
import { type AdminRequest, adminRequest } from './admin-request.ts'
import { apiServerArguments, controllerArguments, etcdArguments, type Ports } from './arguments.ts'
import { type CertificateAuthority, createAuthority, generateSigningKey, type KeyPair } from './certificates.ts'
import { kubeconfigText } from './kubeconfig-text.ts'
import { type Programs, supervise } from './programs.ts'

export interface ClusterOptions {
  /** Runs kube-controller-manager with these controllers; `true` for those in DEFAULT_CONTROLLERS. */
  controllers?: boolean | readonly string[]
  /** More arguments for kube-apiserver, such as `--feature-gates=…`. */
  apiServerArguments?: readonly string[]
}

export interface PolicyRule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
  resourceNames?: string[]
}

export interface UserOptions {
  groups?: readonly string[]
  /** What the user may do, beside what everybody may. */
  rules?: readonly PolicyRule[]
  /** Where the rules hold; the whole cluster unless given. */
  namespace?: string
}

export interface TestUser extends KeyPair {
  name: string
  kubeconfigPath: string
}

export interface TestCluster {
  /** `https://127.0.0.1:PORT` */
  server: string
  /** PEM of the authority that signed the server's certificate. */
  authority: CertificateAuthority
  /** Logged in as a member of system:masters. */
  admin: TestUser
  /** The admin's. */
  kubeconfigPath: string
  /** Goes with the cluster. */
  directory: string
  /** For helm and kubectl: their configuration, and places of their own. */
  environment: Record<string, string>
  helmPath: string
  /** A certificate for this user, with these rights. */
  addUser(name: string, options?: UserOptions): Promise<TestUser>
  /** A namespace with a fresh name that begins so. */
  createNamespace(prefix?: string): Promise<string>
  /** One request as admin, apart from what is tested. */
  request: AdminRequest
  /** Ends the API server (SIGTERM waits for open watches, up to a minute), and starts it again on the same port. */
  restartApiServer(signal?: NodeJS.Signals): Promise<void>
  stopApiServer(signal?: NodeJS.Signals): Promise<void>
  startApiServer(): Promise<void>
  /**
   * Lets etcd forget what was before now, and restarts the API server, which remembers it too: lists and watches of
   * older versions get 410 from then on.
   */
  forgetHistory(): Promise<void>
  /** What lies in etcd under `/registry/…`, where it is JSON: custom resources and their definitions. */
  readStored(key: string): Promise<unknown>
  /** Puts it there past the API server, as only a former release of it could have: it is seen within moments. */
  writeStored(key: string, value: unknown): Promise<void>
  programs: Programs
  stop(): Promise<void>
}

const READY_WITHIN_MS = 60_000
const MAX_STARTS = 3

/** Starts a cluster. Takes a few seconds; give it to `beforeAll`, and share it in a test file. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  for (let start = 1; ; start++) {
    try {
      return await tryStart(options)
    } catch (error) {
      // Between finding a free port and listening on it, somebody else may take it.
      if (start === MAX_STARTS || !/address already in use/.test(String(error))) throw error
    }
  }
}

async function tryStart(options: ClusterOptions): Promise<TestCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-lab-'))
  const programs = supervise(directory)
  try {
    return await startIn(directory, programs, options)
  } catch (error) {
    await programs.close()
    throw error
  }
}

async function startIn(directory: string, programs: Programs, options: ClusterOptions): Promise<TestCluster> {
  const [authority, ports] = await Promise.all([createAuthority('sparkops-lab'), freePorts()])
  const server = `https://127.0.0.1:${ports.api}`
  const pair = await writeKeys(directory, authority)
  const request = adminRequest({ server, ca: authority.certificate, ...pair })
  const controllers = options.controllers ?? false

  const addUser = async (name: string, asked: UserOptions = {}): Promise<TestUser> => {
    const keys = await authority.issue({ commonName: name, organizations: asked.groups ?? [] })
    if (asked.rules !== undefined) await grant(request, name, asked.rules, asked.namespace)
    return await writeUser(directory, { name, server, authority, keys })
  }
  const admin = await writeUser(directory, { name: 'admin', server, authority, keys: pair })

  const startApiServer = async (): Promise<void> => {
    const extra = [
      ...(controllers === false ? ['--disable-admission-plugins=ServiceAccount'] : []),
      ...(options.apiServerArguments ?? []),
    ]
    await programs.start('kube-apiserver', program('kube-apiserver'), apiServerArguments(directory, ports, extra))
    await waitUntilReady(request, programs)
  }
  await programs.start('etcd', program('etcd'), etcdArguments(directory, ports))
  await startApiServer()
  if (controllers !== false) {
    const args = controllerArguments(directory, admin.kubeconfigPath, controllers)
    await programs.start('kube-controller-manager', program('kube-controller-manager'), args)
  }

  const stopApiServer = (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => programs.stop('kube-apiserver', signal)
  const restartApiServer = async (signal?: NodeJS.Signals): Promise<void> => {
    await stopApiServer(signal)
    await startApiServer()
  }
  const etcd = adminRequest({ server: `https://127.0.0.1:${ports.etcd}`, ca: authority.certificate, ...pair })
  let namespaces = 0
  return {
    server,
    authority,
    admin,
    kubeconfigPath: admin.kubeconfigPath,
    directory,
    environment: toolEnvironment(directory, admin.kubeconfigPath),
    helmPath: program('helm'),
    addUser,
    createNamespace: async (prefix = 'test') => {
      const name = `${prefix}-${++namespaces}`
      await request('POST', '/api/v1/namespaces', { metadata: { name } })
      return name
    },
    request,
    stopApiServer,
    startApiServer,
    restartApiServer,
    forgetHistory: async () => {
      // The revision that etcd is compacted to stays readable: it must be one that nobody has seen.
      const put = (await etcd('POST', '/v3/kv/put', { key: base64('lab'), value: '' })) as {
        header: { revision: string }
      }
      await etcd('POST', '/v3/kv/compaction', { revision: put.header.revision, physical: true })
      await restartApiServer()
    },
    readStored: async (key) => {
      const { kvs = [] } = (await etcd('POST', '/v3/kv/range', { key: base64(key) })) as { kvs?: { value: string }[] }
      return kvs[0] && (JSON.parse(Buffer.from(kvs[0].value, 'base64').toString('utf8')) as unknown)
    },
    writeStored: async (key, value) => {
      await etcd('POST', '/v3/kv/put', { key: base64(key), value: base64(JSON.stringify(value)) })
    },
    programs,
    stop: () => programs.close(),
  }
}

function program(name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'helm'): string {
  const path = findLabProgram(name)
  if (path === undefined) throw new Error(`${name} is not here: run "npm run lab", and ask needs('lab') first`)
  return path
}

/** Writes all keys that the programs read; gives the admin's. */
async function writeKeys(directory: string, authority: CertificateAuthority): Promise<KeyPair> {
  const hosts = ['127.0.0.1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc']
  const [server, admin, signing] = await Promise.all([
    authority.issue({ commonName: 'kube-apiserver', hosts }),
    authority.issue({ commonName: 'admin', organizations: ['system:masters'] }),
    generateSigningKey(),
  ])
  const files = {
    'ca.crt': authority.certificate,
    'server.crt': server.certificate,
    'server.key': server.key,
    'service-accounts.key': signing.privateKey,
    'service-accounts.pub': signing.publicKey,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 })
  return admin
}

async function writeUser(
  directory: string,
  of: { name: string; server: string; authority: CertificateAuthority; keys: KeyPair },
): Promise<TestUser> {
  const { name, server, authority, keys } = of
  const kubeconfigPath = join(directory, `${encodeURIComponent(name)}.kubeconfig`)
  const user = { 'client-certificate-data': base64(keys.certificate), 'client-key-data': base64(keys.key) }
  const cluster = { server, 'certificate-authority-data': base64(authority.certificate) }
  await writeFile(kubeconfigPath, kubeconfigText({ context: `lab-${name}`, cluster, user }), { mode: 0o600 })
  return { name, kubeconfigPath, ...keys }
}

async function grant(
  request: AdminRequest,
  user: string,
  rules: readonly PolicyRule[],
  namespace: string | undefined,
): Promise<void> {
  const prefix = namespace === undefined ? '' : `/namespaces/${namespace}`
  const [role, binding] =
    namespace === undefined ? ['ClusterRole', 'ClusterRoleBinding'] : (['Role', 'RoleBinding'] as const)
  const path = `/apis/rbac.authorization.k8s.io/v1${prefix}`
  const metadata = { name: `lab:${user}` }
  await request('POST', `${path}/${role.toLowerCase()}s`, { metadata, rules })
  await request('POST', `${path}/${binding.toLowerCase()}s`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role, name: metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  })
}

async function waitUntilReady(request: AdminRequest, programs: Programs): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    for (const name of ['etcd', 'kube-apiserver']) {
      const how = programs.endOf(name)
      if (how !== undefined) throw new Error(`${name} ended with ${how}:\n${await programs.log(name)}`)
    }
    const refusal = await unready(request)
    if (refusal === undefined) return
    if (Date.now() > deadline) {
      throw new Error(`the API server is not ready: ${refusal}\n${await programs.log('kube-apiserver')}`)
    }
    await sleep(100)
  }
}

async function unready(request: AdminRequest): Promise<string | undefined> {
  try {
    for (const path of ['/readyz', '/api/v1/namespaces/default', '/api/v1/namespaces/kube-system']) {
      await request('GET', path)
    }
    return undefined
  } catch (error) {
    return String(error)
  }
}

async function freePorts(): Promise<Ports> {
  const [api, etcd, peer] = await Promise.all([freePort(), freePort(), freePort()])
  return { api, etcd, peer }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function toolEnvironment(directory: string, kubeconfigPath: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    KUBECONFIG: kubeconfigPath,
    HELM_CACHE_HOME: join(directory, 'helm/cache'),
    HELM_CONFIG_HOME: join(directory, 'helm/config'),
    HELM_DATA_HOME: join(directory, 'helm/data'),
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
