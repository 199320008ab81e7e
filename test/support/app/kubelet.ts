/**
 * The parts of a kubelet that answer for logs and ports, to a real API server: `/containerLogs/NAMESPACE/POD/CONTAINER`
 * and `/portForward/NAMESPACE/POD` over HTTPS (pkg/kubelet/server/server.go), on a node that says where it listens.
 */
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { TestCluster } from '../lab/cluster.ts'

export interface Kubelet {
  node: string
  /** The lines of each pod, by its name. */
  logs: Map<string, string[]>
  /** When they were written, in Unix milliseconds, line by line; now where nothing is said. */
  writtenAt: Map<string, number[]>
  /** Where the ports of pods are to be found on this machine, by `POD:PORT`. */
  ports: Map<string, number>
  stop(): Promise<void>
}

export async function startKubelet(lab: TestCluster): Promise<Kubelet> {
  const { certificate, key } = await lab.authority.issue({ commonName: 'kubelet', hosts: ['127.0.0.1'] })
  const logs = new Map<string, string[]>()
  const writtenAt = new Map<string, number[]>()
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://kubelet')
    const pod = decodeURIComponent(pathname.split('/')[3] ?? '')
    const since = Date.parse(searchParams.get('sinceTime') ?? '') || 0
    const lines = (logs.get(pod) ?? []).filter((_, index) => (writtenAt.get(pod)?.[index] ?? Date.now()) >= since)
    const tail = searchParams.get('tailLines')
    response.end((tail === null ? lines : lines.slice(-Number(tail))).map((line) => `${line}\n`).join(''))
  })
  const ports = new Map<string, number>()
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (asked) => asked.has(FORWARD) && FORWARD })
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://kubelet')
    const place = `${pathname.split('/')[3]}:${searchParams.get('port')}`
    sockets.handleUpgrade(request, socket, head, (accepted) => forward(accepted, place, ports.get(place)))
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
    writtenAt,
    ports,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate()
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const FORWARD = 'v4.channel.k8s.io'
const [DATA, ERROR] = [0, 1]

/** k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go: on each channel the port first, then what it has to say. */
function forward(socket: WebSocket, place: string, port: number | undefined): void {
  const send = (channel: number, bytes: Uint8Array): void => socket.send(Buffer.concat([Buffer.of(channel), bytes]))
  const number = Buffer.alloc(2)
  number.writeUInt16LE(Number(place.split(':')[1]))
  for (const channel of [DATA, ERROR]) send(channel, number)
  const target = connect(port ?? 1, '127.0.0.1')
  target.on('data', (bytes) => send(DATA, bytes))
  target.on('error', ({ message }) => send(ERROR, Buffer.from(`error forwarding port ${place}: ${message}`)))
  target.on('close', () => socket.close())
  socket.on('message', (message: Buffer) => {
    if (message[0] === DATA) target.write(message.subarray(1))
  })
  socket.on('close', () => target.destroy())
}
