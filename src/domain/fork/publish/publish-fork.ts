/**
 * Pushes a proven move to the company's repository: to a new branch, or onto its branch with a marker commit that keeps
 * it fast-forwardable, or onto its branch in place of what stood there, which is tagged first. Never to upstream.
 */
import { Buffer } from 'node:buffer'
import type { Clock } from '../../../ports/clock.ts'
import type { Git, Oid, PushRequest } from '../../../ports/git.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { parseCommit, recommit } from '../commit/raw-commit.ts'
import type { ForkProof } from '../proof/verify-fork.ts'
import { MARKER, short } from '../series/find-base.ts'
import type { RunState } from '../sync/ledger.ts'
import { refOid, runRef } from '../sync/run-store.ts'

export type PublishMode = 'branch' | 'ff' | 'lease'

export interface PublishRequest {
  mode: PublishMode
  /** A remote or a URL; the profile's, else `origin`. */
  remote: string | undefined
  /** The branch that is pushed to; the company's own for `ff` and `lease`. */
  branch: string | undefined
  /** Do it; else only say what would be done. */
  consent: boolean
}

export interface ForkPublication extends Document {
  kind: 'ForkPublication'
  status: 'planned' | 'published'
  id: string
  mode: PublishMode
  /** Without credentials. */
  url: string
  updates: { ref: string; before: Oid | null; after: Oid }[]
  tip: Oid
  proof: string
  /** A command that asks for review in the company's own repository; null where it cannot be told. */
  pullRequest: string | null
}

/** Publishes, or says what it would do. */
export async function publishFork(
  { git, clock }: { git: Git; clock: Clock },
  state: RunState,
  proof: ForkProof,
  request: PublishRequest,
): Promise<ForkPublication> {
  requireFinished(state)
  requireProven(proof)
  const { profile } = state.start
  const remote = request.remote ?? profile.publish.remote ?? 'origin'
  const url = await git.pushUrlOf(remote)
  await requireNotUpstream(git, state, remote, url)
  const plan = await planPush(git, state, request, new Date(clock.now()).toISOString().slice(0, 10))
  const status = request.consent ? 'published' : 'planned'
  if (request.consent) {
    await keepPublished(git, state, plan.tip)
    await git.push({ url, updates: plan.updates })
  }
  return {
    apiVersion: API_VERSION,
    kind: 'ForkPublication',
    status,
    id: state.id,
    mode: request.mode,
    url: url.replace(/^(\w[\w+.-]*:\/\/)[^/@]*@/, '$1'),
    updates: plan.updates.map(({ ref, before, after }) => ({ ref, before: before ?? null, after })),
    tip: plan.tip,
    proof: proof.digest,
    pullRequest: pullRequestCommand(await git.identify(url), plan.updates[0]!.ref, request.mode),
  }
}

async function planPush(
  git: Git,
  state: RunState,
  { mode, branch }: PublishRequest,
  day: string,
): Promise<{ tip: Oid; updates: PushRequest['updates'] }> {
  const { start } = state
  const old = start.untidied ?? start.start
  if (mode === 'branch') {
    const ref = `refs/heads/${branch ?? `sync/${start.onto.name.replace(/^.*\//, '')}-${day}`}`
    return { tip: state.tip, updates: [{ ref, before: null, after: state.tip }] }
  }
  const ref = `refs/heads/${branch ?? companyBranch(state)}`
  if (mode === 'ff') {
    const tip = await withMarker(git, state, old)
    return { tip, updates: [{ ref, before: old, after: tip }] }
  }
  const archive = `refs/tags/archive/${ref.slice('refs/heads/'.length)}-${day}-${short(old)}`
  return {
    tip: state.tip,
    updates: [
      { ref, before: old, after: state.tip },
      { ref: archive, before: null, after: old },
    ],
  }
}

/**
 * The series upon a commit whose tree is the target's and whose parents are the target and the fork's old tip: as a
 * merge it says "all that was is kept", and so the old branch fast-forwards to it.
 */
async function withMarker(git: Git, state: RunState, old: Oid): Promise<Oid> {
  const { onto, committer } = state.start
  const message = `${MARKER}${onto.name}\n\nEverything before is in the second parent; the series follows.\n`
  const header = [
    `tree ${await git.treeOf(onto.oid)}`,
    `parent ${onto.oid}`,
    `parent ${old}`,
    `author ${committer}`,
    `committer ${committer}`,
  ]
  const marker = await git.writeCommit(Buffer.from(`${header.join('\n')}\n\n${message}`))
  const moved = new Map<Oid, Oid>([[onto.oid, marker]])
  let tip = marker
  for (const oid of await git.range(onto.oid, state.tip)) {
    const raw = parseCommit(await git.readCommit(oid))
    const parents = raw.parents.map((parent) => moved.get(parent) ?? parent)
    tip = await git.writeCommit(recommit(raw, { tree: raw.tree, parents, committer }))
    moved.set(oid, tip)
  }
  return tip
}

/** A ref that keeps what was pushed, before it is pushed. */
async function keepPublished(git: Git, { id }: RunState, tip: Oid): Promise<void> {
  const ref = runRef(id, 'published')
  await git.updateRefs([{ ref, before: (await refOid(git, ref)) ?? null, after: tip }], `fork publish ${id}`)
}

function requireFinished(state: RunState): void {
  if (state.status === 'finished') return
  throw new SparkopsError({
    code: 'SO_NOT_FINISHED',
    message: `${state.id} is ${state.status}`,
    why: `${state.steps.length} of ${state.start.series.length} commits are done`,
    hint: 'sparkops fork continue',
    exit: 'pending',
  })
}

function requireProven(proof: ForkProof): void {
  if (proof.verdict === 'proven') return
  const [first] = proof.problems
  throw new SparkopsError({
    code: 'SO_NOT_PROVEN',
    message: `the move is not proven: ${proof.problems.length} problems`,
    why: first === undefined ? 'see sparkops fork verify' : `${first.id}: ${first.message}`,
    hint: 'sparkops fork verify shows them all; --accept names findings to live with',
    exit: 'findings',
  })
}

async function requireNotUpstream(git: Git, { start }: RunState, remote: string, url: string): Promise<void> {
  const remotes = await git.remotes()
  const upstream = remotes
    .filter(({ name }) => name === 'upstream')
    .flatMap((one) => [...one.fetchUrls, ...one.pushUrls])
  const known = [...(start.profile.upstream.url === undefined ? [] : [start.profile.upstream.url]), ...upstream]
  if (known.length === 0) {
    throw new SparkopsError({
      code: 'SO_UPSTREAM_UNKNOWN',
      message: 'cannot tell whether the target is upstream',
      why: 'no profile names upstream’s URL, and there is no remote called upstream',
      hint: 'set upstream.url in .sparkops/fork.yaml',
      exit: 'usage',
    })
  }
  const target = await git.identify(url)
  for (const one of known) {
    if ((await git.identify(one)) !== target && (await git.identify(await git.pushUrlOf(one))) !== target) continue
    throw new SparkopsError({
      code: 'SO_TARGET_IS_UPSTREAM',
      message: `${remote} is upstream`,
      why: `${target} is where upstream lives; company commits are never pushed there`,
      hint: 'give the company’s own repository with --remote',
      exit: 'usage',
    })
  }
}

function companyBranch({ start }: RunState): string {
  const branch = start.branch?.replace(/^refs\/heads\//, '')
  if (branch !== undefined && !/^[0-9a-f]{40,64}$/.test(branch)) return branch
  throw new SparkopsError({
    code: 'SO_NO_BRANCH',
    message: 'cannot tell which branch to push to',
    why: 'the move began at a commit that no branch was named for',
    hint: 'name it with --branch',
    exit: 'usage',
  })
}

function pullRequestCommand(identity: string, ref: string, mode: PublishMode): string | null {
  const repository = /^github\.com\/([\w.-]+\/[\w.-]+)$/.exec(identity)?.[1]
  if (mode !== 'branch' || repository === undefined) return null
  return `gh pr create --repo ${repository} --head ${ref.slice('refs/heads/'.length)}`
}
