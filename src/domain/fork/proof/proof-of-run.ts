/** The question that proves a run: from its refs, with the ledger asked only for what a person decided. */
import type { Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { CarryRules } from '../resolve/resolver.ts'
import type { ForkProfile } from '../profile/profile.ts'
import { collectSeries, type SeriesCommit } from '../series/collect-series.ts'
import { findBase, type FoundBase, short, unknownCommit } from '../series/find-base.ts'
import type { RunState } from '../sync/ledger.ts'
import { refOid, runRef } from '../sync/run-store.ts'
import { upstreamBranches } from '../sync/start-sync.ts'
import { tidySeries } from '../tidy/tidy-series.ts'
import type { ProofQuestion } from './verify-fork.ts'

interface Surroundings {
  git: Git
  rules: CarryRules
  signal: AbortSignal
  accept: readonly string[]
}

/** Asks about a run that was made here. */
export async function questionOfRun(around: Surroundings, state: RunState): Promise<ProofQuestion> {
  const { git } = around
  const { id, start } = state
  const refs = await readRefs(git, id, ['start', 'base', 'onto', 'tip'])
  const { profile } = start
  const base = await sameBase(git, refs, profile, start.base)
  const series = await collectSeries(git, start.untidied ?? refs.start, base)
  const tidy =
    start.untidied === undefined ? undefined : await retidied(git, series, start.untidied, refs.start, start.tidied)
  return {
    ...around,
    context: {
      git,
      profile,
      oldBase: refs.base,
      target: refs.onto,
      upstream: await git.range(refs.base, refs.onto),
      start: refs.start,
      signal: around.signal,
    },
    base: { oid: refs.base, name: start.base.name, isUnrelated: start.base.isUnrelated },
    onto: { oid: refs.onto, name: start.onto.name },
    tip: refs.tip,
    series: tidy === undefined ? series : withSources(await collectSeries(git, refs.start, base), tidy.sources),
    folded: tidy?.tidied ?? [],
    byHand: state.steps.flatMap(({ old, action, rule, evidence }) =>
      action === 'skipped' || rule === 'resolved-to-nothing' ? [{ old, rule: rule!, evidence: evidence ?? '' }] : [],
    ),
  }
}

/** Asks about two ranges that any tool may have made. */
export async function questionOfRanges(
  around: Surroundings,
  profile: ForkProfile,
  ranges: { old: string; made: string },
): Promise<ProofQuestion> {
  const { git } = around
  const [base, start] = await resolveRange(git, ranges.old)
  const [onto, tip] = await resolveRange(git, ranges.made)
  const found: FoundBase = { ...base, how: 'given', exclude: [base.oid, onto.oid], isUnrelated: false }
  return {
    ...around,
    context: {
      git,
      profile,
      oldBase: base.oid,
      target: onto.oid,
      upstream: await git.range(base.oid, onto.oid),
      start: start.oid,
      signal: around.signal,
    },
    base: { ...base, isUnrelated: false },
    onto,
    tip: tip.oid,
    series: await collectSeries(git, start.oid, found),
    folded: [],
    byHand: [],
  }
}

/** The base that the refs say, with what is to be left out of the series as it was found then. */
async function sameBase(
  git: Git,
  refs: { start: Oid; base: Oid; onto: Oid },
  profile: ForkProfile,
  recorded: RunState['start']['base'],
): Promise<FoundBase> {
  const upstream = [refs.onto, ...(await upstreamBranches(git, profile))]
  const question = { start: refs.start, upstream, profile }
  const found = await findBase(git, question).catch(() => undefined)
  if (found?.oid === refs.base) return found
  const { name, isUnrelated } = recorded
  return { oid: refs.base, how: 'given', name, exclude: [refs.base, ...upstream], isUnrelated }
}

async function retidied(
  git: Git,
  series: readonly SeriesCommit[],
  untidied: Oid,
  start: Oid,
  recorded: RunState['start']['tidied'],
): Promise<Awaited<ReturnType<typeof tidySeries>>> {
  const dropEmpty = recorded.some(({ rule }) => rule === 'empty')
  const again = await tidySeries(git, series, untidied, { dropEmpty })
  if (again.tip === start) return again
  throw new SparkopsError({
    code: 'SO_TIDY_DIFFERS',
    message: `tidying ${short(untidied)} again gives ${short(again.tip)}, not ${short(start)}`,
    why: 'the series was tidied by another version, or by other rules',
    hint: 'abort, and sync again',
    exit: 'findings',
  })
}

function withSources(series: readonly SeriesCommit[], sources: ReadonlyMap<Oid, Oid[]>): SeriesCommit[] {
  return series.map((commit) => ({ ...commit, sources: sources.get(commit.oid) ?? commit.sources }))
}

async function readRefs<const Name extends string>(
  git: Git,
  id: string,
  names: readonly Name[],
): Promise<Record<Name, Oid>> {
  const found = await Promise.all(
    names.map(async (name): Promise<[Name, Oid]> => {
      const oid = await refOid(git, runRef(id, name))
      if (oid === undefined) throw unknownCommit(runRef(id, name))
      return [name, oid]
    }),
  )
  return Object.fromEntries(found) as Record<Name, Oid>
}

async function resolveRange(
  git: Git,
  range: string,
): Promise<[{ oid: Oid; name: string }, { oid: Oid; name: string }]> {
  const ends = /^([^.].*?)\.\.([^.].*)$/.exec(range)
  if (ends === null) {
    throw new SparkopsError({
      code: 'SO_BAD_RANGE',
      message: `${JSON.stringify(range)} is not a range`,
      why: 'a range is two names with .. between them',
      hint: 'for example v1beta2-1.3.8-3.1.1..main',
      exit: 'usage',
    })
  }
  return [await named(git, ends[1]!), await named(git, ends[2]!)]
}

async function named(git: Git, name: string): Promise<{ oid: Oid; name: string }> {
  const oid = await git.resolve(name)
  if (oid === undefined) throw unknownCommit(name)
  return { oid, name }
}
