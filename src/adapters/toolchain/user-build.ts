/**
 * Runs the user's command on a tree, in a scratch directory that is no repository: neither the checkout nor the index can
 * be changed from there. The environment is the user's own without what is git's.
 */
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { ObjectReader } from '../../ports/git.ts'
import type { UserBuild } from '../../ports/user-build.ts'
import { ScratchTree } from './scratch-tree.ts'

/** What of the output is told. */
const TOLD = 2000

export interface UserBuildOptions {
  git: ObjectReader
  /** A directory of our own, for scratch files. */
  cache: string
  command: string
  when: UserBuild['when']
  signal: AbortSignal
}

/** Nothing is written until the first run. */
export function openUserBuild({ git, cache, command, when, signal }: UserBuildOptions): UserBuild {
  const place = join(cache, `build-${process.pid}`)
  const scratch = new ScratchTree(git, join(place, 'tree'))
  return {
    command,
    when,
    run: async (tree) => {
      await mkdir(scratch.directory, { recursive: true, mode: 0o700 })
      await scratch.layOut(tree)
      const began = performance.now()
      const result = await execa('sh', ['-c', command], {
        cwd: scratch.directory,
        env: environment(dirname(scratch.directory)),
        extendEnv: false,
        cancelSignal: signal,
        forceKillAfterDelay: 2000,
        reject: false,
        all: true,
        stdin: 'ignore',
        maxBuffer: 64 << 20,
      })
      signal.throwIfAborted()
      await scratch.changes()
      const said = typeof result.all === 'string' ? result.all.trim().slice(-TOLD) : ''
      const how = result.exitCode === undefined ? (result.shortMessage ?? 'it failed') : `exit code ${result.exitCode}`
      const milliseconds = Math.round(performance.now() - began)
      return { ok: !result.failed, said: result.failed ? [how, said].filter(Boolean).join(': ') : said, milliseconds }
    },
    close: async () => await rm(place, { recursive: true, force: true }),
  }
}

function environment(above: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !name.startsWith('GIT_'))
  return { ...(Object.fromEntries(kept) as Record<string, string>), GIT_CEILING_DIRECTORIES: above }
}
