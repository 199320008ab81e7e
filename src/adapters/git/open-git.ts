/** Opens the repository of a directory as the port `Git`. */
import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { Committer, Git, RepositoryFacts } from '../../ports/git.ts'
import { baseEnvironment, HARMLESS_CONFIG, makeObjectWorkplace, withoutOutsideConfig } from './environment.ts'
import { openObjects } from './objects.ts'
import { openRefs } from './refs.ts'
import { openRemotes } from './remotes.ts'
import { askGit, type GitPlace } from './run-git.ts'

/** `git merge-tree --write-tree` came with 2.38. */
const FLOOR = [2, 38] as const

export interface OpenGitOptions {
  /** Anywhere inside the repository. */
  directory: string
  /** Whether objects that are written stay; a command that only plans writes them aside. */
  keepObjects: boolean
  signal?: AbortSignal | undefined
}

/** Opens it; `close` removes what was made for the process. */
export async function openGit({ directory, keepObjects, signal }: OpenGitOptions): Promise<Git> {
  const environment = baseEnvironment()
  const here: GitPlace = { directory: resolve(directory), environment, signal }
  const gitVersion = await requireVersion(here)
  const { facts, gitDirectory } = await findRepository(here, gitVersion)
  const safe = await safeDirectories(here)
  const workplace = await makeObjectWorkplace({ ...facts, keepObjects })
  const objectsPlace: GitPlace = { ...workplace, signal }
  const refsPlace: GitPlace = {
    directory: facts.commonDirectory,
    environment: { ...withoutOutsideConfig(environment), ...safe, GIT_DIR: gitDirectory },
    signal,
  }
  const objects = openObjects(objectsPlace, facts)
  return {
    ...objects,
    ...openRefs(refsPlace),
    ...openRemotes({
      configured: here,
      objects: objectsPlace,
      top: facts.worktree ?? facts.commonDirectory,
    }),
    committer: async () => await committerOf(here),
    close: async () => {
      await objects.close()
      await workplace.remove()
    },
  }
}

async function requireVersion(place: GitPlace): Promise<string> {
  const somewhere = { ...place, directory: '/' }
  const said = (await askGit(somewhere, ['--version'])).stdout.toString('utf8')
  const version = /\d+\.\d+(\.\d+)?/.exec(said)?.[0] ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])) return version
  throw new SparkopsError({
    code: 'SO_GIT_TOO_OLD',
    message: `git ${version || '(unknown version)'} is too old`,
    why: 'merges are computed by git merge-tree --write-tree, which came with 2.38',
    hint: 'install git 2.38 or newer',
  })
}

async function findRepository(
  place: GitPlace,
  gitVersion: string,
): Promise<{ facts: RepositoryFacts; gitDirectory: string }> {
  const ask = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await askGit(place, [...HARMLESS_CONFIG, 'rev-parse', ...words])
    if (code !== 0) throw noRepository(place.directory, stderr)
    return stdout.toString('utf8').replace(/\n$/, '')
  }
  if (!(await isDirectory(place.directory))) throw noRepository(place.directory, 'there is no such directory')
  // Paths may hold line breaks: each is asked for on its own.
  const gitDirectory = await ask('--absolute-git-dir')
  const common = await ask('--git-common-dir')
  const [objectFormat, bare] = (await ask('--show-object-format', '--is-bare-repository')).split('\n')
  const commonDirectory = await realpath(resolve(place.directory, common))
  const top = bare === 'true' ? undefined : await askGit(place, [...HARMLESS_CONFIG, 'rev-parse', '--show-toplevel'])
  const shallow = await askGit(place, [...HARMLESS_CONFIG, 'rev-parse', '--is-shallow-repository'])
  const partial = await askGit(place, [
    'config',
    '--local',
    '--get-regexp',
    '^(extensions\\.partialclone|remote\\..*\\.promisor)$',
  ])
  return {
    gitDirectory,
    facts: {
      commonDirectory,
      worktree: top?.code === 0 ? top.stdout.toString('utf8').replace(/\n$/, '') : undefined,
      objectFormat: objectFormat === 'sha256' ? 'sha256' : 'sha1',
      isShallow: shallow.stdout.toString('utf8').trim() === 'true',
      isPartial: partial.code === 0,
      gitVersion,
    },
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** Directories that the user trusts, handed on as settings of the command line: those count as much as his own file. */
async function safeDirectories(place: GitPlace): Promise<Record<string, string>> {
  const { stdout } = await askGit({ ...place, directory: '/' }, ['config', '--get-all', 'safe.directory'])
  const trusted = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  const pairs = trusted.flatMap((path, index) => [
    [`GIT_CONFIG_KEY_${index}`, 'safe.directory'],
    [`GIT_CONFIG_VALUE_${index}`, path],
  ])
  return { GIT_CONFIG_COUNT: String(trusted.length), ...(Object.fromEntries(pairs) as Record<string, string>) }
}

async function committerOf(place: GitPlace): Promise<Committer> {
  const get = async (key: string): Promise<string> =>
    (await askGit(place, ['config', '--get', key])).stdout.toString('utf8').replace(/\n$/, '')
  const name = process.env.GIT_COMMITTER_NAME || (await get('committer.name')) || (await get('user.name'))
  const email = process.env.GIT_COMMITTER_EMAIL || (await get('committer.email')) || (await get('user.email'))
  // eslint-disable-next-line no-control-regex
  const clean = (text: string): string => text.replace(/[\0-\x1f\x7f<>]/g, '').trim()
  const when = /^@?(\d+ [+-]\d{4})$/.exec(process.env.GIT_COMMITTER_DATE ?? '')?.[1]
  if (clean(name) !== '' && clean(email) !== '') return { name: clean(name), email: clean(email), when }
  throw new SparkopsError({
    code: 'SO_NO_COMMITTER',
    message: 'git does not know who you are',
    why: 'carried commits keep their author, and name you as the one who carried them',
    hint: 'git config --global user.name "…" and git config --global user.email "…"',
  })
}

function noRepository(directory: string, said: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_REPOSITORY',
    message: `${directory} is not inside a git repository`,
    why: said.trim().replace(/^fatal: /, ''),
    hint: 'run it in the fork, or name it with -C DIR',
    exit: 'usage',
  })
}
