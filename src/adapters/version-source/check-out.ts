/**
 * Writes what a commit has into a directory by git's plumbing: an index of its own, so that the repository's is not
 * touched, and no symbolic links, so that a chart cannot reach out of its directory.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { SparkopsError } from '../../domain/errors.ts'

interface GitSource {
  repository: string
  ref: string
  directory: string | undefined
}

/** Gives the commit, and the directory in it that was written to `target`. */
export async function checkOutCommit(
  source: GitSource,
  target: string,
): Promise<{ commit: string; directory: string }> {
  const { repository, ref } = source
  const commit = (
    await git(source, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).catch(
      (error: unknown) => {
        if (error instanceof SparkopsError && error.code === 'SO_GIT_MISSING') throw error
        throw unknownRef(repository, ref)
      },
    )
  ).trim()
  const directory = source.directory ?? (await findChart(source, commit))
  const tree = directory === '' ? commit : `${commit}:${directory}`
  const scratch = await mkdtemp(join(tmpdir(), 'sparkops-index-'))
  try {
    const index = { GIT_INDEX_FILE: join(scratch, 'index') }
    await git(source, ['read-tree', '--end-of-options', tree], index)
    await git(source, ['-c', 'core.symlinks=false', 'checkout-index', '--all', `--prefix=${target}/`], index)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return { commit, directory }
}

/** The directory of the only chart in a commit; of several, the one of the operator. */
async function findChart(source: GitSource, commit: string): Promise<string> {
  const listed = await git(source, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', '--end-of-options', commit])
  const charts = listed
    .split('\0')
    .filter((path) => /(^|\/)Chart\.yaml$/.test(path))
    .map((path) => dirname(path).replace(/^\.$/, ''))
    // A chart below another one's charts/ is a part of it.
    .filter((path) => !/(^|\/)charts\/[^/]+\/charts\//.test(`${path}/`))
  const named = charts.filter((path) => /spark-operator/.test(path))
  const [only] = charts.length === 1 ? charts : named
  if (only !== undefined && (charts.length === 1 || named.length === 1)) return only
  throw new SparkopsError({
    code: 'SO_SOURCE_CHART',
    message: `no chart can be chosen in ${source.repository} at ${source.ref}`,
    why: charts.length === 0 ? 'it has none' : `it has several: ${charts.slice(0, 8).join(', ')}`,
    hint: `name its directory: git:${source.repository}@${source.ref}:DIRECTORY`,
    exit: 'usage',
  })
}

async function git(
  { repository }: GitSource,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const result = await execa('git', [`--git-dir=${await gitDirectory(repository)}`, ...args], {
    env: { ...environment, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    reject: false,
    stdin: 'ignore',
    maxBuffer: 256 << 20,
    stripFinalNewline: false,
  })
  if (result.code === 'ENOENT') throw noGit()
  if (result.exitCode === 0) return result.stdout
  throw new SparkopsError({
    code: 'SO_SOURCE_GIT',
    message: `cannot read ${repository}`,
    why: result.stderr.split('\n')[0]?.replace(/^fatal: /, '') ?? '',
    hint: 'name a git repository on this machine; clone it first',
    exit: 'data',
  })
}

/** A bare repository is its own git directory; a working tree has one. */
async function gitDirectory(repository: string): Promise<string> {
  const args = ['-C', repository, 'rev-parse', '--absolute-git-dir']
  const result = await execa('git', args, { reject: false, stdin: 'ignore', env: { LC_ALL: 'C' } })
  if (result.code === 'ENOENT') throw noGit()
  if (result.exitCode === 0) return result.stdout
  throw new SparkopsError({
    code: 'SO_SOURCE_GIT',
    message: `${repository} is no git repository`,
    why: result.stderr.split('\n')[0]?.replace(/^fatal: /, '') ?? '',
    hint: 'name a git repository on this machine; clone it first',
    exit: 'usage',
  })
}

function unknownRef(repository: string, ref: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_REF',
    message: `${repository} has no commit ${ref}`,
    why: 'neither a branch, a tag nor a commit is called so',
    hint: 'git fetch --tags in that repository, or name another ref',
    exit: 'usage',
  })
}

function noGit(): SparkopsError {
  return new SparkopsError({
    code: 'SO_GIT_MISSING',
    message: 'git cannot be run',
    why: 'there is no git on the PATH',
    hint: 'install git, or give the chart as a directory',
  })
}
