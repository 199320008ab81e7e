/**
 * Kubeconfig files as kubectl reads them: which files, how several become one, which context counts. What it says of
 * the cluster and of the user is kept as it stands, with the directory that its relative paths start from.
 */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { YAML11_SCHEMA, load } from 'js-yaml'
import { SparkopsError } from '../../domain/errors.ts'

export interface ClusterEntry {
  server?: string
  'certificate-authority'?: string
  'certificate-authority-data'?: string
  'insecure-skip-tls-verify'?: boolean
  'tls-server-name'?: string
  'proxy-url'?: string
  'disable-compression'?: boolean
  extensions?: { name: string; extension?: unknown }[]
}

export interface UserEntry {
  token?: string
  tokenFile?: string
  username?: string
  password?: string
  'client-certificate'?: string
  'client-certificate-data'?: string
  'client-key'?: string
  'client-key-data'?: string
  as?: string
  'as-uid'?: string
  'as-groups'?: string[]
  'as-user-extra'?: Record<string, string[]>
  exec?: ExecEntry
  'auth-provider'?: { name?: string; config?: Record<string, string> }
}

export interface ExecEntry {
  apiVersion?: string
  command?: string
  args?: string[] | null
  env?: { name: string; value: string }[] | null
  installHint?: string
  provideClusterInfo?: boolean
  interactiveMode?: string
}

interface ContextEntry {
  cluster?: string
  user?: string
  namespace?: string
}

/** An entry and where its relative paths start. */
export interface Placed<Entry> {
  name: string
  entry: Entry
  directory: string
}

/** What one context names. */
export interface Login {
  context: string | undefined
  namespace: string
  cluster: Placed<ClusterEntry>
  user: Placed<UserEntry>
}

export interface KubeconfigQuestion {
  /** --kubeconfig: this file and no other. */
  path?: string | undefined
  /** --context */
  context?: string | undefined
  env: Readonly<Record<string, string | undefined>>
}

interface Kubeconfig {
  files: string[]
  currentContext: string | undefined
  clusters: Map<string, Placed<ClusterEntry>>
  users: Map<string, Placed<UserEntry>>
  contexts: Map<string, Placed<ContextEntry>>
}

/** The login that the files and the question give; undefined where there is no file with anything in it. */
export async function readLogin(question: KubeconfigQuestion): Promise<Login | undefined> {
  const config = mergeFiles(await readFiles(question))
  const isEmpty = config.clusters.size === 0 && config.contexts.size === 0 && config.users.size === 0
  if (isEmpty && question.path === undefined && question.context === undefined) return undefined
  return selectContext(config, question.context)
}

interface ReadFile {
  path: string
  content: Record<string, unknown>
}

async function readFiles({ path, env }: KubeconfigQuestion): Promise<ReadFile[]> {
  if (path !== undefined) return [await readOne(resolve(path), true)].flatMap((file) => file ?? [])
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((name) => name !== '')
  const paths = listed.length > 0 ? listed : [join(env.HOME || homedir(), '.kube', 'config')]
  const files: ReadFile[] = []
  for (const one of new Set(paths.map((name) => resolve(name)))) {
    // kubectl skips files that are not there, such as one that a script will only make.
    const file = await readOne(one, false)
    if (file !== undefined) files.push(file)
  }
  return files
}

async function readOne(path: string, required: boolean): Promise<ReadFile | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !required) return undefined
    throw broken(path, code === 'ENOENT' ? 'there is no such file' : message)
  }
  try {
    const content = load(text, { schema: YAML11_SCHEMA, filename: path }) ?? {}
    if (!isObject(content)) throw new Error('not a mapping')
    return { path, content }
  } catch (error) {
    // The parser's message may quote the line, and the line may hold a token.
    throw broken(path, `not YAML: ${(error as { reason?: string }).reason ?? 'not a mapping'}`)
  }
}

/** The first file that has an entry of a name wins, whole; so does the first that names a current context. */
function mergeFiles(files: readonly ReadFile[]): Kubeconfig {
  const config: Kubeconfig = {
    files: files.map((file) => file.path),
    currentContext: undefined,
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
  }
  for (const file of files) {
    const current = file.content['current-context']
    if (typeof current === 'string' && current !== '') config.currentContext ??= current
    addEntries(file, 'clusters', 'cluster', config.clusters)
    addEntries(file, 'users', 'user', config.users)
    addEntries(file, 'contexts', 'context', config.contexts)
  }
  return config
}

function addEntries<Entry>(file: ReadFile, list: string, field: string, into: Map<string, Placed<Entry>>): void {
  const rows = file.content[list] ?? []
  if (!Array.isArray(rows)) throw broken(file.path, `${list} is not a list`)
  const seen = new Set<string>()
  for (const row of rows as unknown[]) {
    const name = isObject(row) ? row.name : undefined
    if (!isObject(row) || typeof name !== 'string') throw broken(file.path, `an entry of ${list} has no name`)
    // kubectl refuses a file that says two things of one name; between files the first wins.
    if (seen.has(name)) throw broken(file.path, `${list} has two entries named "${name}"`)
    seen.add(name)
    const entry = (row[field] ?? {}) as Entry
    if (!isObject(entry)) throw broken(file.path, `${field} "${name}" is not a mapping`)
    if (!into.has(name)) into.set(name, { name, entry, directory: dirname(file.path) })
  }
}

function selectContext(config: Kubeconfig, asked: string | undefined): Login {
  const name = asked ?? config.currentContext
  const known = [...config.contexts.keys()]
  const listed = known.length === 0 ? 'there is none' : `there are: ${known.slice(0, 20).join(', ')}`
  if (name === undefined) {
    throw new SparkopsError({
      code: 'SO_KUBE_CONTEXT',
      message: 'no context is chosen',
      why: `${config.files.join(', ') || 'the kubeconfig'} names no current context; ${listed}`,
      hint: 'choose one with --context, or with kubectl config use-context',
      exit: 'usage',
    })
  }
  const context = config.contexts.get(name)
  if (context === undefined) {
    throw new SparkopsError({
      code: 'SO_KUBE_CONTEXT',
      message: `context ${name} is not in ${config.files.join(', ') || 'any kubeconfig'}`,
      why: listed,
      hint: 'kubectl config get-contexts lists them',
      exit: 'usage',
    })
  }
  const { cluster: clusterName = '', user: userName = '', namespace } = context.entry
  const cluster = config.clusters.get(clusterName)
  const user = userName === '' ? { name: '', entry: {}, directory: context.directory } : config.users.get(userName)
  const [file] = config.files
  if (cluster === undefined) throw broken(file!, `context ${name} names cluster "${clusterName}", which is not there`)
  if (user === undefined) throw broken(file!, `context ${name} names user "${userName}", which is not there`)
  return { context: name, namespace: namespace || 'default', cluster, user }
}

export function broken(path: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_KUBECONFIG',
    message: `cannot use kubeconfig ${path}`,
    why,
    hint: 'mend the file, or name another with --kubeconfig or KUBECONFIG',
    exit: 'data',
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
