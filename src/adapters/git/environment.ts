/**
 * The two environments in which git runs.
 *
 * Object work runs in a git directory of our own, made for the process, that borrows the repository's objects and
 * nothing else: so no configuration, attribute, filter, driver, hook, graft or replace ref of the repository has a say.
 * Refs and remotes need the repository itself; there hooks and helpers are switched off one by one.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the environment of our own process hands on: neither GIT_* (we may run inside a hook) nor a language. */
export function baseEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !/^(GIT_|LC_|LANG|SSH_ASKPASS)/.test(name),
  )
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    GIT_EDITOR: ':',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ADVICE: '0',
  }
}

/** For everything but reading the user's own settings. */
export function withoutOutsideConfig(environment: Record<string, string>): Record<string, string> {
  return { ...environment, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
}

/** Switches off whatever the repository's configuration could make git run. */
export const HARMLESS_CONFIG: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.fsync=committed,loose-object,reference',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.allow=never',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
  'commit.gpgSign=false',
  'tag.gpgSign=false',
  'rerere.enabled=false',
  'log.showSignature=false',
].flatMap((setting) => ['-c', setting])

const OWN_CONFIG = (objectFormat: 'sha1' | 'sha256'): string => `[core]
\trepositoryformatversion = ${objectFormat === 'sha256' ? 1 : 0}
\tbare = true
\tfsync = committed,loose-object
\tquotePath = false
${objectFormat === 'sha256' ? '[extensions]\n\tobjectformat = sha256\n' : ''}[merge]
\trenameLimit = 999999
\tdirectoryRenames = conflict
\tconflictStyle = merge
[diff]
\trenameLimit = 999999
\tnoprefix = false
\talgorithm = histogram
[gc]
\tauto = 0
`

export interface ObjectWorkplace {
  directory: string
  environment: Record<string, string>
  remove(): Promise<void>
}

/**
 * Makes our own git directory. With `keepObjects` what is written goes to the repository, else it goes with the
 * directory when that is removed: a command that only plans leaves no trace, and works in a repository it may not
 * write to.
 */
export async function makeObjectWorkplace(options: {
  commonDirectory: string
  objectFormat: 'sha1' | 'sha256'
  keepObjects: boolean
}): Promise<ObjectWorkplace> {
  const { commonDirectory, objectFormat, keepObjects } = options
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'sparkops-git-'))
  await mkdir(join(directory, 'refs'))
  await mkdir(join(directory, 'objects'))
  await writeFile(join(directory, 'HEAD'), 'ref: refs/heads/none\n')
  await writeFile(join(directory, 'config'), OWN_CONFIG(objectFormat))
  const objects = join(commonDirectory, 'objects')
  const shallow = join(commonDirectory, 'shallow')
  return {
    directory,
    environment: {
      ...withoutOutsideConfig(baseEnvironment()),
      GIT_DIR: directory,
      GIT_OBJECT_DIRECTORY: keepObjects ? objects : join(directory, 'objects'),
      ...(keepObjects ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoteForList(objects) }),
      ...(existsSync(shallow) ? { GIT_SHALLOW_FILE: shallow } : {}),
    },
    remove: async () => await rm(directory, { recursive: true, force: true }),
  }
}

/** A path in a list of object directories, be it of a variable or of a file `alternates`, as git reads it. */
export function quoteForList(path: string): string {
  return /^"|[:\n]/.test(path) ? `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"` : path
}
