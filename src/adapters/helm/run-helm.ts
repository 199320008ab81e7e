/**
 * Runs helm once: arguments as an array, its own settings (HELM_*) as the user has them, and errors that say what helm
 * said without what the user gave: values may be secrets, and a repository's address may carry a password.
 */
import { execa } from 'execa'
import { SparkopsError } from '../../domain/errors.ts'

export interface HelmPlace {
  /** The program; looked up on the PATH unless given. */
  program: string
  kubeconfig: string | undefined
  context: string | undefined
  as: string | undefined
  asGroups: readonly string[]
  /** Added to this process's environment. */
  environment: Readonly<Record<string, string>>
}

export interface HelmCall {
  /** The subcommand and its flags; objects from outside come after `--`. */
  args: readonly string[]
  /** What it is about, for errors: `upgrade the release spark/operator`. */
  doing: string
  input?: string | undefined
  signal?: AbortSignal | undefined
  /** Texts that must not be told, wherever they turn up. */
  hidden?: readonly string[]
}

export interface HelmAnswer {
  code: number
  stdout: string
  stderr: string
}

const LARGEST_OUTPUT = 256 << 20
/** Lines of what helm said that an error repeats. */
const TOLD_LINES = 6

/** Runs helm to its end, whatever its exit code. */
export async function askHelm(place: HelmPlace, call: HelmCall): Promise<HelmAnswer> {
  const where = [
    ...(place.kubeconfig === undefined ? [] : [`--kubeconfig=${place.kubeconfig}`]),
    ...(place.context === undefined ? [] : [`--kube-context=${place.context}`]),
    ...(place.as === undefined ? [] : [`--kube-as-user=${place.as}`]),
    ...place.asGroups.map((group) => `--kube-as-group=${group}`),
  ]
  const result = await execa(place.program, [...where, ...call.args], {
    // With debugging on, helm prints values and rendered Secrets to standard error.
    env: { ...place.environment, HELM_DEBUG: 'false' },
    reject: false,
    stripFinalNewline: false,
    maxBuffer: LARGEST_OUTPUT,
    ...(call.input === undefined ? { stdin: 'ignore' as const } : { input: call.input }),
    ...(call.signal === undefined ? {} : { cancelSignal: call.signal }),
  })
  call.signal?.throwIfAborted()
  if (result.code === 'ENOENT' || result.code === 'EACCES') throw noHelm(place.program, result.code)
  if (result.isMaxBuffer) throw helmFailed(call, 'it printed more than 256 MiB')
  if (result.exitCode === undefined) throw helmFailed(call, `it was ended by ${result.signal ?? 'an unknown cause'}`)
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr }
}

/** Runs helm and gives what it printed; any exit code but 0 is an error. */
export async function runHelm(place: HelmPlace, call: HelmCall): Promise<string> {
  const { code, stdout, stderr } = await askHelm(place, call)
  if (code !== 0) throw helmFailed(call, stderr)
  return stdout
}

/** The error of a helm that failed. */
export function helmFailed({ doing, hidden = [] }: HelmCall, said: string): SparkopsError {
  const told = redact(said, hidden)
  return new SparkopsError({
    code: 'SO_HELM_FAILED',
    message: `helm could not ${doing}`,
    why: told || 'helm gave no reason',
    hint: hintFor(told),
    exit: /cluster unreachable|connection refused|no such host|i\/o timeout|failed to (download|fetch)/i.test(told)
      ? 'unreachable'
      : /unauthorized|forbidden|denied/i.test(told)
        ? 'auth'
        : 'failed',
  })
}

function hintFor(told: string): string {
  if (/another operation .* is in progress/i.test(told))
    return 'see helm history; an interrupted operation must be rolled back first'
  if (/cannot be imported into the current release/i.test(told))
    return 'sparkops operator plan tells who owns what, and repairs it'
  if (/repo .* not found|no repositories/i.test(told)) return 'helm repo add, then helm repo update'
  return 'run helm by itself to see more'
}

/** What helm said, shortened, without texts that are not to be told and without passwords in addresses. */
export function redact(said: string, hidden: readonly string[]): string {
  let text = said.replaceAll(/(:\/\/)[^/\s@]*@/g, '$1…@')
  for (const secret of [...hidden].sort((a, b) => b.length - a.length)) text = text.replaceAll(secret, '…')
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^(WARNING|level=|coalesce)/.test(line))
  return lines
    .slice(0, TOLD_LINES)
    .join('\n')
    .replace(/^Error: /, '')
    .trim()
}

function noHelm(program: string, code: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_HELM_MISSING',
    message: `helm cannot be run`,
    why: code === 'ENOENT' ? `there is no ${program} on the PATH` : `${program} is not executable`,
    hint: 'install helm 3.8 or newer: https://helm.sh/docs/intro/install',
  })
}
