/**
 * Where ports meet adapters, for what moves forks: each factory imports its adapter only when it is called, so that
 * a command pays for what it uses and no more.
 */
import type { ChartRenderer } from '../ports/chart-renderer.ts'
import type { CommitSigner } from '../ports/commit-signer.ts'
import type { ForkStateStore, Workbench } from '../ports/fork-state.ts'
import type { Git, RepositoryFacts } from '../ports/git.ts'
import type { Toolchain } from '../ports/toolchain.ts'
import type { UserBuild } from '../ports/user-build.ts'
import { onShutdown } from './shutdown.ts'

/** The repository of a directory. Without `keepObjects` nothing that is written outlives the command. */
export async function openGit(options: {
  directory: string
  keepObjects: boolean
  signal?: AbortSignal | undefined
}): Promise<Git> {
  const { openGit: open } = await import('../adapters/git/open-git.ts')
  return await open(options)
}

/** The user's own git, for signing; tried once before anything is begun. */
export async function openCommitSigner(
  facts: RepositoryFacts,
  options: { mayAsk: boolean; signal: AbortSignal },
): Promise<CommitSigner & { close(): Promise<void> }> {
  const { openCommitSigner: open } = await import('../adapters/git/commit-signer.ts')
  return await open({ facts, ...options })
}

/** Ledgers and the lock of a repository's moves. */
export async function openForkState({ commonDirectory }: RepositoryFacts): Promise<ForkStateStore> {
  const { openForkState: open } = await import('../adapters/fork-state/state-files.ts')
  return open(commonDirectory)
}

/** Where conflicts of a repository's moves are edited. */
export async function openWorkbench(facts: RepositoryFacts): Promise<Workbench> {
  const { openWorkbench: open } = await import('../adapters/git/workbench.ts')
  return open(facts)
}

/** Go, and generators written in it, on trees of a repository; in a scratch directory below the user's cache. */
export async function openToolchain(git: Git, signal: AbortSignal): Promise<Toolchain> {
  const { openToolchain: open } = await import('../adapters/toolchain/open-toolchain.ts')
  return open({ git, signal, cache: await cacheDirectory() })
}

/** The command that the user gave to `--exec`. */
export async function openUserBuild(
  git: Git,
  asked: { command: string; when: UserBuild['when'] },
  signal: AbortSignal,
): Promise<UserBuild> {
  const { openUserBuild: open } = await import('../adapters/toolchain/user-build.ts')
  return open({ git, signal, ...asked, cache: await cacheDirectory() })
}

async function cacheDirectory(): Promise<string> {
  const [{ homedir }, path] = await Promise.all([import('node:os'), import('node:path')])
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'sparkops')
}

/** Renders charts that lie in a repository, with the user's helm. */
export async function openChartRenderer(git: Git, signal: AbortSignal): Promise<ChartRenderer> {
  const [{ openHelm }, { openChartRenderer: open }] = await Promise.all([
    import('../adapters/helm/open-helm.ts'),
    import('../adapters/helm/chart-renderer.ts'),
  ])
  const renderer = open({ git, helm: openHelm(), signal })
  const forget = onShutdown(() => renderer.close())
  return {
    ...renderer,
    close: async () => {
      forget()
      await renderer.close()
    },
  }
}
