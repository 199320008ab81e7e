/** What the commands of a fork share: which repository, which fork, which run, and everything opened for them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import { type ForkProfile, PROFILE_NAMES } from '../domain/fork/profile/profile.ts'
import { PROFILE_FILE, readProfile, recogniseProfile } from '../domain/fork/profile/read-profile.ts'
import type { CarryRules } from '../domain/fork/resolve/resolver.ts'
import { withMemory } from '../domain/fork/resolve/remembered.ts'
import { carryRules } from '../domain/fork/resolve/rules.ts'
import type { SyncTools } from '../domain/fork/sync/advance.ts'
import type { Settlement } from '../domain/fork/sync/settle.ts'
import { chooseRun, type ForkQuestion } from '../domain/fork/sync/start-sync.ts'
import { type OpenRun, openRun } from '../domain/fork/sync/run-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Git } from '../ports/git.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { progressFlag } from './flags.ts'
import { onShutdown } from './shutdown.ts'
import { openCommitSigner, openForkState, openGit, openToolchain, openUserBuild, openWorkbench } from './fork-wiring.ts'

export const repositoryFlags = {
  directory: Flags.string({ char: 'C', summary: 'where the fork is', default: '.', helpValue: 'DIR' }),
  progress: progressFlag,
}

export const forkFlags = {
  ...repositoryFlags,
  company: Flags.string({
    summary: 'branch, tag or commit of the fork (else HEAD)',
    helpValue: 'REF',
  }),
  base: Flags.string({ summary: 'the upstream commit it stands on', helpValue: 'REF' }),
  profile: Flags.option({
    summary: 'rules for which upstream',
    options: PROFILE_NAMES,
    helpValue: 'NAME',
  })(),
}

/** The user's own build; only ever from the command line. */
const execFlags = {
  exec: Flags.string({
    summary: 'a command (of sh) that every carried commit must pass; run on its files, beside the repository',
    helpValue: 'COMMAND',
  }),
  'exec-last': Flags.boolean({ summary: 'run it once, on the finished series', dependsOn: ['exec'] }),
}

/** What all that carry commits have in common. */
export const carryFlags = {
  ...execFlags,
  sign: Flags.boolean({ summary: 'sign new commits, as your git is set up to (gpg.format, user.signingKey)' }),
  ci: Flags.boolean({
    summary: 'nobody is there: no progress, and a key that needs a passphrase is an error',
    exclusive: ['progress'],
  }),
}

/** The user's signer where it was asked for; whoever runs it in CI, or without a terminal, cannot be asked for anything. */
async function signerOf(
  git: Git,
  { sign = false, ci = false }: AskedCarry,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof openCommitSigner>> | undefined> {
  if (!sign) return undefined
  return await openCommitSigner(git.facts, { mayAsk: process.stdin.isTTY && !ci, signal })
}

interface AskedExec {
  exec?: string | undefined
  'exec-last'?: boolean | undefined
}

interface AskedCarry extends AskedExec {
  sign?: boolean | undefined
  ci?: boolean | undefined
}

export const runFlags = {
  ...repositoryFlags,
  id: Flags.string({ summary: 'which run, where several are under way', helpValue: 'ID' }),
  takeover: Flags.boolean({ summary: 'take the lock of a machine that is gone' }),
}

export interface OpenFork {
  git: Git
  /** The rules of a profile, with what this machine can run and nothing that a person decided; foretold: nothing runs. */
  rulesOf: (profile: ForkProfile, isForetold?: boolean) => CarryRules
  tools: SyncTools
}

interface OpenOptions {
  /** Whether objects that are written stay. */
  keepObjects: boolean
  /** Held while at work; only what changes a run needs it. */
  lock: boolean
}

interface CommandContext {
  clock: Clock
  signal: AbortSignal
  report: ReportProgress
}

/** Opens the repository for the length of `work`. */
export async function withFork<T>(
  flags: { directory: string; takeover?: boolean | undefined } & AskedCarry,
  context: CommandContext,
  options: OpenOptions,
  work: (fork: OpenFork) => Promise<T>,
): Promise<T> {
  const { directory, takeover = false } = flags
  const git = await openGit({ directory, keepObjects: options.keepObjects, signal: context.signal })
  const forget = onShutdown(async () => await git.close())
  const store = await openForkState(git.facts)
  const release = options.lock ? await store.lock({ takeOver: takeover }) : undefined
  const forgetLock = onShutdown(async () => await release?.())
  const toolchain = await openToolchain(git, context.signal)
  const when = flags['exec-last'] === true ? 'last' : 'each'
  const build =
    flags.exec === undefined ? undefined : await openUserBuild(git, { command: flags.exec, when }, context.signal)
  let signer: Awaited<ReturnType<typeof signerOf>>
  try {
    signer = await signerOf(git, flags, context.signal)
    const workbench = await openWorkbench(git.facts)
    const rulesOf: OpenFork['rulesOf'] = (profile, isForetold) => carryRules(profile, toolchain, isForetold)
    return await work({
      git,
      rulesOf,
      tools: {
        ...context,
        git,
        store,
        workbench,
        build,
        signer,
        rules: ({ id, start }) => withMemory(rulesOf(start.profile), git, id),
      },
    })
  } finally {
    await signer?.close()
    await toolchain.close()
    await build?.close()
    await release?.()
    forgetLock()
    await git.close()
    forget()
  }
}

/** The same, with the run that is meant, its ledger and refs in step. */
export async function withRun<T>(
  flags: { directory: string; id?: string | undefined; takeover?: boolean | undefined } & AskedCarry,
  context: CommandContext,
  work: (tools: SyncTools, run: OpenRun, rulesOf: OpenFork['rulesOf']) => Promise<T>,
): Promise<T> {
  return await withFork(flags, context, { keepObjects: true, lock: true }, async ({ git, tools, rulesOf }) => {
    const { state } = await chooseRun(git, tools, flags.id)
    return await work(tools, (await openRun(git, tools.store, state.id))!, rulesOf)
  })
}

/** What the flags and the profile say of the fork. */
export async function forkQuestion(
  git: Git,
  flags: { company?: string | undefined; base?: string | undefined; profile?: ForkProfile['name'] | undefined },
): Promise<ForkQuestion> {
  const head = await git.resolve(flags.company ?? 'HEAD')
  const inTree = head === undefined ? undefined : await git.find(head, PROFILE_FILE)
  const text =
    (await profileInWorktree(git)) ??
    (inTree ? Buffer.from(await git.readBlob(inTree.oid)).toString('utf8') : undefined)
  const found = head === undefined ? 'generic' : await recogniseProfile(git, head)
  const profile = readProfile(text, { asked: flags.profile, found })
  return { profile, company: flags.company, base: flags.base }
}

/** How a path is to be settled: by a side, by a file, or as it was edited. */
export async function settlementOf({
  take,
  file,
}: {
  take?: 'upstream' | 'company' | 'base' | 'deleted' | undefined
  file?: string | undefined
}): Promise<Settlement> {
  if (file === undefined) return { take: take ?? 'edited' }
  return { bytes: await readGiven(file), name: file }
}

/** The text of a file that the user named. */
export async function readGivenFile(file: string): Promise<string> {
  return (await readGiven(file)).toString('utf8')
}

async function readGiven(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SparkopsError({ code: 'SO_CANNOT_READ', message: `cannot read ${file}`, why, exit: 'usage' })
  }
}

async function profileInWorktree({ facts }: Git): Promise<string | undefined> {
  if (facts.worktree === undefined) return undefined
  const path = join(facts.worktree, PROFILE_FILE)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new SparkopsError({ code: 'SO_BAD_PROFILE', message: `cannot read ${path}`, why: message, exit: 'data' })
  }
}
