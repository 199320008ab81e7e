/**
 * Signs by `git commit-tree -S`, so that whatever the user's git can sign with works here: OpenPGP, X.509, SSH, agents,
 * smart cards. What is run comes from the user's own and the system's configuration alone: a repository may say which
 * key and which format, and never which program.
 */
import { SparkopsError } from '../../domain/errors.ts'
import type { CommitSigner } from '../../ports/commit-signer.ts'
import type { RepositoryFacts } from '../../ports/git.ts'
import { baseEnvironment, HARMLESS_CONFIG, makeObjectWorkplace } from './environment.ts'
import { askGit, type GitPlace, runGit } from './run-git.ts'

export interface OpenSignerOptions {
  facts: RepositoryFacts
  /** Whether the user is there to be asked for a passphrase. */
  mayAsk: boolean
  signal?: AbortSignal | undefined
}

/** Opens it and signs once for trial: without a key nothing is begun. */
export async function openCommitSigner(options: OpenSignerOptions): Promise<CommitSigner & { close(): Promise<void> }> {
  const { facts, mayAsk, signal } = options
  const workplace = await makeObjectWorkplace({ ...facts, keepObjects: false })
  const asking = mayAsk ? baseEnvironment() : withoutAsking(baseEnvironment())
  const { GIT_CONFIG_NOSYSTEM: _system, GIT_CONFIG_GLOBAL: _global, ...own } = workplace.environment
  const place: GitPlace = { directory: workplace.directory, environment: { ...own, ...asking, ...gitOf(own) }, signal }
  const key = await keySettings({ directory: facts.commonDirectory, environment: baseEnvironment(), signal })
  const close = async (): Promise<void> => await workplace.remove()

  const write = async (commit: ReadCommit, words: readonly string[]) => {
    const encoding = commit.encoding === undefined ? [] : ['-c', `i18n.commitEncoding=${commit.encoding}`]
    const parents = commit.parents.flatMap((parent) => ['-p', parent])
    const args = [...HARMLESS_CONFIG, ...key, ...encoding, 'commit-tree', ...words, ...parents, '-F', '-', commit.tree]
    return await askGit({ ...place, environment: { ...place.environment, ...commit.who } }, args, commit.message)
  }
  const read = async (oid: string): Promise<Buffer> => await runGit(place, ['cat-file', 'commit', oid])

  const sign = async (raw: Uint8Array): Promise<Uint8Array | undefined> => {
    const commit = readCommit(raw)
    if (commit === undefined) return undefined
    const plain = await write(commit, ['--no-gpg-sign'])
    if (plain.code !== 0 || !(await read(plain.stdout.toString('latin1').trim())).equals(raw)) return undefined
    const { code, stdout, stderr } = await write(commit, ['-S'])
    if (code !== 0) throw cannotSign(stderr)
    return await read(stdout.toString('latin1').trim())
  }

  try {
    const empty = (await runGit(place, ['hash-object', '-t', 'tree', '-w', '--stdin'], Buffer.alloc(0))).toString()
    const who = 'sparkops <sparkops@localhost> 1 +0000'
    await sign(Buffer.from(`tree ${empty.trim()}\nauthor ${who}\ncommitter ${who}\n\ntrial\n`))
  } catch (error) {
    await close()
    throw error
  }
  return { sign, close }
}

/** Which key and format; from the repository too, since neither is run. */
async function keySettings(place: GitPlace): Promise<string[]> {
  const settings: string[] = []
  for (const name of ['user.signingKey', 'gpg.format']) {
    const { code, stdout } = await askGit(place, ['config', '--get', name])
    if (code === 0) settings.push('-c', `${name}=${stdout.toString('utf8').replace(/\n$/, '')}`)
  }
  return settings
}

/** No terminal, no window: what needs a passphrase then fails and says so. */
function withoutAsking(environment: Record<string, string>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !['DISPLAY', 'WAYLAND_DISPLAY', 'GPG_TTY'].includes(name))
  return { ...Object.fromEntries(kept), SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' }
}

function gitOf(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('GIT_')))
}

interface ReadCommit {
  tree: string
  parents: string[]
  encoding: string | undefined
  message: Buffer
  /** GIT_AUTHOR_… and GIT_COMMITTER_…. */
  who: Record<string, string>
}

/** Only what `commit-tree` can be told; undefined for a commit with more in its header. */
function readCommit(raw: Uint8Array): ReadCommit | undefined {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const end = bytes.indexOf('\n\n')
  const header = bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
  const match = /^tree (\w+)\n((?:parent \w+\n)*)author (.*)\ncommitter (.*)(?:\nencoding (.+))?$/.exec(header)
  if (end === -1 || match === null) return undefined
  const [, tree = '', parents = '', author = '', committer = '', encoding] = match
  const [one, other] = [whoOf('AUTHOR', author), whoOf('COMMITTER', committer)]
  if (one === undefined || other === undefined) return undefined
  return {
    tree,
    parents: [...parents.matchAll(/parent (\w+)/g)].map(([, oid]) => oid!),
    encoding,
    message: bytes.subarray(end + 2),
    who: { ...one, ...other },
  }
}

function whoOf(role: 'AUTHOR' | 'COMMITTER', line: string): Record<string, string> | undefined {
  const match = /^(.*) <([^<>]*)> (\d+ [+-]\d{4})$/.exec(line)
  if (match === null || match[1]!.includes('\0')) return undefined
  const [, name = '', email = '', date = ''] = match
  return { [`GIT_${role}_NAME`]: name, [`GIT_${role}_EMAIL`]: email, [`GIT_${role}_DATE`]: `@${date}` }
}

function cannotSign(said: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_CANNOT_SIGN',
    message: 'git cannot sign commits here',
    why:
      said
        .trim()
        .replace(/^(?:error|fatal): /, '')
        .replace(/\s*\n\s*/g, '; ') || 'it did not say why',
    hint: 'see that git commit -S works with your gpg.format and user.signingKey, or leave --sign out',
  })
}
