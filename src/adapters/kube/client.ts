/**
 * Requests to an API server: who asks, what may be tried again and for how long, and what a refusal says.
 *
 * Tried again: what only reads, what never reached the server, and what the server put off (429, and 503 with
 * Retry-After). A write whose answer got lost is not: KubeUnreachableError.mayHaveHappened tells it.
 */
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import type { WebSocket } from 'ws'
import { parseExact } from '../../domain/exact-json.ts'
import { KubeStatusError } from '../../domain/kube-error.ts'
import { deadline } from './deadline.ts'
import type { Credentials } from './credentials.ts'
import type { Impersonation } from './impersonation.ts'
import { readStatus } from './status.ts'
import { jitteredPause, type Timings } from './timings.ts'
import { type Transport } from './transport.ts'
import { TransportError } from './transport-error.ts'
import { unreachable } from './unreachable.ts'
import { readWarnings } from './warnings.ts'

export interface Call {
  /** What is done to which object, for errors: `get pods/default/driver`. */
  doing: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Escaped, without query. */
  path: string
  query?: Record<string, string | undefined> | undefined
  body?: string | undefined
  contentType?: string | undefined
  accept?: string | undefined
  /** Doing it twice does no more than doing it once: any GET, and questions that are POSTed. */
  repeatable?: boolean | undefined
  signal?: AbortSignal | undefined
}

export interface Answer {
  text: string
  warnings: string[]
}

export interface KubeClient {
  /** The whole answer of a request that succeeded. Throws KubeStatusError and KubeUnreachableError. */
  call(call: Call): Promise<Answer>
  /** An answer that flows: a watch, a log. Tried once. Whoever takes it must read it to its end or destroy it. */
  stream(call: Call): Promise<IncomingMessage>
  /** A WebSocket that speaks this subprotocol. Tried once; whoever takes it must close it. */
  upgrade(call: Call, protocol: string): Promise<WebSocket>
  /** The error for people where an answer broke while it flowed. */
  broken(error: unknown, doing: string): unknown
  readonly timings: Timings
  close(): void
}

export interface ClientParts {
  transport: Transport
  credentials: Credentials
  impersonation: Impersonation
  timings: Timings
  userAgent: string
  compression: boolean
  /** How people know the server: its address. */
  server: string
}

export function kubeClient(parts: ClientParts): KubeClient {
  const { timings } = parts
  let answered = false

  /** Who asks, and for what. */
  const asked = async ({ path, query, signal }: Call) => {
    const { authorization, certificate, key } = await parts.credentials.current(signal)
    const headers = {
      ...parts.impersonation.headers,
      ...(authorization === undefined ? {} : { authorization }),
      'user-agent': parts.userAgent,
    }
    return { path: withQuery(path, query), headers, certificate, key, signal }
  }

  const once = async (call: Call, streaming: boolean): Promise<IncomingMessage> => {
    const request = await asked(call)
    const response = await parts.transport.exchange({
      ...request,
      method: call.method,
      headers: {
        ...request.headers,
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
        // A compressed watch would keep events back until a block is full.
        ...(parts.compression && !streaming ? { 'accept-encoding': 'gzip' } : {}),
        accept: call.accept ?? (streaming ? '*/*' : 'application/json, */*'),
      },
      body: call.body,
    })
    answered = true
    return response
  }

  const attempt = async (call: Call): Promise<Answer> => {
    const limit = deadline(timings.requestMs, call.signal, () => tooLate(timings.requestMs))
    try {
      const response = await once({ ...call, signal: limit.signal }, false)
      const text = await readText(response)
      if (response.statusCode! > 299) throw new KubeStatusError(call.doing, readStatus(response, text))
      return { text, warnings: readWarnings(response) }
    } catch (error) {
      throw limit.expired() && !(error instanceof KubeStatusError) ? tooLate(timings.requestMs) : error
    } finally {
      limit.clear()
    }
  }

  const call = async (wanted: Call): Promise<Answer> => {
    const started = Date.now()
    const repeatable = wanted.repeatable ?? wanted.method === 'GET'
    let renewed = false
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(wanted)
      } catch (error) {
        wanted.signal?.throwIfAborted()
        // A login may have run out since it was made: once more with a fresh one, where there is a way to get it.
        if (isUnauthorized(error) && !renewed && parts.credentials.renew()) {
          renewed = true
          continue
        }
        const pause = pauseBefore(error, { repeatable, tries, timings })
        const patience = answered ? timings.retryForMs : timings.firstContactMs
        if (pause === undefined || Date.now() - started + pause > patience) throw told(error, wanted, repeatable)
        await sleep(pause, undefined, { signal: wanted.signal }).catch(() => wanted.signal?.throwIfAborted())
      }
    }
  }

  /** Opens what goes on after the first answer; the time for that is its own, and the login may be renewed once. */
  const begin = async <T extends Going>(wanted: Call, open: (call: Call) => Promise<T | IncomingMessage>) => {
    for (let renewed = false; ; renewed = true) {
      const limit = deadline(timings.connectMs, wanted.signal, () => tooLate(timings.connectMs))
      try {
        const opened = await open({ ...wanted, signal: limit.signal })
        if (!isAnswer(opened) || opened.statusCode! <= 299) {
          limit.stop()
          opened.once('close', () => limit.clear())
          return opened
        }
        const error = new KubeStatusError(wanted.doing, readStatus(opened, await readText(opened)))
        limit.clear()
        if (!isUnauthorized(error) || renewed || !parts.credentials.renew()) throw error
      } catch (error) {
        limit.clear()
        wanted.signal?.throwIfAborted()
        throw told(error, wanted, true)
      }
    }
  }

  const stream = async (wanted: Call): Promise<IncomingMessage> =>
    await begin<IncomingMessage>(wanted, (call) => once(call, true))

  const upgrade = async (wanted: Call, protocol: string): Promise<WebSocket> => {
    const socket = await begin(wanted, async (call) => await parts.transport.upgrade(await asked(call), protocol))
    if (!isAnswer(socket)) return socket
    socket.destroy()
    throw unreachable(new TransportError(new Error('it answered as if no WebSocket had been asked for'), true), {
      doing: wanted.doing,
      server: parts.server,
      repeatable: true,
    })
  }

  const told = (error: unknown, { doing }: Call, repeatable: boolean): unknown =>
    error instanceof TransportError ? unreachable(error, { doing, server: parts.server, repeatable }) : error

  const broken = (error: unknown, doing: string): unknown =>
    told(asTransportError(error), { doing, method: 'GET', path: '' }, true)

  return { call, stream, upgrade, broken, timings, close: () => parts.transport.close() }
}

type Going = IncomingMessage | WebSocket

function isAnswer(going: Going): going is IncomingMessage {
  return 'statusCode' in going
}

function tooLate(ms: number): TransportError {
  const error = Object.assign(new Error(`no answer within ${ms / 1000} s`), { code: 'ETIMEDOUT' })
  return new TransportError(error, true)
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof KubeStatusError && error.status.code === 401
}

/** How long to wait before the next try; undefined where there must be none. */
function pauseBefore(
  error: unknown,
  { repeatable, tries, timings }: { repeatable: boolean; tries: number; timings: Timings },
): number | undefined {
  const pause = jitteredPause(tries, timings)
  if (error instanceof TransportError) return mayMend(error) && (repeatable || !error.sent) ? pause : undefined
  if (!(error instanceof KubeStatusError)) return undefined
  const { code, retryAfterSeconds } = error.status
  const asked = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000
  // The server has not begun what it puts off.
  if (code === 429 || (code === 503 && asked !== undefined)) return Math.max(asked ?? 0, pause)
  // A plain 500 is mostly a webhook or a conversion that fails, and does so again; of etcd it is a change of leaders.
  const mayPass = [502, 503, 504].includes(code) || (code === 500 && error.status.message.includes('etcdserver:'))
  if (repeatable && mayPass) return Math.max(asked ?? 0, pause)
  return undefined
}

/** Whether time alone may mend it: a wrong name or certificate stays wrong. */
function mayMend({ code }: TransportError): boolean {
  return /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|HPE_|ERR_STREAM_PREMATURE_CLOSE$)/.test(code)
}

async function readText(response: IncomingMessage): Promise<string> {
  const zipped = response.headers['content-encoding'] === 'gzip'
  const source = zipped ? pipeline(response, createGunzip(), () => undefined) : response
  try {
    const chunks: Buffer[] = []
    for await (const chunk of source as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  } catch (error) {
    throw asTransportError(error)
  }
}

function asTransportError(error: unknown): TransportError {
  return error instanceof TransportError ? error : new TransportError(error, true)
}

/** The JSON of an answer. */
export function parseAnswer(answer: Answer): unknown {
  return parseExact(answer.text)
}

function withQuery(path: string, query: Call['query'] = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}
