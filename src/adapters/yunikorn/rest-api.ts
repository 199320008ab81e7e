/** YuniKorn's REST API over HTTP. */
import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'
import { rootCertificates } from 'node:tls'
import { createGunzip } from 'node:zlib'
import { SparkopsError } from '../../domain/errors.ts'
import type { SchedulerAnswer, SchedulerApi } from '../../ports/scheduler-api.ts'

export interface RestOptions {
  /** Origin, `http:` or `https:`. */
  address: URL
  /** Certificate authority as PEM, beside those of the system. */
  ca: string | undefined
  /** Milliseconds without a byte until an answer is given up. */
  timeout: number
}

/** Larger answers are not held: the largest listings of real clusters have some ten megabytes. */
const MOST_BYTES = 256 << 20

/** Opens the API; nothing is asked yet. */
export function openSchedulerApi({ address, ca, timeout }: RestOptions): SchedulerApi {
  const isSecure = address.protocol === 'https:'
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1, ca: ca === undefined ? undefined : [...rootCertificates, ca] })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 })
  const ask = isSecure ? httpsGet : httpGet
  return {
    address: address.origin,
    get: async (path, signal) =>
      await new Promise<SchedulerAnswer>((resolve, reject) => {
        const fail = (why: string, cause?: unknown): void => reject(unreachable(address, path, why, cause))
        const request = ask(
          new URL(path, address),
          { agent, signal, timeout, headers: { accept: 'application/json', 'accept-encoding': 'gzip' } },
          (response) => {
            readBody(response).then(
              (body) => resolve({ status: response.statusCode ?? 0, body }),
              (error: unknown) => fail(error instanceof Error ? error.message : String(error), error),
            )
          },
        )
        request.on('timeout', () => request.destroy(new Error(`no answer in ${timeout / 1000} s`)))
        request.on('error', (error) =>
          fail(error.message === '' ? String((error as NodeJS.ErrnoException).code) : error.message, error),
        )
      }),
    close: () => agent.destroy(),
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const isPacked = response.headers['content-encoding'] === 'gzip'
  const bytes = isPacked ? response.pipe(createGunzip()) : response
  if (isPacked) response.on('error', (error) => (bytes as ReturnType<typeof createGunzip>).destroy(error))
  const parts: Buffer[] = []
  let length = 0
  for await (const part of bytes as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES >> 20} MiB`)
    parts.push(part)
  }
  if (!response.complete) throw new Error('the answer broke off')
  return Buffer.concat(parts).toString('utf8')
}

function unreachable(address: URL, path: string, why: string, cause: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_SCHEDULER_UNREACHABLE',
    message: `cannot read ${address.origin}${path}`,
    why,
    hint: 'check that YuniKorn runs there; the collector is meant to stand in its pod',
    exit: 'unreachable',
    cause,
  })
}
