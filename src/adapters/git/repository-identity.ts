/**
 * What repository a URL really is, so that two spellings of one are seen to be one: schemes, users, ports, `.git`,
 * slashes, case, percent signs, names of ssh's own configuration, links on the disk. An answer that is too broad refuses
 * a push; one that is too narrow sends company commits to strangers. So case never counts.
 */
import { realpath } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

// `host:path` is ssh unless a slash comes before the colon (git-fetch(1), GIT URLS).
const SCP_LIKE = /^(?:[^@/:]+@)?(\[[^\]]+\]|[^/:@]+):(?!\/\/)(.*)$/
// GitHub and GitLab serve ssh on port 443 under other names of their own.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
}

/** `host/path` in lower case, or the real path of a directory. */
export async function repositoryIdentity(url: string, base: string): Promise<string> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'file') return await localIdentity(fileURLToPath(url))
  if (scheme !== undefined) {
    const parsed = new URL(url)
    const isSsh = scheme.includes('ssh')
    const host = isSsh ? await sshHost(parsed.hostname) : parsed.hostname
    return remoteIdentity(host, parsed.pathname)
  }
  const scp = SCP_LIKE.exec(url)
  if (scp === null) return await localIdentity(isAbsolute(url) ? url : resolve(base, url))
  return remoteIdentity(await sshHost(scp[1]!.replace(/^\[|\]$/g, '')), scp[2]!)
}

/** A URL that means the same from any directory. */
export function absoluteUrl(url: string, base: string): string {
  const isLocal = !/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !SCP_LIKE.test(url)
  return isLocal ? resolve(base, url) : url
}

function remoteIdentity(host: string, path: string): string {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^www\./, '')
  return `${OTHER_NAMES[name] ?? name}/${trimPath(decode(path))}`
}

async function localIdentity(path: string): Promise<string> {
  const real = await realpath(path).catch(async () => await realpath(`${path}.git`).catch(() => path))
  return `file:/${trimPath(real).replace(/\/\.git$/, '')}`
}

function trimPath(path: string): string {
  return path
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(/(?:^|\/)\.(?=\/|$)/g, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/(?<!(?:^|\/))\.git$/, '')
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The host behind an alias of ~/.ssh/config, as ssh itself resolves it. */
async function sshHost(host: string): Promise<string> {
  if (!/^\w[\w.-]*$/.test(host)) return host
  const { stdout } = await execa('ssh', ['-G', '--', host], { reject: false, stdin: 'ignore', timeout: 10_000 })
  return /^hostname (.+)$/m.exec(stdout)?.[1]?.trim() ?? host
}
