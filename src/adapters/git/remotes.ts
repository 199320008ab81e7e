/**
 * Remotes as a push would meet them. What the user's own settings say (credentials, proxies, certificates) counts; what
 * the repository's configuration says counts only where it names URLs, and those are what is checked and then used.
 */
import { SparkopsError } from '../../domain/errors.ts'
import type { Oid, Remote, RemoteStore } from '../../ports/git.ts'
import { splitNul } from './read-output.ts'
import { checkId, linesOf } from './objects.ts'
import { checkName } from './refs.ts'
import { absoluteUrl, repositoryIdentity } from './repository-identity.ts'
import { askGit, type GitPlace } from './run-git.ts'

/** Settings of the user that a connection may need. */
const CONNECTION_SETTINGS = /^(credential|http|https|ssh)\.|^core\.(sshcommand|askpass)$/
const PROTOCOLS = 'file:git+ssh:http:https:ssh'

export interface RemotePlaces {
  /** The repository, with the user's and the system's configuration. */
  configured: GitPlace
  /** Our own git directory over the same objects. */
  objects: GitPlace
  /** What relative paths in URLs start from: the top of the worktree, as for git itself. */
  top: string
}

/** The remote half of the port. */
export function openRemotes({ configured, objects, top }: RemotePlaces): RemoteStore {
  const settings = async (scope: readonly string[]): Promise<[string, string][]> => {
    const { code, stdout } = await askGit(configured, ['config', ...scope, '--list', '-z', '--includes'])
    return code === 0 ? splitNul(stdout).map(keyAndValue) : []
  }
  const connection = async (): Promise<Record<string, string>> => {
    const own = [...(await settings(['--system'])), ...(await settings(['--global']))]
    const wanted = own.filter(([key]) => CONNECTION_SETTINGS.test(key.toLowerCase()))
    const pairs = wanted.flatMap(([key, value], index): [string, string][] => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ])
    return { GIT_CONFIG_COUNT: String(wanted.length), ...Object.fromEntries(pairs), GIT_ALLOW_PROTOCOL: PROTOCOLS }
  }
  const talk = async (words: readonly string[]): Promise<Buffer> => {
    const environment = { ...objects.environment, ...(await connection()) }
    const { code, stdout, stderr } = await askGit({ ...objects, environment }, [
      '-c',
      'core.hooksPath=/dev/null',
      ...words,
    ])
    // With --porcelain, push tells of refused refs on standard output.
    if (code !== 0) throw unreachable(words, `${stderr}\n${stdout.toString('utf8')}`)
    return stdout
  }
  const rewriter = async () => urlRewriter(await settings([]))

  const remotes = async (): Promise<Remote[]> => {
    const all = await settings([])
    const rewrite = urlRewriter(all)
    const names = new Set(all.flatMap(([key]) => /^remote\.(.+)\.(?:push)?url$/i.exec(key)?.[1] ?? []))
    return [...names].map((name): Remote => {
      const values = (what: string) =>
        all.flatMap(([key, value]) => (key.toLowerCase() === `remote.${name}.${what}`.toLowerCase() ? [value] : []))
      const urls = values('url')
      const explicit = values('pushurl')
      return {
        name,
        fetchUrls: urls.map(rewrite.fetch),
        // pushInsteadOf has no say where a pushurl is given (git-config(1)).
        pushUrls: explicit.length > 0 ? explicit.map(rewrite.fetch) : urls.map(rewrite.push),
      }
    })
  }

  return {
    remotes,

    async pushUrlOf(remoteOrUrl) {
      const known = (await remotes()).find(({ name }) => name === remoteOrUrl)
      if (known === undefined) return absoluteUrl((await rewriter()).push(remoteOrUrl), top)
      if (known.pushUrls.length === 1) return absoluteUrl(known.pushUrls[0]!, top)
      throw new SparkopsError({
        code: 'SO_PUSH_MANY',
        message: `remote ${remoteOrUrl} pushes to ${known.pushUrls.length} places`,
        why: 'each place must be checked on its own',
        hint: `give one URL: ${known.pushUrls.map(withoutCredentials).join(', ')}`,
        exit: 'usage',
      })
    },

    identify: async (url) => await repositoryIdentity(url, top),

    async remoteRefs(url, patterns = []) {
      const out = await talk(['ls-remote', '--refs', '--', checkUrl(url), ...patterns])
      return new Map(
        linesOf(out).map((line): [string, Oid] => {
          const [oid, ref] = line.split('\t')
          return [ref!, oid!]
        }),
      )
    },

    async push({ url, updates }) {
      const leases = updates.flatMap(({ ref, before }) =>
        before === undefined ? [] : [`--force-with-lease=${checkName(ref)}:${before === null ? '' : checkId(before)}`],
      )
      const specs = updates.map(({ ref, after }) => `${checkId(after)}:${checkName(ref)}`)
      await talk(['push', '--porcelain', '--no-verify', '--atomic', ...leases, '--', checkUrl(url), ...specs])
    },
  }
}

function keyAndValue(piece: Buffer): [string, string] {
  const text = piece.toString('utf8')
  const at = text.indexOf('\n')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** `url.<base>.insteadOf`: the longest matching beginning is replaced, as git does (alias_url in remote.c). */
function urlRewriter(all: readonly [string, string][]): Record<'fetch' | 'push', (url: string) => string> {
  const rules = (kind: string) =>
    all.flatMap(([key, value]) => {
      const base = new RegExp(`^url\\.(.*)\\.${kind}$`, 'is').exec(key)?.[1]
      return base === undefined ? [] : [{ base, prefix: value }]
    })
  const apply = (found: { base: string; prefix: string }[], url: string): string | undefined => {
    const best = found
      .filter(({ prefix }) => url.startsWith(prefix))
      .reduce<{ base: string; prefix: string } | undefined>(
        (most, one) => (most && most.prefix.length >= one.prefix.length ? most : one),
        undefined,
      )
    return best && best.base + url.slice(best.prefix.length)
  }
  const both = rules('insteadof')
  const pushOnly = rules('pushinsteadof')
  const fetch = (url: string): string => apply(both, url) ?? url
  return { fetch, push: (url) => apply(pushOnly, url) ?? fetch(url) }
}

function checkUrl(url: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/^-|[\x00-\x1f\x7f]/.test(url) && !/^[\w+]+::/.test(url)) return url
  throw new SparkopsError({
    code: 'SO_BAD_URL',
    message: `${JSON.stringify(withoutCredentials(url))} is not a URL to talk to`,
    why: 'it could be taken for an option, or names a program that would be run',
    exit: 'usage',
  })
}

/** A URL with its password and user left out. */
export function withoutCredentials(url: string): string {
  return url.replace(/^(\w[\w+.-]*:\/\/)[^/@]*@/, '$1')
}

function unreachable(words: readonly string[], said: string): SparkopsError {
  const what = words.find((word) => !word.startsWith('-')) ?? 'git'
  const text = said.trim().split('\n').map(withoutCredentials).join('; ')
  const isAuth = /authentication failed|permission denied|could not read (username|password)|access denied/i.test(said)
  const isRefused = /rejected|stale info|declined|\[remote rejected\]|hook/i.test(said)
  return new SparkopsError({
    code: isRefused ? 'SO_PUSH_REJECTED' : 'SO_REMOTE',
    message: `${what} did not succeed`,
    why: text,
    hint: isRefused
      ? 'see what stands there now, then plan again'
      : 'see that the remote can be reached with git ls-remote',
    exit: isAuth ? 'auth' : isRefused ? 'stale' : 'unreachable',
  })
}
