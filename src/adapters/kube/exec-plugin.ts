/**
 * Credential plugins: programs that the kubeconfig names and that print an ExecCredential
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 */
import { spawn } from 'node:child_process'
import { isAbsolute, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import { broken, type ClusterEntry, type ExecEntry, type Placed, type UserEntry } from './kubeconfig.ts'

export interface ExecResult {
  token?: string
  /** PEM. */
  certificate?: string
  key?: string
}

export interface ExecPlugin {
  /** What the plugin gave, while it holds; else what it gives now. Two that ask at once share one run. */
  credential(signal?: AbortSignal): Promise<ExecResult>
  /** The server did not accept it: ask the plugin again. */
  forget(): void
}

export interface ExecSurroundings {
  env: Readonly<Record<string, string | undefined>>
  /** Whether somebody can answer a question of the plugin's. */
  interactive: boolean
  /** The cluster, with the authority's certificate read; told to plugins that ask for it. */
  cluster: ClusterEntry
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const MODES = ['Never', 'IfAvailable', 'Always']
/** The name of the extension whose content is the plugin's configuration. */
const EXTENSION = 'client.authentication.k8s.io/exec'
/** A person may have to find a phone. */
const WITHIN_MS = 5 * 60_000
/** Renewed a little before its end, since the way to the server takes time, and clocks differ. */
const EARLY_MS = 60_000
const MAX_OUTPUT = 1 << 20

/** The plugin of a user; undefined where the kubeconfig names none. Throws where its entry cannot be used. */
export function execPluginOf(user: Placed<UserEntry>, surroundings: ExecSurroundings): ExecPlugin | undefined {
  const { exec } = user.entry
  if (exec === undefined) return undefined
  const plugin = checkEntry(user.name, exec, surroundings.interactive)
  let held: { result: ExecResult; until: number } | undefined
  let running: Promise<ExecResult> | undefined
  const run = async (signal: AbortSignal | undefined): Promise<ExecResult> => {
    const output = await runProgram({ ...plugin, user, surroundings, signal })
    const { result, until } = readCredential(output, plugin.apiVersion, plugin.command)
    held = { result, until }
    return result
  }
  return {
    credential: async (signal) => {
      if (held !== undefined && held.until - EARLY_MS > Date.now()) return held.result
      running ??= run(signal).finally(() => (running = undefined))
      return await running
    },
    forget: () => (held = undefined),
  }
}

interface CheckedEntry {
  apiVersion: string
  command: string
  args: readonly string[]
  env: readonly { name: string; value: string }[]
  installHint: string | undefined
  provideClusterInfo: boolean
  interactive: boolean
}

function checkEntry(user: string, exec: ExecEntry, terminal: boolean): CheckedEntry {
  const { apiVersion = '', command = '', interactiveMode } = exec
  const wrong = (why: string): SparkopsError => broken(`user "${user}"`, `exec: ${why}`)
  if (command === '') throw wrong('it names no command')
  if (!VERSIONS.includes(apiVersion)) throw wrong(`apiVersion "${apiVersion}" is none of ${VERSIONS.join(', ')}`)
  const mode = interactiveMode ?? (apiVersion === VERSIONS[0] ? '' : 'IfAvailable')
  if (!MODES.includes(mode)) throw wrong(`interactiveMode "${mode}" is none of ${MODES.join(', ')}`)
  if (mode === 'Always' && !terminal) {
    throw new SparkopsError({
      code: 'SO_KUBE_LOGIN',
      message: `${command} cannot ask what it must ask`,
      why: 'interactiveMode is Always, and standard input is no terminal',
      hint: 'log in from a terminal first, or use a login that needs no questions',
      exit: 'auth',
    })
  }
  return {
    apiVersion,
    command,
    args: exec.args ?? [],
    env: exec.env ?? [],
    installHint: exec.installHint,
    provideClusterInfo: exec.provideClusterInfo ?? false,
    interactive: terminal && mode !== 'Never',
  }
}

interface ProgramRun extends CheckedEntry {
  user: Placed<UserEntry>
  surroundings: ExecSurroundings
  signal: AbortSignal | undefined
}

async function runProgram(run: ProgramRun): Promise<string> {
  const { command, args, interactive, signal, surroundings } = run
  // A path with a directory starts where the kubeconfig is; a bare name is looked up on the PATH.
  const program = command.includes('/') && !isAbsolute(command) ? join(run.user.directory, command) : command
  const added = Object.fromEntries(run.env.map(({ name, value }) => [name, value]))
  const env = { ...surroundings.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(run)) }
  const within = AbortSignal.timeout(WITHIN_MS)
  return await new Promise((resolve, reject) => {
    // Standard error is the person's: codes to type and addresses to open come there.
    const child = spawn(program, [...args], {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      signal: signal === undefined ? within : AbortSignal.any([signal, within]),
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > MAX_OUTPUT) child.kill()
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason as Error)
      else reject(failure(run, within.aborted ? 'it did not end within 5 minutes' : startFailure(error)))
    })
    child.on('close', (code, ended) => {
      if (code === 0) resolve(output)
      else reject(failure(run, `it ended with ${code ?? ended}`))
    })
  })
}

function startFailure(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? 'there is no such program' : error.message
}

function failure({ command, installHint, user }: ProgramRun, why: string): SparkopsError {
  const missing = why === 'there is no such program'
  return new SparkopsError({
    code: 'SO_KUBE_LOGIN',
    message: `the login plugin ${command} of user "${user.name}" failed`,
    why,
    hint: missing && installHint ? installHint : `run ${command} by hand to see what it needs`,
    exit: 'auth',
  })
}

function execInfo({ apiVersion, interactive, provideClusterInfo, surroundings }: ProgramRun): object {
  const spec = { interactive, ...(provideClusterInfo ? { cluster: clusterInfo(surroundings.cluster) } : {}) }
  return { kind: 'ExecCredential', apiVersion, spec }
}

function clusterInfo(cluster: ClusterEntry): object {
  const { extensions = [], 'certificate-authority': _file, ...told } = cluster
  const config = extensions.find((extension) => extension.name === EXTENSION)?.extension
  return config === undefined ? told : { ...told, config }
}

function readCredential(output: string, apiVersion: string, command: string): { result: ExecResult; until: number } {
  const wrong = (why: string): SparkopsError =>
    new SparkopsError({
      code: 'SO_KUBE_LOGIN',
      message: `the login plugin ${command} gave no usable credential`,
      why,
      hint: 'see whether the plugin and the apiVersion in the kubeconfig belong together',
      exit: 'auth',
    })
  let given: Record<string, unknown>
  try {
    given = JSON.parse(output) as Record<string, unknown>
  } catch {
    throw wrong('what it printed is not JSON')
  }
  if (given.kind !== 'ExecCredential') throw wrong('it is no ExecCredential')
  if (given.apiVersion !== apiVersion) throw wrong(`it is of ${String(given.apiVersion)}, not ${apiVersion}`)
  const status = (given.status ?? {}) as Record<string, string | undefined>
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status
  if (!token && !certificate && !key) throw wrong('it has neither a token nor a certificate')
  if (Boolean(certificate) !== Boolean(key)) throw wrong('a certificate and its key are of use only together')
  const until = expirationTimestamp ? Date.parse(expirationTimestamp) : Infinity
  if (Number.isNaN(until)) throw wrong('its expirationTimestamp is no time')
  return { result: { ...(token ? { token } : {}), ...(certificate ? { certificate, key: key! } : {}) }, until }
}
