/** Runs the built program as a user does: a process of its own, no terminal. `npm test` builds it first. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface RunOptions {
  /** Added to a small environment of our own; `undefined` removes a variable. */
  env?: Record<string, string | undefined>
  stdin?: string | Uint8Array
  cwd?: string
  /** Another way in, such as a link named `kubectl-sparkops`. */
  program?: string
}

export interface RunResult {
  /** The exit code; -1 when a signal ended it. */
  code: number
  stdout: string
  stderr: string
}

/** Runs `sparkops` with these words, to its end. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  requireBuild()
  const child = spawn(process.execPath, [options.program ?? PROGRAM, ...argv], {
    cwd: options.cwd ?? ROOT,
    env: cleanEnvironment(options.env),
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  return finished(child)
}

/** Runs a shell script in which `sparkops` is the program: for pipes and redirections. */
export async function runShell(script: string, options: Omit<RunOptions, 'program'> = {}): Promise<RunResult> {
  requireBuild()
  const sparkops = `sparkops() { '${process.execPath}' '${PROGRAM}' "$@"; }`
  const child = spawn('bash', ['-c', `${sparkops}\n${script}`], {
    cwd: options.cwd ?? ROOT,
    env: cleanEnvironment(options.env),
  })
  child.stdin.end(options.stdin ?? '')
  return finished(child)
}

/** The environment of a run: nothing of the test runner's, no colour or CI decided from outside. */
export function cleanEnvironment(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, TMPDIR, LANG: 'C.UTF-8', TZ: 'UTC', ...extra }
}

function requireBuild(): void {
  if (!existsSync(`${ROOT}/dist/main.js`)) throw new Error('nothing is built: run "npm run build" first')
}

function finished(child: ReturnType<typeof spawn>): Promise<RunResult> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      }),
    )
  })
}
