/** What the API server refused, with its own words. Pure, so that the domain can tell one refusal from another. */
import { type ExitName, SparkopsError } from './errors.ts'

/** One cause of a refusal, as `status.details.causes` has it. */
export interface StatusCause {
  reason: string
  message: string
  field: string
}

export interface KubeStatus {
  /** The HTTP code. */
  code: number
  /** `NotFound`, `Conflict`, `Invalid`, …; by the code where the server named none, and else `Unknown`. */
  reason: string
  message: string
  causes: readonly StatusCause[]
  retryAfterSeconds?: number | undefined
  /** With a 410 in the middle of a list: the token that goes on behind the last object, at a later moment. */
  continueAt?: string | undefined
}

/** The server answered, and the answer was no. */
export class KubeStatusError extends SparkopsError {
  readonly status: KubeStatus

  /** `doing` says what was tried on which object: `create pods/default/driver`. */
  constructor(doing: string, status: KubeStatus) {
    super({
      code: 'SO_KUBE_STATUS',
      message: `${doing}: ${status.reason} (${status.code})`,
      why: status.message,
      hint: hintFor(status),
      exit: exitFor(status),
    })
    this.status = status
  }
}

/** Whether an error is the server's refusal for this reason. */
export function isRefusal(error: unknown, ...reasons: string[]): error is KubeStatusError {
  return error instanceof KubeStatusError && (reasons.length === 0 || reasons.includes(error.status.reason))
}

/** Whether an error is the server's refusal with this HTTP code. */
export function isRefusedWith(error: unknown, code: number): error is KubeStatusError {
  return error instanceof KubeStatusError && error.status.code === code
}

function exitFor({ code }: KubeStatus): ExitName {
  if (code === 401 || code === 403) return 'auth'
  if (code === 409) return 'stale'
  if (code === 429 || code >= 500) return 'unreachable'
  return 'failed'
}

function hintFor({ code }: KubeStatus): string | undefined {
  if (code === 401) return 'log in again: the cluster does not know who you are'
  if (code === 403) return 'ask for this right; docs/rbac.md lists what each command needs'
  if (code === 409) return 'somebody changed it meanwhile; run the command again'
  if (code === 429 || code >= 500) return 'the API server is busy or down; try again'
  return undefined
}

/** No answer came: the server cannot be reached, or the connection broke. */
export class KubeUnreachableError extends SparkopsError {
  /** A request that writes had been sent: the server may have done it or not. Look before doing it again. */
  readonly mayHaveHappened: boolean

  constructor(init: {
    doing: string
    why: string
    hint?: string | undefined
    mayHaveHappened: boolean
    cause?: unknown
  }) {
    super({
      code: init.mayHaveHappened ? 'SO_KUBE_OUTCOME_UNKNOWN' : 'SO_KUBE_UNREACHABLE',
      message: init.mayHaveHappened ? `${init.doing}: sent, but no answer came` : `${init.doing}: no answer`,
      why: init.why,
      hint: init.hint,
      exit: 'unreachable',
      cause: init.cause,
    })
    this.mayHaveHappened = init.mayHaveHappened
  }
}
