/** What an API server, or something before it, says when it refuses. */
import type { IncomingMessage } from 'node:http'
import type { KubeStatus, StatusCause } from '../../domain/kube-error.ts'

const SHOWN = 300

/** What client-go calls an answer without a reason of its own, as under priority and fairness (errors.go). */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

interface WireStatus {
  kind?: unknown
  code?: number
  reason?: string
  message?: string
  details?: { causes?: Partial<StatusCause>[]; retryAfterSeconds?: number }
  metadata?: { continue?: string }
}

/** The refusal in an answer: a Status object, or the text of a proxy that knows nothing of Kubernetes. */
export function readStatus(response: IncomingMessage, text: string): KubeStatus {
  const code = response.statusCode ?? 0
  const header = Number(response.headers['retry-after'])
  const status = parseStatus(text)
  const retryAfter = Number.isFinite(header) ? header : status?.details?.retryAfterSeconds
  if (status === undefined) {
    const words = text
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, SHOWN)
    return {
      code,
      reason: REASONS[code] ?? 'Unknown',
      message: words || (response.statusMessage ?? ''),
      causes: [],
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
    }
  }
  return { ...statusOf(status, code), ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }) }
}

/** A Status object as we tell it; watches send them as events. */
export function statusOf(status: WireStatus, code = status.code ?? 0): KubeStatus {
  const causes = (status.details?.causes ?? []).map(({ reason = '', message = '', field = '' }) => ({
    reason,
    message,
    field,
  }))
  const continueAt = status.metadata?.continue
  return {
    code,
    reason: status.reason || (REASONS[code] ?? 'Unknown'),
    message: status.message ?? '',
    causes,
    ...(continueAt ? { continueAt } : {}),
  }
}

function parseStatus(text: string): WireStatus | undefined {
  try {
    const parsed = JSON.parse(text) as WireStatus | null
    return parsed?.kind === 'Status' ? parsed : undefined
  } catch {
    return undefined
  }
}
