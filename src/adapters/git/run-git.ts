/** Runs git once: arguments as an array, bytes in, bytes out, an environment of which nothing is inherited by accident. */
import { execa } from 'execa'
import { SparkopsError } from '../../domain/errors.ts'

export interface GitPlace {
  /** Where it runs. */
  directory: string
  /** The whole environment. */
  environment: Readonly<Record<string, string>>
  signal: AbortSignal | undefined
}

export interface GitAnswer {
  code: number
  stdout: Buffer
  stderr: string
}

/** Runs git to its end, whatever its exit code. */
export async function askGit(place: GitPlace, args: readonly string[], input?: Uint8Array): Promise<GitAnswer> {
  const result = await execa('git', args, {
    cwd: place.directory,
    env: place.environment,
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    maxBuffer: 1 << 30,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(place.signal === undefined ? {} : { cancelSignal: place.signal }),
  })
  place.signal?.throwIfAborted()
  if (result.code === 'ENOENT') throw noGit()
  if (result.exitCode === undefined) throw gitFailed(args, `it was ended by ${result.signal ?? 'an unknown cause'}`)
  return { code: result.exitCode, stdout: asBuffer(result.stdout), stderr: asBuffer(result.stderr).toString('utf8') }
}

/** Runs git and gives its output; any exit code but those named is an error. */
export async function runGit(
  place: GitPlace,
  args: readonly string[],
  input?: Uint8Array,
  allowed: readonly number[] = [0],
): Promise<Buffer> {
  const { code, stdout, stderr } = await askGit(place, args, input)
  if (allowed.includes(code)) return stdout
  throw gitFailed(args, stderr.trim() || `exit code ${code}`)
}

/** The error of a git that failed in a way nobody foresaw; says its subcommand and what it said. */
export function gitFailed(args: readonly string[], said: string): SparkopsError {
  const command = args.find((word, index) => !word.startsWith('-') && args[index - 1] !== '-c') ?? ''
  return new SparkopsError({
    code: 'SO_GIT_FAILED',
    message: `git ${command} failed`,
    why: said.replace(/^fatal: /, ''),
    hint: 'see what git says; nothing of yours was changed',
    exit: /missing|bad object|unable to read|corrupt|not a (valid )?(tree|blob|commit) object/i.test(said)
      ? 'data'
      : 'failed',
  })
}

function asBuffer(bytes: Uint8Array | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function noGit(): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_GIT',
    message: 'git is not there',
    why: 'no program of that name is on the PATH',
    hint: 'install git 2.38 or newer',
    exit: 'failed',
  })
}
