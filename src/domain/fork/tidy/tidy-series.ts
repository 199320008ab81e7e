/**
 * Cleans a series up before it is carried, at its old base: folds `fixup!` and `squash!` into what they fix, takes out
 * pairs of a commit and its exact revert, and, where asked, empty commits. The tree at the end is the tree at the
 * beginning, byte for byte, or nothing is done. What cannot be folded without a conflict stays as it is, and is told.
 *
 * Works within each straight stretch of the history, between merges and branchings: what stands behind keeps its trees
 * and is given its new parents.
 */
import { Buffer } from 'node:buffer'
import type { Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import { recommit } from '../commit/raw-commit.ts'
import type { SeriesCommit } from '../series/collect-series.ts'
import { short } from '../series/find-base.ts'

export interface TidyResult {
  /** The tip of the tidied series; the old one where there was nothing to do. */
  tip: Oid
  tidied: { oid: Oid; rule: string; evidence: string; into: Oid | null }[]
  /** What was tried and left: each with why. */
  left: { oid: Oid; why: string }[]
  /** Tidied commit to the old ones that it is made of, the first giving author and message. */
  sources: Map<Oid, Oid[]>
}

interface Item {
  commit: SeriesCommit
  folds: { commit: SeriesCommit; kind: 'fixup' | 'squash' }[]
}

interface Removal {
  commit: SeriesCommit
  rule: string
  evidence: string
}

/** Tidies a series. Writes commits, no ref. The same series gives the same commits: committers are kept. */
export async function tidySeries(
  git: Git,
  series: readonly SeriesCommit[],
  start: Oid,
  options: { dropEmpty: boolean },
): Promise<TidyResult> {
  const result: TidyResult = { tip: start, tidied: [], left: [], sources: new Map() }
  /** Old commit to what stands in its place, where that is another. */
  const moved = new Map<Oid, Oid>()
  for (const stretch of stretchesOf(series)) {
    const last = stretch.at(-1)!
    const tip = isStraight(last)
      ? await tidyStretch(git, stretch, moved.get(standsOn(stretch)) ?? standsOn(stretch), options, result)
      : await withParents(git, last, moved, result)
    if (tip !== last.oid) moved.set(last.oid, tip)
  }
  result.tip = moved.get(start) ?? start
  if ((await git.treeOf(result.tip)) !== (await git.treeOf(start))) throw notNeutral(start, 'the trees differ')
  return result
}

/** What the first commit of a stretch stands on. */
function standsOn(stretch: readonly SeriesCommit[]): Oid {
  return stretch[0]!.parent!
}

function isStraight(commit: SeriesCommit): boolean {
  return commit.parents.length === 1
}

/** Runs of commits that simply follow each other, and of which only the last is followed by anything else. */
function stretchesOf(series: readonly SeriesCommit[]): SeriesCommit[][] {
  const children = new Map<Oid, number>()
  for (const parent of series.flatMap(({ parents }) => parents)) children.set(parent, (children.get(parent) ?? 0) + 1)
  const stretches: SeriesCommit[][] = []
  for (const commit of series) {
    const open = stretches.at(-1)
    const previous = open?.at(-1)
    const follows = previous !== undefined && isStraight(previous) && commit.parent === previous.oid
    if (follows && isStraight(commit) && children.get(previous.oid) === 1) open!.push(commit)
    else stretches.push([commit])
  }
  return stretches
}

/** A merge, or a root, over its parents as they are now; the tree is its own. */
async function withParents(
  git: Git,
  commit: SeriesCommit,
  moved: ReadonlyMap<Oid, Oid>,
  result: TidyResult,
): Promise<Oid> {
  const parents = commit.parents.map((parent) => moved.get(parent) ?? parent)
  const isSame = parents.every((parent, i) => parent === commit.parents[i])
  const made = isSame
    ? commit.oid
    : await git.writeCommit(recommit(commit.raw, { tree: commit.tree, parents, committer: committerLine(commit) }))
  result.sources.set(made, [commit.oid])
  return made
}

async function tidyStretch(
  git: Git,
  stretch: readonly SeriesCommit[],
  parent: Oid,
  options: { dropEmpty: boolean },
  result: TidyResult,
): Promise<Oid> {
  const removals = [...(await revertPairs(git, stretch)), ...(options.dropEmpty ? emptyCommits(stretch) : [])]
  const removed = new Set(removals.map(({ commit }) => commit))
  const last = stretch.at(-1)!
  let items = foldItems(
    stretch.filter((commit) => !removed.has(commit)),
    result.left,
  )
  for (;;) {
    const made = await replay(git, items, parent)
    if ('failed' in made) {
      result.left.push({ oid: made.failed.oid, why: 'it does not fold without a conflict' })
      if (!items.some(({ folds }) => folds.length > 0)) throw notNeutral(last.oid, made.failed.subject)
      items = unfold(items, made.failed, stretch)
      continue
    }
    const tip = items.length === 0 ? parent : made.tip
    if ((await git.treeOf(tip)) !== last.tree) throw notNeutral(last.oid, 'the trees differ')
    const gone = removals.map(({ commit, rule, evidence }) => ({ oid: commit.oid, rule, evidence, into: null }))
    result.tidied.push(...made.folded, ...gone)
    for (const [oid, sources] of made.sources) result.sources.set(oid, sources)
    return tip
  }
}

type Replayed = { tip: Oid; folded: TidyResult['tidied']; sources: Map<Oid, Oid[]> }

function emptyCommits(series: readonly SeriesCommit[]): Removal[] {
  return series
    .filter((commit) => commit.tree === commit.parentTree)
    .map((commit) => ({ commit, rule: 'empty', evidence: 'it changes nothing' }))
}

/** A commit and its revert cancel out when the one undoes the other exactly and nothing between them touches these paths. */
async function revertPairs(git: Git, series: readonly SeriesCommit[]): Promise<Removal[]> {
  const gone = new Set<SeriesCommit>()
  const removals: Removal[] = []
  for (const revert of [...series].reverse()) {
    const named = /This reverts commit ([0-9a-f]{7,64})/.exec(revert.message)?.[1]
    if (named === undefined || gone.has(revert)) continue
    const original = series.find((commit) => commit.oid.startsWith(named) && commit.number < revert.number)
    if (original === undefined || gone.has(original) || !(await undoes(git, series, original, revert, gone))) continue
    for (const commit of [original, revert]) gone.add(commit)
    const pair = `${short(original.oid)} and ${short(revert.oid)} undo each other exactly`
    removals.push(
      { commit: original, rule: 'revert-pair', evidence: pair },
      { commit: revert, rule: 'revert-pair', evidence: pair },
    )
  }
  return removals
}

async function undoes(
  git: Git,
  series: readonly SeriesCommit[],
  original: SeriesCommit,
  revert: SeriesCommit,
  gone: ReadonlySet<SeriesCommit>,
): Promise<boolean> {
  const [done, undone] = await Promise.all([
    git.diff(original.parentTree, original.tree),
    git.diff(revert.parentTree, revert.tree),
  ])
  const touched = new Set(done.map(({ path }) => path))
  if (touched.size !== undone.length || undone.some(({ path }) => !touched.has(path))) return false
  for (const { path, before } of done) {
    const after = undone.find((change) => change.path === path)?.after
    if (after?.oid !== before?.oid || after?.mode !== before?.mode) return false
  }
  const between = series.filter((one) => one.number > original.number && one.number < revert.number && !gone.has(one))
  for (const commit of between) {
    const changes = await git.diff(commit.parentTree, commit.tree)
    if (changes.some(({ path }) => touched.has(path))) return false
  }
  return true
}

function foldItems(series: readonly SeriesCommit[], left: TidyResult['left']): Item[] {
  const items: Item[] = []
  for (const commit of series) {
    const match = /^(fixup|squash)! (.*)$/s.exec(commit.subject)
    const target = match === null ? undefined : findTarget(items, match[2]!)
    if (match !== null && target === undefined)
      left.push({ oid: commit.oid, why: 'what it fixes is not in the series, or stands behind a merge' })
    if (match === null || target === undefined) items.push({ commit, folds: [] })
    else target.folds.push({ commit, kind: match[1] as 'fixup' | 'squash' })
  }
  return items
}

/** The last one before it of that subject, or of that id; prefixes of a chain (`fixup! fixup! x`) are seen through. */
function findTarget(items: readonly Item[], rest: string): Item | undefined {
  const subject = rest.replace(/^(?:(?:fixup|squash)! )+/, '')
  return (
    [...items].reverse().find(({ commit }) => commit.subject === subject) ??
    [...items].reverse().find(({ commit }) => /^[0-9a-f]{7,64}$/.test(subject) && commit.oid.startsWith(subject))
  )
}

function unfold(items: readonly Item[], failed: SeriesCommit, series: readonly SeriesCommit[]): Item[] {
  const stays = items.flatMap(({ folds }) =>
    folds.filter(({ commit }) => commit === failed).map(({ commit }) => commit),
  )
  // A commit that failed behind a fold fails because of it: then no fold stays.
  if (stays.length === 0)
    return series
      .filter((one) => items.some(({ commit, folds }) => commit === one || folds.some((fold) => fold.commit === one)))
      .map((commit) => ({ commit, folds: [] }))
  const order = new Map(series.map((commit, index) => [commit, index]))
  return [
    ...items.map(({ commit, folds }) => ({ commit, folds: folds.filter((fold) => fold.commit !== failed) })),
    ...stays.map((commit) => ({ commit, folds: [] })),
  ].sort((one, other) => order.get(one.commit)! - order.get(other.commit)!)
}

async function replay(git: Git, items: readonly Item[], parent: Oid): Promise<Replayed | { failed: SeriesCommit }> {
  let tip = parent
  const folded: TidyResult['tidied'] = []
  const sources = new Map<Oid, Oid[]>()
  for (const { commit, folds } of items) {
    let tree = await git.treeOf(tip)
    for (const one of [commit, ...folds.map((fold) => fold.commit)]) {
      const merged = await git.mergeTrees({ base: one.parentTree, ours: tree, theirs: one.tree })
      if (merged.conflicts.length > 0) return { failed: one }
      tree = merged.tree
    }
    const isSame = folds.length === 0 && commit.parent === tip && commit.tree === tree
    tip = isSame ? commit.oid : await writeTidied(git, { commit, folds }, tree, tip)
    sources.set(tip, [commit.oid, ...folds.map((fold) => fold.commit.oid)])
    for (const fold of folds) {
      const evidence = `${fold.kind}! of ${short(commit.oid)}; the tree at the end is the same`
      folded.push({ oid: fold.commit.oid, rule: fold.kind, evidence, into: commit.oid })
    }
  }
  return { tip, folded, sources }
}

async function writeTidied(git: Git, { commit, folds }: Item, tree: Oid, parent: Oid): Promise<Oid> {
  const squashed = folds.filter(({ kind }) => kind === 'squash')
  const message =
    squashed.length === 0
      ? undefined
      : Buffer.concat([commit.raw.message, ...squashed.flatMap((fold) => [Buffer.from('\n'), bodyOf(fold.commit)])])
  return await git.writeCommit(
    recommit(commit.raw, { tree, parents: [parent], committer: committerLine(commit), message }),
  )
}

function committerLine({ raw }: SeriesCommit): string {
  const committer = raw.headers.find(({ name }) => name === 'committer')!
  return committer.bytes.toString('latin1', 'committer '.length, committer.bytes.length - 1)
}

/** A squash's message without its first line, which only says what it is for. */
function bodyOf({ raw }: SeriesCommit): Buffer {
  const end = raw.message.indexOf(10)
  return end === -1 ? Buffer.alloc(0) : raw.message.subarray(end + 1)
}

function notNeutral(start: Oid, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_TIDY_NOT_NEUTRAL',
    message: `tidying ${short(start)} would change what the fork is`,
    why,
    hint: 'nothing was changed; sync without --tidy',
    exit: 'findings',
  })
}
