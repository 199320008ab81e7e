/** From kubeconfig and flags to a cluster that answers. */
import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import { SparkopsError } from '../../domain/errors.ts'
import type { Cluster } from '../../ports/cluster.ts'
import { type KubeClient, kubeClient } from './client.ts'
import { credentialsOf, pathOf } from './credentials.ts'
import { execPluginOf } from './exec-plugin.ts'
import { impersonationOf } from './impersonation.ts'
import { inClusterLogin } from './in-cluster.ts'
import { broken, type ClusterEntry, type Login, type Placed, readLogin } from './kubeconfig.ts'
import { identify, liveCluster, type Whereabouts } from './live-cluster.ts'
import { proxyFor } from './proxy.ts'
import { type Timings, TIMINGS } from './timings.ts'
import { openTransport, type Server } from './transport.ts'

export interface ClusterQuestion {
  kubeconfig?: string | undefined
  context?: string | undefined
  namespace?: string | undefined
  as?: string | undefined
  asGroups?: readonly string[] | undefined
  env: Readonly<Record<string, string | undefined>>
  /** Whether a login plugin may ask the person at standard input. */
  interactive: boolean
  userAgent: string
  timings?: Partial<Timings> | undefined
  /** Where the token of a pod is mounted; the kubelet's place unless given. */
  serviceAccountDirectory?: string | undefined
}

/** Where Go, and so kubectl, looks for the system's authorities (crypto/x509/root_linux.go). */
const SYSTEM_AUTHORITIES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** Opens a cluster as kubectl would with the same files, variables and flags, and asks it who it is. */
export async function openKubeCluster(question: ClusterQuestion): Promise<Cluster> {
  const { client, where } = await openClient(question)
  try {
    return liveCluster(client, await identify(client, where))
  } catch (error) {
    client.close()
    throw error
  }
}

/** The client alone, and what is known of the cluster before it is asked. */
export async function openClient(question: ClusterQuestion): Promise<{ client: KubeClient; where: Whereabouts }> {
  const { env, serviceAccountDirectory } = question
  const login =
    (await readLogin({ path: question.kubeconfig, context: question.context, env })) ??
    (await inClusterLogin(env, serviceAccountDirectory))
  if (login === undefined) throw noLogin()
  const server = await serverOf(login, env)
  const timings = { ...TIMINGS, ...question.timings }
  const plugin = execPluginOf(login.user, { env, interactive: question.interactive, cluster: told(login, server) })
  const address = server.url.href.replace(/\/$/, '')
  const client = kubeClient({
    transport: await openTransport(server, timings),
    credentials: credentialsOf(login.user, plugin),
    impersonation: impersonationOf(login.user.entry, question),
    timings,
    userAgent: question.userAgent,
    compression: login.cluster.entry['disable-compression'] !== true,
    server: address,
  })
  const namespace = question.namespace ?? login.namespace
  return { client, where: { context: login.context, server: address, namespace, authorities: server.authorities } }
}

async function serverOf({ cluster, context }: Login, env: ClusterQuestion['env']): Promise<Server> {
  const { entry } = cluster
  const wrong = (why: string): SparkopsError => broken(context === undefined ? 'of the pod' : `context ${context}`, why)
  const text = entry.server ?? ''
  const url = URL.canParse(text.includes('://') ? text : `https://${text}`)
    ? new URL(text.includes('://') ? text : `https://${text}`)
    : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw wrong(`cluster "${cluster.name}" has no usable server`)
  const insecure = entry['insecure-skip-tls-verify'] === true
  const authority = await authorityOf(cluster, wrong)
  // As kubectl: who names an authority wants it checked.
  if (insecure && authority !== undefined) {
    throw wrong(`cluster "${cluster.name}" names an authority and skips its check (insecure-skip-tls-verify)`)
  }
  return {
    url,
    authorities: authority ?? (insecure ? [] : await systemAuthorities(env)),
    insecure,
    tlsServerName: entry['tls-server-name'] || undefined,
    proxy: proxyFor(url, entry['proxy-url'], env),
  }
}

async function authorityOf(
  cluster: Placed<ClusterEntry>,
  wrong: (why: string) => SparkopsError,
): Promise<string | undefined> {
  const { 'certificate-authority-data': data, 'certificate-authority': file } = cluster.entry
  if (data) return Buffer.from(data, 'base64').toString('utf8')
  if (!file) return undefined
  try {
    return await readFile(pathOf(cluster, file), 'utf8')
  } catch (error) {
    throw wrong(`certificate-authority: ${(error as Error).message}`)
  }
}

/** Node brings its own list, and does not look at what a company has added to the machine's. */
async function systemAuthorities(env: ClusterQuestion['env']): Promise<string[]> {
  for (const path of env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : SYSTEM_AUTHORITIES) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text !== undefined) return [...rootCertificates, text]
  }
  return [...rootCertificates]
}

/** What a plugin is told of the cluster: certificates as data, since paths mean nothing to it. */
function told({ cluster }: Login, { authorities }: Server): ClusterEntry {
  if (cluster.entry['certificate-authority-data'] || !cluster.entry['certificate-authority']) return cluster.entry
  return { ...cluster.entry, 'certificate-authority-data': Buffer.from(String(authorities)).toString('base64') }
}

function noLogin(): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_KUBECONFIG',
    message: 'no cluster is named',
    why: 'there is no kubeconfig, and this is no pod of a cluster',
    hint: 'set KUBECONFIG or give --kubeconfig FILE; --snapshot DIR reads a snapshot instead',
    exit: 'unreachable',
  })
}
