/** Puts what oclif's parser complains about into our words: what is wrong, and what to try. Always exit 64. */
import { Errors } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import { nearest } from './nearest.ts'

export interface UsageContext {
  /** As typed: `sparkops usage compute`. */
  commandLine: string
  flags: Readonly<Record<string, { char?: string | undefined; hidden?: boolean | undefined }>>
}

/** A usage error for a parser's error; anything else is given back as it is. */
export function asUsageError(thrown: unknown, context: UsageContext): unknown {
  if (!(thrown instanceof Errors.CLIError)) return thrown
  const hint = `"${context.commandLine} --help" shows its arguments and flags`
  const usage = (message: string, why?: string, better?: string): SparkopsError =>
    new SparkopsError({ code: 'SO_USAGE', message, why, hint: better ?? hint, exit: 'usage', cause: thrown })

  const flags = stringsOf(thrown, 'flags')
  if (flags.length > 0) {
    const meant = nearestFlag(flags[0]!, context.flags)
    const names = flags.map((flag) => `"${flag}"`).join(', ')
    return usage(
      `unknown ${flags.length === 1 ? 'flag' : 'flags'} ${names}`,
      `"${context.commandLine}" has no such flag`,
      meant && `did you mean ${meant}? ${hint}`,
    )
  }
  const [message, ...details] = plainLines(thrown.message)
  const unexpected = /^Unexpected arguments?: (.*)$/.exec(message ?? '')
  if (unexpected) return usage(`unexpected argument "${unexpected[1]!}"`, `"${context.commandLine}" takes no more`)
  const parsed = /^Parsing (--[\w-]+)$/.exec(message ?? '')
  if (parsed) return usage(`${parsed[1]!}: ${lowerFirst(details.join('; '))}`)
  if (/^The following errors? occurred:$/.test(message ?? '')) return usage(details.join('; '))
  return usage(lowerFirst(message ?? 'wrong flags or arguments'), details.join('; ') || undefined)
}

/**
 * Refuses `--yes=false`: oclif would take it for `--yes` and an argument `false`, the opposite of what was meant.
 */
export function refuseSwitchValues(
  argv: readonly string[],
  flags: Readonly<Record<string, { type: string }>>,
  commandLine: string,
): void {
  const end = argv.indexOf('--')
  for (const word of argv.slice(0, end === -1 ? undefined : end)) {
    const name = /^--(?:no-)?([\w-]+)=/.exec(word)?.[1]
    if (name === undefined || flags[name]?.type !== 'boolean') continue
    throw new SparkopsError({
      code: 'SO_USAGE',
      message: `--${name} takes no value`,
      why: `"${word}" gives it one`,
      hint: `give --${name}, or leave it out; "${commandLine} --help" shows its flags`,
      exit: 'usage',
    })
  }
}

function nearestFlag(typed: string, flags: UsageContext['flags']): string | undefined {
  const names = Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name]) => `--${name}`)
  return nearest(typed.split('=')[0]!, names)
}

function stringsOf(error: object, key: string): string[] {
  const value: unknown = (error as Record<string, unknown>)[key]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function plainLines(message: string): string[] {
  return message
    .split('\n')
    .map((line) => line.replace(ANSI, '').trim())
    .filter((line) => line !== '' && line !== 'See more help with --help')
}

// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;]*m/g

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
