/** The engine with its real adapters, on a repository of the test. */
import { openForkState } from '../../../src/adapters/fork-state/state-files.ts'
import { openGit } from '../../../src/adapters/git/open-git.ts'
import { openWorkbench } from '../../../src/adapters/git/workbench.ts'
import { questionOfRun } from '../../../src/domain/fork/proof/proof-of-run.ts'
import { type ForkProof, verifyFork } from '../../../src/domain/fork/proof/verify-fork.ts'
import type { ForkProfile } from '../../../src/domain/fork/profile/profile.ts'
import { BUILT_IN } from '../../../src/domain/fork/profile/built-in.ts'
import type { CarryRules } from '../../../src/domain/fork/resolve/resolver.ts'
import type { SyncTools } from '../../../src/domain/fork/sync/advance.ts'
import { type ForkRun, reportRun } from '../../../src/domain/fork/sync/run-report.ts'
import type { OpenRun } from '../../../src/domain/fork/sync/run-store.ts'
import { startSync, type SyncRequest, viewFork } from '../../../src/domain/fork/sync/start-sync.ts'
import type { TestRepository } from './repository.ts'

export const NO_RULES: CarryRules = { detectors: [], beforeMerge: [], resolvers: [], afterMerge: [] }

export interface Engine {
  tools: SyncTools
  close(): Promise<void>
}

/** Everything opened; close it in the end. */
export async function openEngine(repository: TestRepository, rules: CarryRules = NO_RULES): Promise<Engine> {
  const git = await openGit({ directory: repository.path, keepObjects: true })
  const tools: SyncTools = {
    git,
    store: openForkState(git.facts.commonDirectory),
    workbench: openWorkbench(git.facts),
    rules: () => rules,
    clock: { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) },
    signal: new AbortController().signal,
    report: () => undefined,
  }
  return { tools, close: async () => await git.close() }
}

export interface Moved {
  run: ForkRun
  open: OpenRun
  proof: ForkProof | undefined
}

export interface MoveOptions {
  base?: string
  profile?: Partial<ForkProfile>
  tidy?: SyncRequest['tidy']
  rules?: CarryRules
}

/** Moves the fork at HEAD onto a commit, and proves it when it is done. */
export async function move(repository: TestRepository, onto: string, options: MoveOptions = {}): Promise<Moved> {
  const engine = await openEngine(repository, options.rules)
  const { tools } = engine
  try {
    const profile: ForkProfile = { ...BUILT_IN.generic, ...options.profile }
    const view = await viewFork(tools.git, { profile, company: undefined, base: options.base }, onto)
    const open = await startSync(tools, { view, profile, tidy: options.tidy })
    const run = await reportRun(tools, open)
    const proof = run.status === 'finished' ? await prove(tools, open) : undefined
    return { run, open, proof }
  } finally {
    await engine.close()
  }
}

/** The proof of a run, by nothing but refs, objects and what a person decided. */
export async function prove(tools: SyncTools, { state }: OpenRun): Promise<ForkProof> {
  const { git, signal } = tools
  const rules = tools.rules(state)
  return await verifyFork(await questionOfRun({ git, signal, accept: [], rules }, state))
}
