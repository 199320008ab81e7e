/** The handshake of a WebSocket with an API server; frames are the business of `ws`. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import { type ClientOptions, WebSocket } from 'ws'
import { TransportError } from './transport-error.ts'

export interface Handshake {
  url: string
  protocol: string
  /** Node's own, some of which the types of ws have otherwise: lists of header values, and who checks a certificate. */
  options: RequestOptions
  /** Looks after the connection that it needs. */
  begin: (request: ClientRequest) => { connected(): boolean }
  signal?: AbortSignal | undefined
}

/** The socket, open; or the answer of a server that would not. Throws TransportError, or the signal's reason. */
export async function openWebSocket(handshake: Handshake): Promise<WebSocket | IncomingMessage> {
  const { url, protocol, options, begin, signal } = handshake
  signal?.throwIfAborted()
  let connection: ReturnType<Handshake['begin']> | undefined
  const socket = new WebSocket(url, protocol, {
    ...(options as object as ClientOptions),
    perMessageDeflate: false,
    finishRequest: (request: ClientRequest) => {
      connection = begin(request)
      request.end()
    },
  })
  const onAbort = (): void => socket.terminate()
  signal?.addEventListener('abort', onAbort, { once: true })
  socket.once('close', () => signal?.removeEventListener('abort', onAbort))
  try {
    return await new Promise<WebSocket | IncomingMessage>((resolve, reject) => {
      socket.once('open', () => resolve(socket))
      socket.once('unexpected-response', (_request, response) => resolve(response))
      // Stays for what comes later: an error that nobody hears would end the process.
      socket.on('error', (error) => reject(new TransportError(error, connection?.connected() === true)))
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
