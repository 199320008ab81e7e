/**
 * One HTTP exchange with an API server: connection, TLS, proxy, timeouts. Knows no Kubernetes, and tries nothing twice.
 */
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import type { WebSocket } from 'ws'
import { SparkopsError } from '../../domain/errors.ts'
import { TransportError } from './transport-error.ts'
import type { Timings } from './timings.ts'

export interface Server {
  url: URL
  /** PEM; the system's authorities unless given. */
  authorities: string | string[]
  insecure: boolean
  tlsServerName: string | undefined
  proxy: string | undefined
}

export interface Exchange {
  method: string
  /** Path and query, escaped. */
  path: string
  headers: Record<string, string | string[]>
  body?: string | undefined
  /** A client certificate and its key, PEM. */
  certificate?: string | undefined
  key?: string | undefined
  signal?: AbortSignal | undefined
}

export interface Transport {
  /** The answer's head; its body is still to be read. Throws TransportError, or the signal's reason. */
  exchange(exchange: Exchange): Promise<IncomingMessage>
  /** A WebSocket of that subprotocol, or the answer of a server that would not. Throws as `exchange` does. */
  upgrade(exchange: Omit<Exchange, 'method' | 'body'>, protocol: string): Promise<WebSocket | IncomingMessage>
  close(): void
}

type Agent = HttpAgent | HttpsAgent

/** Opens nothing yet; connections come with the first request and are kept. */
export async function openTransport(server: Server, timings: Timings): Promise<Transport> {
  const agent = await agentFor(server, timings)
  const secure = server.url.protocol === 'https:'
  const host = server.url.hostname.replace(/^\[|\]$/g, '')
  const name = server.tlsServerName ?? host
  const base = server.url.pathname.replace(/\/+$/, '')
  const tls = {
    ca: server.authorities,
    rejectUnauthorized: !server.insecure,
    ...(server.tlsServerName === undefined ? {} : { servername: server.tlsServerName }),
    // Through a proxy Node does not know whose certificate it should be.
    checkServerIdentity: (_asked: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
  }
  return {
    exchange: (exchange) =>
      new Promise((resolve, reject) => {
        const { method, headers, certificate, key, signal } = exchange
        if (signal?.aborted) return reject(abortReason(signal))
        const options = { agent, host, port: server.url.port, method, path: base + exchange.path, headers }
        const request = secure ? httpsRequest({ ...options, ...tls, cert: certificate, key }) : httpRequest(options)
        const progress = watchConnection(request, timings)
        const onAbort = (): void => void request.destroy(abortReason(signal!))
        signal?.addEventListener('abort', onAbort, { once: true })
        tellProxyRefusal(request)
        request.on('response', (response) => {
          progress.stop()
          // An abort must also end the body, and be heard as an abort by whoever reads it.
          response.once('close', () => signal?.removeEventListener('abort', onAbort))
          resolve(response)
        })
        request.on('error', (error) => {
          progress.stop()
          signal?.removeEventListener('abort', onAbort)
          reject(signal?.aborted ? abortReason(signal) : new TransportError(error, progress.connected()))
        })
        request.end(exchange.body)
      }),
    upgrade: async ({ path, headers, certificate, key, signal }, protocol) => {
      const { openWebSocket } = await import('./web-socket.ts')
      return await openWebSocket({
        url: `${secure ? 'wss' : 'ws'}://${server.url.host}${base}${path}`,
        protocol,
        options: {
          agent,
          headers,
          ...(secure && { ...tls, ...(certificate && { cert: certificate, key }) }),
        },
        begin: (request) => {
          tellProxyRefusal(request)
          const progress = watchConnection(request, timings)
          request.once('close', () => progress.stop())
          return progress
        },
        signal,
      })
    },
    close: () => agent.destroy(),
  }
}

/** The agent would pass the proxy's refusal on as if the API server had said it. */
function tellProxyRefusal(request: ClientRequest): void {
  request.on('proxyConnect', ({ statusCode = 0 }: { statusCode?: number }) => {
    if (statusCode === 200) return
    const error = new Error(`the proxy refused with ${statusCode}`)
    request.destroy(Object.assign(error, { code: statusCode === 407 ? 'PROXY_LOGIN' : 'PROXY_REFUSED' }))
  })
}

/** Ends a request that finds no connection in time, and knows whether it ever had one. */
function watchConnection(request: ClientRequest, timings: Timings): { connected(): boolean; stop(): void } {
  let connected = false
  const late = setTimeout(() => {
    request.destroy(
      Object.assign(new Error(`no connection within ${timings.connectMs / 1000} s`), { code: 'ETIMEDOUT' }),
    )
  }, timings.connectMs)
  const done = (): void => {
    connected = true
    clearTimeout(late)
  }
  request.on('socket', (socket: Socket & { encrypted?: boolean; secureConnecting?: boolean }) => {
    socket.setKeepAlive(true, timings.keepAliveMs)
    if (!socket.connecting && socket.secureConnecting !== true) done()
    else socket.once(socket.encrypted === true ? 'secureConnect' : 'connect', done)
  })
  return { connected: () => connected, stop: () => clearTimeout(late) }
}

async function agentFor(server: Server, timings: Timings): Promise<Agent> {
  const options = {
    keepAlive: true,
    keepAliveMsecs: timings.keepAliveMs,
    scheduling: 'lifo' as const,
    timeout: timings.unusedMs,
  }
  const secure = server.url.protocol === 'https:'
  if (server.proxy === undefined) return secure ? new HttpsAgent(options) : new HttpAgent(options)
  const proxy = parseProxy(server.proxy)
  if (/^socks5h?:$/.test(proxy.protocol)) {
    const { SocksProxyAgent } = await import('socks-proxy-agent')
    // Go lets the proxy look names up, whichever of the two is written.
    return new SocksProxyAgent(proxy.href.replace(/^socks5:/, 'socks5h:'), options)
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent')
  return new HttpsProxyAgent(proxy, options)
}

function parseProxy(text: string): URL {
  const proxy = URL.canParse(text) ? new URL(text) : undefined
  if (proxy !== undefined && /^(https?|socks5h?):$/.test(proxy.protocol)) return proxy
  throw new SparkopsError({
    code: 'SO_KUBECONFIG',
    message: 'the proxy for the API server is no address that can be used',
    // The address may hold a password.
    why: 'it must begin with http://, https:// or socks5://',
    hint: 'see proxy-url in the kubeconfig, and HTTPS_PROXY in the environment',
    exit: 'data',
  })
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
