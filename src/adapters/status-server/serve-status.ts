/** Answers probes and scrapes over HTTP. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SparkopsError } from '../../domain/errors.ts'

export interface StatusAnswer {
  status: number
  body: string
}

/** Serves texts by path until it is closed. Port 0 takes any that is free. Gives the address and what closes it. */
export async function serveStatus(
  host: string,
  port: number,
  answer: (path: string) => StatusAnswer | undefined,
): Promise<{ address: string; close: () => void }> {
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0]!
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const { status, body } = (isRead ? answer(path) : { status: 405, body: 'only GET\n' }) ?? {
      status: 404,
      body: 'no such page\n',
    }
    response.writeHead(status, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? '' : body)
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new SparkopsError({
      code: 'SO_LISTEN',
      message: `cannot listen on ${host}:${port}`,
      why: error instanceof Error ? error.message : String(error),
      hint: 'name another port with --listen',
      cause: error,
    })
  }
  server.unref()
  const { port: taken } = server.address() as AddressInfo
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
