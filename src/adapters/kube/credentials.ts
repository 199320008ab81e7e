/** Who a request is from: headers and a client certificate, made from what the kubeconfig says of the user. */
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { ExecPlugin, ExecResult } from './exec-plugin.ts'
import { broken, type Placed, type UserEntry } from './kubeconfig.ts'

export interface Credential {
  authorization?: string
  /** PEM. */
  certificate?: string
  key?: string
}

export interface Credentials {
  /** What holds now; runs a plugin or reads a file where it must. */
  current(signal?: AbortSignal): Promise<Credential>
  /** After a 401: forgets what it had. True where asking again may give something else. */
  renew(): boolean
}

/** Credentials of a kubeconfig's user. Where several are given, kubectl's order holds: token, password, plugin. */
export function credentialsOf(user: Placed<UserEntry>, plugin: ExecPlugin | undefined): Credentials {
  const { entry } = user
  if (entry['auth-provider'] !== undefined && plugin === undefined && !hasHeader(entry)) return providerToken(user)
  if (entry.token && entry.username) throw broken(`user "${user.name}"`, 'it has both a token and a password')
  let lastToken: string | undefined = entry.token || undefined
  let certificate: Promise<ExecResult> | undefined
  return {
    current: async (signal) => {
      certificate ??= certificateOf(user)
      const { certificate: own, key } = await certificate
      const base: Credential = own === undefined ? {} : { certificate: own, key: key! }
      if (entry.tokenFile) {
        // Mounted tokens are rotated. One that cannot be read just now does not undo the one before it.
        lastToken = (await readToken(pathOf(user, entry.tokenFile), lastToken)) || lastToken
      }
      if (lastToken) return { ...base, authorization: `Bearer ${lastToken}` }
      if (entry.username)
        return { ...base, authorization: `Basic ${base64(`${entry.username}:${entry.password ?? ''}`)}` }
      if (plugin === undefined) return base
      const given = await plugin.credential(signal)
      const header = given.token === undefined ? {} : { authorization: `Bearer ${given.token}` }
      const pair = given.certificate === undefined ? {} : { certificate: given.certificate, key: given.key! }
      return { ...base, ...pair, ...header }
    },
    renew: () => {
      certificate = undefined
      plugin?.forget()
      return plugin !== undefined || Boolean(entry.tokenFile) || Boolean(entry['client-certificate'])
    },
  }
}

function hasHeader(entry: UserEntry): boolean {
  return Boolean(entry.token || entry.tokenFile || entry.username)
}

async function certificateOf(user: Placed<UserEntry>): Promise<{ certificate?: string; key?: string }> {
  const [certificate, key] = await Promise.all([
    dataOrFile(user, 'client-certificate-data', 'client-certificate'),
    dataOrFile(user, 'client-key-data', 'client-key'),
  ])
  if (certificate === undefined && key === undefined) return {}
  if (certificate === undefined || key === undefined) {
    throw broken(`user "${user.name}"`, 'a client certificate and its key are of use only together')
  }
  return { certificate, key }
}

type DataField = 'client-certificate-data' | 'client-key-data'
type FileField = 'client-certificate' | 'client-key'

async function dataOrFile(user: Placed<UserEntry>, data: DataField, file: FileField): Promise<string | undefined> {
  const { [data]: encoded, [file]: path } = user.entry
  if (encoded) return Buffer.from(encoded, 'base64').toString('utf8')
  if (!path) return undefined
  try {
    return await readFile(pathOf(user, path), 'utf8')
  } catch (error) {
    throw broken(`user "${user.name}"`, `${file}: ${(error as Error).message}`)
  }
}

async function readToken(path: string, last: string | undefined): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (last !== undefined) return last
    throw new SparkopsError({
      code: 'SO_KUBE_LOGIN',
      message: 'cannot read the token that the kubeconfig names',
      why: (error as Error).message,
      hint: 'log in again, or mend tokenFile in the kubeconfig',
      exit: 'auth',
    })
  }
}

/**
 * The old auth providers. Of oidc the id-token serves while it is valid. We do not renew it: that takes the refresh
 * token, which many issuers change at each use, and kubectl, which keeps it, would be logged out.
 */
function providerToken(user: Placed<UserEntry>): Credentials {
  const { name = '', config = {} } = user.entry['auth-provider'] ?? {}
  const token = name === 'oidc' ? config['id-token'] : undefined
  return {
    current: () => {
      const expires = token === undefined ? undefined : expiryOf(token)
      if (token !== undefined && (expires === undefined || expires > Date.now())) {
        return Promise.resolve({ authorization: `Bearer ${token}` })
      }
      const known = name === 'oidc'
      throw new SparkopsError({
        code: 'SO_KUBE_LOGIN',
        message: `the login of user "${user.name}" cannot be used`,
        why: known
          ? 'the id-token in the kubeconfig is missing or has expired'
          : `auth-provider ${name} is one that Kubernetes has removed (1.26)`,
        hint: known
          ? 'any kubectl command renews it: run kubectl version, then this again'
          : 'let the kubeconfig use an exec plugin: see your cloud for its name',
        exit: 'auth',
      })
    },
    renew: () => false,
  }
}

/** When a JSON Web Token expires, in milliseconds since the epoch; undefined where it does not say. */
function expiryOf(token: string): number | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown }
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined
  } catch {
    return undefined
  }
}

/** Relative paths of a kubeconfig start from the directory of the file that has them. */
export function pathOf({ directory }: { directory: string }, path: string): string {
  return isAbsolute(path) ? path : join(directory, path)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
