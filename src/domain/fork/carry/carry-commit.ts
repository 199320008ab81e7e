/**
 * Carries one commit of a series: which new parents it gets, which trees are merged for it, and the bytes of the new
 * commit. A commit's new parents are the carried ones of its old parents; what is upstream's is the target.
 */
import type { ConflictedFile, Oid } from '../../../ports/git.ts'
import { Buffer } from 'node:buffer'
import { recommit } from '../commit/raw-commit.ts'
import type { CarryContext, CarryRules } from '../resolve/resolver.ts'
import type { SeriesCommit } from '../series/collect-series.ts'
import { type CarryOutcome, carryTree } from './carry-tree.ts'

/** How far a series has been carried. */
export interface CarryProgress {
  /** Old commit to what stands for it: its carried commit, or its carried parent where it was dropped. */
  carried: ReadonlyMap<Oid, Oid>
  /** The last carried commit; the target before the first. */
  tip: Oid
}

export interface CarryStep {
  outcome: CarryOutcome
  /** Of the new commit. */
  parents: readonly Oid[]
  /** The tree it was carried onto. */
  onto: Oid
}

/** Computes the outcome for a commit. Writes objects, no commit, no ref. */
export async function carryCommit(
  context: CarryContext,
  rules: CarryRules,
  progress: CarryProgress,
  commit: SeriesCommit,
  options: { assume: boolean },
): Promise<CarryStep> {
  const parents = await newParents(context, progress, commit)
  if (commit.parents.length < 2) {
    const onto = await context.git.treeOf(parents[0]!)
    return { outcome: await carryTree({ ...context, commit, onto }, rules, options), parents, onto }
  }
  return await carryMerge(context, rules, { commit, parents, assume: options.assume })
}

/** The parents that a carried commit has. */
export async function newParents(
  { git, target, profile }: CarryContext,
  progress: CarryProgress,
  commit: SeriesCommit,
): Promise<Oid[]> {
  if (profile.merges === 'linearise' || commit.parents.length === 0) return [progress.tip]
  const mapped = [...new Set(commit.parents.map((parent) => progress.carried.get(parent) ?? target))]
  const kept: Oid[] = []
  for (const parent of mapped) {
    const others = mapped.filter((other) => other !== parent)
    const reached = await Promise.all(others.map((other) => git.isAncestor(parent, other)))
    if (!reached.includes(true)) kept.push(parent)
  }
  return kept
}

/**
 * A merge is carried as what it added to the mere merge of its parents: conflicts resolved in it, changes hidden in it.
 * Where the new parents' merge has the same conflict as the old one's, the old resolution fits as it is.
 */
async function carryMerge(
  context: CarryContext,
  rules: CarryRules,
  { commit, parents, assume }: { commit: SeriesCommit; parents: readonly Oid[]; assume: boolean },
): Promise<CarryStep> {
  const { git } = context
  const before = await mergeAll(context, commit.parents)
  const after = parents.length > 1 ? await mergeAll(context, parents) : undefined
  const onto = after?.tree ?? (await git.treeOf(parents[0]!))
  if (after === undefined && before.tree === commit.tree) {
    const evidence = `it merges ${commit.parents.slice(1).join(', ')} and adds nothing of its own`
    return {
      outcome: { kind: 'dropped', rule: 'merge-adds-nothing', ruleVersion: 1, evidence, commits: [] },
      parents,
      onto,
    }
  }
  const sides = { baseTree: before.tree, theirsTree: commit.tree, conflicts: after?.conflicts ?? [] }
  const options = { assume, sides, keepEmpty: after !== undefined, skipDetectors: true }
  return { outcome: await carryTree({ ...context, commit, onto }, rules, options), parents, onto }
}

async function mergeAll(
  { git }: CarryContext,
  parents: readonly Oid[],
): Promise<{ tree: Oid; conflicts: readonly ConflictedFile[] }> {
  const [first, second, ...others] = parents
  let merged = await git.mergeCommits(first!, second!)
  let at = [first!, second!]
  const conflicts = [...merged.conflicts]
  for (const next of others) {
    const lines = [`tree ${merged.tree}`, ...at.map((oid) => `parent ${oid}`)]
    const who = 'sparkops <sparkops@localhost> 0 +0000'
    const raw = `${lines.join('\n')}\nauthor ${who}\ncommitter ${who}\n\nmerge\n`
    const between = await git.writeCommit(Buffer.from(raw))
    merged = await git.mergeCommits(between, next)
    conflicts.push(...merged.conflicts)
    at = [between, next]
  }
  return { tree: merged.tree, conflicts }
}

/** Writes the new commit. The same inputs give the same id, which is why the committer's date is that of the run. */
export async function writeCarried(
  { git, profile }: CarryContext,
  commit: SeriesCommit,
  made: { tree: Oid; parents: readonly Oid[]; committer: string },
): Promise<Oid> {
  const message = profile.trailer === undefined ? undefined : withTrailer(commit, `${profile.trailer}: ${commit.oid}`)
  return await git.writeCommit(recommit(commit.raw, { ...made, message }))
}

/** The message with one more line in its last paragraph of trailers, or in a new one. */
export function withTrailer(commit: Pick<SeriesCommit, 'raw'>, line: string): Uint8Array {
  const text = commit.raw.message.toString('latin1')
  const body = text === '' || text.endsWith('\n') ? text : `${text}\n`
  const last =
    body
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  const hasTrailers =
    body.trimEnd().includes('\n\n') && last.split('\n').every((one) => /^[A-Za-z0-9-]+: |^\(cherry /.test(one))
  return Buffer.from(`${body}${hasTrailers ? '' : '\n'}${line}\n`, 'latin1')
}

/** What a progress is after a commit was carried or left out. */
export function advance(
  progress: CarryProgress,
  commit: SeriesCommit,
  step: { parents: readonly Oid[]; made: Oid | null },
): CarryProgress {
  const carried = new Map(progress.carried)
  const tip = step.made ?? step.parents[0]!
  carried.set(commit.oid, tip)
  return { carried, tip }
}
