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
import { parseExact } from '../../domain/exact-json.ts'
import { KubeStatusError } from '../../domain/kube-error.ts'
import { deadline } from './deadline.ts'
import type { Credentials } from './credentials.ts'
import type { Impersonation } from './impersonation.ts'
import { readStatus } from './status.ts'
import { jitteredPause, type Timings } from './timings.ts'
import { type Transport, TransportError } from './transport.ts'
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

  const once = async (call: Call, streaming: boolean): Promise<IncomingMessage> => {
    const { authorization, certificate, key } = await parts.credentials.current(call.signal)
    const response = await parts.transport.exchange({
      method: call.method,
      path: withQuery(call.path, call.query),
      headers: {
        ...parts.impersonation.headers,
        ...(authorization === undefined ? {} : { authorization }),
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
        // A compressed watch would keep events back until a block is full.
        ...(parts.compression && !streaming ? { 'accept-encoding': 'gzip' } : {}),
        accept: call.accept ?? (streaming ? '*/*' : 'application/json, */*'),
        'user-agent': parts.userAgent,
      },
      body: call.body,
      certificate,
      key,
      signal: call.signal,
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

  const call = async (asked: Call): Promise<Answer> => {
    const started = Date.now()
    const repeatable = asked.repeatable ?? asked.method === 'GET'
    let renewed = false
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(asked)
      } catch (error) {
        asked.signal?.throwIfAborted()
        // A login may have run out since it was made: once more with a fresh one, where there is a way to get it.
        if (isUnauthorized(error) && !renewed && parts.credentials.renew()) {
          renewed = true
          continue
        }
        const pause = pauseBefore(error, { repeatable, tries, timings })
        const patience = answered ? timings.retryForMs : timings.firstContactMs
        if (pause === undefined || Date.now() - started + pause > patience) throw told(error, asked, repeatable)
        await sleep(pause, undefined, { signal: asked.signal }).catch(() => asked.signal?.throwIfAborted())
      }
    }
  }

  const stream = async (asked: Call): Promise<IncomingMessage> => {
    for (let renewed = false; ; renewed = true) {
      const limit = deadline(timings.connectMs, asked.signal, () => tooLate(timings.connectMs))
      try {
        const response = await once({ ...asked, signal: limit.signal }, true)
        if (response.statusCode! <= 299) {
          limit.stop()
          response.once('close', () => limit.clear())
          return response
        }
        const error = new KubeStatusError(asked.doing, readStatus(response, await readText(response)))
        limit.clear()
        if (!isUnauthorized(error) || renewed || !parts.credentials.renew()) throw error
      } catch (error) {
        limit.clear()
        asked.signal?.throwIfAborted()
        throw told(error, asked, true)
      }
    }
  }

  const told = (error: unknown, { doing }: Call, repeatable: boolean): unknown =>
    error instanceof TransportError ? unreachable(error, { doing, server: parts.server, repeatable }) : error

  const broken = (error: unknown, doing: string): unknown =>
    told(asTransportError(error), { doing, method: 'GET', path: '' }, true)

  return { call, stream, broken, timings, close: () => parts.transport.close() }
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
