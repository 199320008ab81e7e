/**
 * The part of a kubelet that answers for logs, to a real API server: `GET /containerLogs/NAMESPACE/POD/CONTAINER` over
 * HTTPS (pkg/kubelet/server/server.go), on a node that says where it listens.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestCluster } from '../lab/cluster.ts'

export interface Kubelet {
  node: string
  /** The lines of each pod, by its name. */
  logs: Map<string, string[]>
  stop(): Promise<void>
}

export async function startKubelet(lab: TestCluster): Promise<Kubelet> {
  const { certificate, key } = await lab.authority.issue({ commonName: 'kubelet', hosts: ['127.0.0.1'] })
  const logs = new Map<string, string[]>()
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://kubelet')
    const lines = logs.get(decodeURIComponent(pathname.split('/')[3] ?? '')) ?? []
    const tail = searchParams.get('tailLines')
    response.end((tail === null ? lines : lines.slice(-Number(tail))).map((line) => `${line}\n`).join(''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const node = 'kubelet'
  await lab.request('POST', '/api/v1/nodes', { metadata: { name: node } })
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  }
  await lab.request('PATCH', `/api/v1/nodes/${node}/status`, { status }, 'application/merge-patch+json')
  return {
    node,
    logs,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
