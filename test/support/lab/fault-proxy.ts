/** A TCP proxy between a client and the API server that does to connections what networks do. Sees no TLS inside. */
import { connect, createServer, type Socket } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TestCluster, TestUser } from './cluster.ts'
import { kubeconfigText } from './kubeconfig-text.ts'

export interface FaultProxy {
  /** A kubeconfig whose server is this proxy. */
  kubeconfigPath: string
  /** Ends all connections, as a firewall's RST does. */
  cut(): void
  /** Keeps all connections open and passes nothing more: half-open, as after a lost route. New ones pass. */
  freeze(direction?: 'both' | 'answers'): void
  /** Whether new connections are taken; those that are not are ended at once. */
  accept(open: boolean): void
  /** Ends each connection once it has passed so many bytes of answers, `times` times. */
  cutAfter(bytes: number, times: number): void
  /** How many connections there were. */
  connections(): number
}

interface Pair {
  client: Socket
  server: Socket
  frozen: 'both' | 'answers' | undefined
}

/** Starts a proxy to a cluster; gone with the test. */
export async function faultProxy(of: TestCluster, user: TestUser = of.admin): Promise<FaultProxy> {
  const { port } = new URL(of.server)
  const pairs = new Set<Pair>()
  let open = true
  let count = 0
  let limit: { bytes: number; times: number } | undefined
  const server = createServer((client) => {
    count++
    client.on('error', () => undefined)
    if (!open) return void client.resetAndDestroy()
    const upstream = connect({ host: '127.0.0.1', port: Number(port) })
    const pair: Pair = { client, server: upstream, frozen: undefined }
    pairs.add(pair)
    let passed = 0
    upstream.on('error', () => undefined)
    client.on('data', (chunk) => pair.frozen !== 'both' && upstream.write(chunk))
    upstream.on('data', (chunk: Buffer) => {
      if (pair.frozen !== undefined) return
      passed += chunk.length
      client.write(chunk)
      if (limit === undefined || passed < limit.bytes || limit.times === 0) return
      limit.times--
      client.resetAndDestroy()
    })
    client.on('close', () => {
      pairs.delete(pair)
      upstream.destroy()
    })
    upstream.on('close', () => pair.frozen === undefined && client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endAll = (): void => {
    for (const { client, server: upstream } of pairs) {
      client.resetAndDestroy()
      upstream.destroy()
    }
  }
  onTestFinished(() => {
    server.close()
    endAll()
  })
  const address = server.address() as { port: number }
  const kubeconfigPath = join(of.directory, `proxy-${address.port}.kubeconfig`)
  await writeFile(kubeconfigPath, kubeconfigBy(of, user, `https://127.0.0.1:${address.port}`), { mode: 0o600 })
  return {
    kubeconfigPath,
    cut: endAll,
    freeze: (direction = 'both') => pairs.forEach((pair) => (pair.frozen = direction)),
    accept: (value) => (open = value),
    cutAfter: (bytes, times) => (limit = { bytes, times }),
    connections: () => count,
  }
}

/** The text of a kubeconfig for a user of a cluster, with another server address. */
export function kubeconfigBy(
  of: TestCluster,
  user: TestUser,
  server: string,
  more: Record<string, unknown> = {},
): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return kubeconfigText({
    context: `by-${user.name}`,
    cluster: { server, 'certificate-authority-data': base64(of.authority.certificate), ...more },
    user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
  })
}
