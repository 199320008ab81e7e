/** Proxies as companies have them: HTTP CONNECT and SOCKS5. Both lead any name to this machine, and note what was asked. */
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TestProxy {
  url: string
  /** `host:port` of each connection that was asked for. */
  targets(): string[]
}

export async function connectProxy({ refuse = false } = {}): Promise<TestProxy> {
  const targets: string[] = []
  const server = createHttpServer((_request, response) => response.writeHead(405).end())
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '')
    client.on('error', () => undefined)
    if (refuse) return void client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
    const upstream = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    upstream.on('error', () => client.destroy())
  })
  return { url: `http://127.0.0.1:${await listen(server)}`, targets: () => targets }
}

/** RFC 1928, without authentication. */
export async function socksProxy(): Promise<TestProxy> {
  const targets: string[] = []
  const server = createServer((client) => {
    client.on('error', () => undefined)
    client.once('data', () => {
      client.write(Uint8Array.of(5, 0))
      client.once('data', (asked: Buffer) => {
        const isName = asked[3] === 3
        const end = isName ? 5 + asked[4]! : 8
        const host = isName ? asked.subarray(5, end).toString() : [...asked.subarray(4, 8)].join('.')
        const port = asked.readUInt16BE(end)
        targets.push(`${host}:${port}`)
        const upstream = connect(port, '127.0.0.1', () => {
          client.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0))
          client.pipe(upstream).pipe(client)
        })
        upstream.on('error', () => client.destroy())
      })
    })
  })
  return { url: `socks5://127.0.0.1:${await listen(server)}`, targets: () => targets }
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as { port: number }).port
}
