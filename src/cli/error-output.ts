/** Tells an error: three lines for people on standard error, one JSON object on standard output for programs. */
import { API_VERSION } from '../domain/document.ts'
import { SparkopsError, type ExitCode } from '../domain/errors.ts'
import { type Paint, paintFor, wantsColor } from '../ui/color.ts'
import { renderJson } from '../ui/json.ts'
import { sanitize, sanitizeText } from '../ui/sanitize.ts'
import { stdoutBegun, writeStdout } from './output.ts'

/** Prints the error in the form the command line asked for, and gives the code to exit with. */
export async function reportError(thrown: unknown, argv: readonly string[]): Promise<ExitCode> {
  const error = asSparkopsError(thrown)
  const asJson = wantsJson(argv, process.env)
  if (asJson && !stdoutBegun()) {
    for await (const chunk of renderJson(errorDocument(error))) await writeStdout(chunk)
  }
  // A person who looks at the JSON itself need not be told twice; a log beside a pipe must not be empty.
  if (asJson && process.stdout.isTTY) return error.exitCode
  const color = wantsColor({ mode: 'auto', env: process.env, isTTY: process.stderr.isTTY })
  process.stderr.write(errorText(error, paintFor(color)))
  if (wantsStack(argv, process.env)) process.stderr.write(stackText(thrown))
  return error.exitCode
}

/** The shape of docs/schemas/error.schema.json. */
export function errorDocument(error: SparkopsError): object {
  const { code, message, why, hint, exitCode } = error
  return { apiVersion: API_VERSION, kind: 'Error', error: { code, message, why, hint, exitCode } }
}

/** `Error:`, `Why:`, `Try:`; the last two only where there is something to say. */
export function errorText(error: SparkopsError, paint: Paint): string {
  const lines = [`${paint('red', 'Error:')} ${sanitize(error.message)}`]
  if (error.why) lines.push(`${paint('bold', 'Why:')} ${sanitize(error.why)}`)
  if (error.hint) lines.push(`${paint('bold', 'Try:')} ${sanitize(error.hint)}`)
  return `${lines.join('\n')}\n`
}

/** What nobody expected is a defect of ours, and asks to be reported. */
export function asSparkopsError(thrown: unknown): SparkopsError {
  if (thrown instanceof SparkopsError) return thrown
  const told = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return new SparkopsError({
    code: 'SO_BUG',
    message: 'sparkops ran into a defect of its own',
    why: told,
    hint: 'run it again with --debug and report what it prints, with the command line, as a bug of sparkops',
    exit: 'bug',
    cause: thrown,
  })
}

/**
 * Whether the command line asks for JSON. Reads the words themselves: the error may be that they cannot be parsed.
 */
export function wantsJson(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  const end = argv.indexOf('--')
  const words = argv.slice(0, end === -1 ? undefined : end)
  const asked = words.flatMap((word, index) => {
    if (word === '--json') return ['json']
    const inline = /^(?:--output=|-o=?)(.+)$/.exec(word)
    if (inline) return [inline[1]!]
    return (word === '-o' || word === '--output') && words[index + 1] ? [words[index + 1]!] : []
  })
  if (asked.length > 0) return asked.includes('json')
  return env.SPARKOPS_OUTPUT === 'json' || /^(1|true|yes|y)$/i.test(env.SPARKOPS_JSON ?? '')
}

function wantsStack(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  return argv.includes('--debug') || Boolean(env.DEBUG) || /^(1|true|yes|y)$/i.test(env.SPARKOPS_DEBUG ?? '')
}

function stackText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const cause = thrown.cause instanceof Error ? `caused by ${stackText(thrown.cause)}` : ''
  return `${sanitizeText(`${thrown.stack ?? thrown.message}\n${cause}`).trimEnd()}\n`
}
