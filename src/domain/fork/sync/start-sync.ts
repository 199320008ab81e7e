/** From what the user asks to a run that has begun, or to one that stands already. */
import { createHash } from 'node:crypto'
import type { Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { ForkProfile } from '../profile/profile.ts'
import { collectSeries, type SeriesCommit } from '../series/collect-series.ts'
import { findBase, type FoundBase, unknownCommit } from '../series/find-base.ts'
import { requireAlike } from './alike.ts'
import { tidySeries } from '../tidy/tidy-series.ts'
import { advanceRun, isoNow, type SyncTools } from './advance.ts'
import type { StartEntry } from './ledger.ts'
import { createRun, openRun, type OpenRun, peekRun, RUN_REFS } from './run-store.ts'

export interface ForkQuestion {
  profile: ForkProfile
  /** Branch, tag or id of the fork; the profile's branch, else HEAD. */
  company: string | undefined
  base: string | undefined
}

/** A fork and what it carries, seen from a target. */
export interface ForkView {
  start: Oid
  branch: string | null
  base: FoundBase
  onto: { oid: Oid; name: string }
  series: readonly SeriesCommit[]
  upstream: readonly Oid[]
}

/** Resolves names once, finds the base and the series. */
export async function viewFork(git: Git, question: ForkQuestion, ontoName: string): Promise<ForkView> {
  const onto = await git.resolve(ontoName)
  if (onto === undefined) throw unknownCommit(ontoName)
  const carried = await viewCarried(git, question, onto)
  const upstream = await git.range(carried.base.oid, onto)
  return { ...carried, onto: { oid: onto, name: ontoName }, upstream }
}

/** What a fork carries, with no target in view. */
export async function viewCarried(
  git: Git,
  { profile, company, base: given }: ForkQuestion,
  onto?: Oid,
): Promise<Omit<ForkView, 'onto' | 'upstream'>> {
  const branch = company ?? profile.companyBranch ?? 'HEAD'
  const start = await git.resolve(branch)
  if (start === undefined) throw unknownCommit(branch)
  const upstream = [...(onto === undefined ? [] : [onto]), ...(await upstreamBranches(git, profile))]
  const base = await findBase(git, { start, given: given ?? profile.base, upstream, profile })
  const series = await collectSeries(git, start, base)
  return { start, branch: branch === 'HEAD' ? ((await git.currentBranch()) ?? null) : branch, base, series }
}

/** Upstream's branches in this repository: the profile's, and those of a remote named upstream. */
export async function upstreamBranches(git: Git, profile: ForkProfile): Promise<Oid[]> {
  const named = profile.upstream.branch === undefined ? undefined : await git.resolve(profile.upstream.branch)
  const tracked = (await git.refs('refs/remotes/upstream')).map(({ peeled }) => peeled)
  return [...new Set([...(named === undefined ? [] : [named]), ...tracked])]
}

/** The id of a move: the same fork onto the same target is the same run. */
export function runId(start: Oid, onto: { oid: Oid; name: string }): string {
  const slug = onto.name
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 40)
  const hash = createHash('sha256').update(`${start} ${onto.oid}`).digest('hex').slice(0, 8)
  return `${slug === '' ? 'target' : slug}-${hash}`
}

export interface SyncRequest {
  view: ForkView
  profile: ForkProfile
  /** Clean the series up first. */
  tidy?: { dropEmpty: boolean } | undefined
}

/** Begins the move, or goes on with the same one; carries on until it is done or stops. */
export async function startSync(tools: SyncTools, request: SyncRequest): Promise<OpenRun> {
  const { git, store } = tools
  const id = runId(request.view.start, request.view.onto)
  const known = await openRun(git, store, id)
  if (known !== undefined) {
    if (known.state.status === 'finished') return known
    if (known.state.stopped !== undefined) return known
    requireAlike(known.state.start, tools)
    return await advanceRun(tools, known)
  }
  await requireNoOther(git, tools, id)
  return await advanceRun(tools, await createRun(git, store, await startEntry(tools, id, request)))
}

async function startEntry(
  { git, clock, build, signer }: SyncTools,
  id: string,
  request: SyncRequest,
): Promise<StartEntry> {
  const { profile } = request
  const { view, untidied } = await tidiedView(git, request)
  const { name, email, when } = await git.committer()
  const { oid, name: baseName, how, isUnrelated } = view.base
  return {
    kind: 'start',
    version: 1,
    at: isoNow(clock),
    id,
    start: view.start,
    ...(untidied === undefined ? {} : { untidied: untidied.start }),
    branch: view.branch,
    base: { oid, name: baseName, how, isUnrelated },
    onto: view.onto,
    upstream: view.upstream,
    committer: `${name} <${email}> ${when ?? `${Math.floor(clock.now() / 1000)} +0000`}`,
    profile,
    ...(build === undefined ? {} : { exec: { command: build.command, when: build.when } }),
    ...(signer === undefined ? {} : { sign: true as const }),
    series: view.series.map((commit) => ({ oid: commit.oid, sources: commit.sources })),
    tidied: untidied?.tidied ?? [],
  }
}

async function tidiedView(
  git: Git,
  { view, tidy }: SyncRequest,
): Promise<{ view: ForkView; untidied?: { start: Oid; tidied: StartEntry['tidied'] } }> {
  if (tidy === undefined) return { view }
  const { tip, tidied, sources } = await tidySeries(git, view.series, view.start, tidy)
  if (tip === view.start) return { view }
  const series = await collectSeries(git, tip, view.base)
  const named = series.map((commit) => ({ ...commit, sources: sources.get(commit.oid) ?? commit.sources }))
  return { view: { ...view, start: tip, series: named }, untidied: { start: view.start, tidied } }
}

async function requireNoOther(git: Git, tools: SyncTools, id: string): Promise<void> {
  const others = (await listRuns(git, tools)).filter((other) => other !== id)
  for (const other of others) {
    const run = await peekRun(git, tools.store, other)
    if (run === undefined || run.state.status === 'finished' || run.state.status === 'aborted') continue
    throw new SparkopsError({
      code: 'SO_SYNC_IN_PROGRESS',
      message: `another move is under way: ${other}`,
      why: `it is ${run.state.status}, at step ${run.state.steps.length + 1} of ${run.state.start.series.length}`,
      hint: `sparkops fork continue --id ${other}, or sparkops fork abort --id ${other}`,
      exit: 'stale',
    })
  }
}

/** Ids of all runs, from files and from refs: either may have been lost. */
export async function listRuns(git: Git, { store }: Pick<SyncTools, 'store'>): Promise<string[]> {
  const fromRefs = (await git.refs(RUN_REFS)).map(({ name }) => name.slice(RUN_REFS.length).split('/')[0]!)
  return [...new Set([...(await store.ids()), ...fromRefs])].sort()
}

/** The run that is meant: the one named, else the only one under way, else the newest. */
export async function chooseRun(git: Git, tools: Pick<SyncTools, 'store'>, id: string | undefined): Promise<OpenRun> {
  const ids = id === undefined ? await listRuns(git, tools) : [id]
  const runs = (await Promise.all(ids.map((one) => peekRun(git, tools.store, one)))).filter((run) => run !== undefined)
  const active = runs.filter(({ state }) => state.status === 'running' || state.status === 'stopped')
  if (active.length === 1) return active[0]!
  const newest = [...runs].sort((one, other) => (one.state.start.at < other.state.start.at ? 1 : -1))[0]
  if (active.length === 0 && newest !== undefined) return newest
  throw new SparkopsError({
    code: 'SO_NO_RUN',
    message: id === undefined ? 'no move of this fork is under way' : `there is no run ${id}`,
    why: active.length > 1 ? `several are: ${active.map(({ state }) => state.id).join(', ')}` : 'none was begun here',
    hint: active.length > 1 ? 'name one with --id' : 'sparkops fork sync --onto TAG begins one',
    exit: 'usage',
  })
}
