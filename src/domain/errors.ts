/**
 * The one error the product throws on purpose, and the one table of exit codes.
 *
 * Pure: the domain and the adapters make errors where the knowledge is; `src/cli` tells them where the user is.
 */

export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done, or nothing to do' },
  failed: { code: 1, meaning: 'it failed in an expected way' },
  changes: { code: 2, meaning: 'only with --detailed-exitcode: the plan is not empty' },
  findings: { code: 3, meaning: 'the check ran and did not pass: lost, different, blocked' },
  auth: { code: 4, meaning: 'not logged in, or not allowed' },
  stale: { code: 5, meaning: 'precondition no longer holds; conflict; plan again' },
  partial: { code: 6, meaning: 'some steps done, the rest not; the journal names them' },
  inconclusive: { code: 7, meaning: 'the check could not decide: something was not seen' },
  pending: { code: 8, meaning: 'waiting for you or for time; still running, timed out; resumable' },
  usage: { code: 64, meaning: 'wrong flags or arguments' },
  data: { code: 65, meaning: 'input is malformed; file, line or field named' },
  unreachable: { code: 69, meaning: 'cluster, registry, broker or store cannot be reached' },
  bug: { code: 70, meaning: 'a defect of sparkops; please report it' },
  interrupted: { code: 130, meaning: 'Ctrl-C; says how to resume' },
} as const satisfies Record<string, { code: number; meaning: string }>

/** The name of an outcome, as scripts and documents call it. */
export type ExitName = keyof typeof EXIT_CODES
/** A number from the table; nothing else leaves the process. */
export type ExitCode = (typeof EXIT_CODES)[ExitName]['code']

/** The number that an outcome's name stands for. */
export function exitCode(name: ExitName): ExitCode {
  return EXIT_CODES[name].code
}

/** What an error tells: three lines for people, a code for programs. */
export interface SparkopsErrorInit {
  /** Stable, for programs: `SO_` and upper-case words. */
  code: `SO_${string}`
  /** What failed, on which object. */
  message: string
  /** Why it failed, as far as we know. */
  why?: string | undefined
  /** What to try next. */
  hint?: string | undefined
  /** How the process ends; `failed` unless said. */
  exit?: ExitName | undefined
  cause?: unknown
}

/** An expected failure. Anything else that is thrown is a bug of ours (exit 70). */
export class SparkopsError extends Error {
  override readonly name = 'SparkopsError'
  readonly code: `SO_${string}`
  readonly why: string | undefined
  readonly hint: string | undefined
  readonly exit: ExitName

  constructor(init: SparkopsErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code
    this.why = init.why
    this.hint = init.hint
    this.exit = init.exit ?? 'failed'
  }

  get exitCode(): ExitCode {
    return exitCode(this.exit)
  }
}
