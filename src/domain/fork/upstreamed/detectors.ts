/**
 * Whether upstream has a company's commit already. Each detector says by what it knows; what upstream took back again is
 * never said to be there.
 */
import type { Oid } from '../../../ports/git.ts'
import type { BeforeMerge, CarrySituation, UpstreamDetector, UpstreamVerdict } from '../resolve/resolver.ts'
import { changedLines, likenessOfPatches, linesMissing, type ChangedLines } from './changed-lines.ts'
import { pickedFrom, type UpstreamCommit, type UpstreamIndex } from './upstream-index.ts'

/** From here on an edited pick counts as the commit it was picked from; what it has beyond that is shown. */
const SAME_PICK = 0.8
/** Upstream commits on which a patch is tried, at most: the newest that touch just its files. */
const MOST_TRIED = 40

export interface DetectorParts {
  indexOf(situation: CarrySituation): Promise<UpstreamIndex>
  rewrite: BeforeMerge
}

/** All detectors, the strictest first. */
export function upstreamDetectors(parts: DetectorParts): UpstreamDetector[] {
  const detector = (id: string, detect: Detect): UpstreamDetector => ({
    id,
    detect: async (situation) => {
      const trees = await rewrittenTrees(situation, parts.rewrite)
      if (situation.commit.tree === situation.commit.parentTree) return undefined
      return detect({ situation, index: await parts.indexOf(situation), ...trees })
    },
  })
  return [
    detector('patch-id', byPatchId),
    detector('cherry-picked-from', byTrailer),
    detector('tree-equality', byTree),
    detector('nothing-left', byEmptyResult),
    detector('same-subject', bySubject),
  ]
}

interface Case {
  situation: CarrySituation
  index: UpstreamIndex
  baseTree: Oid
  theirsTree: Oid
}
type Detect = (found: Case) => Promise<UpstreamVerdict | undefined>

async function rewrittenTrees(
  situation: CarrySituation,
  hook: BeforeMerge,
): Promise<{ baseTree: Oid; theirsTree: Oid }> {
  const trees = { baseTree: situation.commit.parentTree, theirsTree: situation.commit.tree }
  return (await hook.rewrite(situation, trees)) ?? trees
}

async function byPatchId({
  situation: { git, commit },
  index,
  baseTree,
  theirsTree,
}: Case): Promise<UpstreamVerdict | undefined> {
  const tried = [
    [commit.parentTree, commit.tree, ''] as const,
    [baseTree, theirsTree, ', paths and imports rewritten'] as const,
  ]
  for (const [before, after, how] of tried) {
    const id = await git.patchId(before, after)
    const same = id === undefined ? [] : (index.byPatch.get(id) ?? []).map((oid) => index.commits.get(oid)!)
    const standing = same.find((one) => one.revertedBy === undefined)
    if (standing !== undefined)
      return verdict('patch-id', [standing], 'proven', `the same patch${how}: ${named(standing)}`)
    if (same[0] !== undefined) return reverted('patch-id', same[0])
  }
  return undefined
}

async function byTrailer({ situation, index }: Case): Promise<UpstreamVerdict | undefined> {
  for (const oid of pickedFrom(situation.commit.message)) {
    const picked = index.commits.get(oid)
    if (picked === undefined) continue
    if (picked.revertedBy !== undefined) return reverted('cherry-picked-from', picked)
    const [own, theirs] = [
      await linesOf(situation, situation.commit.parentTree, situation.commit.tree),
      await linesOfCommit(situation, oid),
    ]
    const likeness = theirs === undefined ? 0 : likenessOfPatches(own, theirs)
    const percent = Math.floor(likeness * 100)
    if (likeness < SAME_PICK) {
      const evidence = `picked from ${named(picked)}, but only ${percent} % of its lines are the same`
      return { ...verdict('cherry-picked-from', [picked], 'assisted', evidence), kind: 'suggested' }
    }
    const remaining = linesMissing(own.added, theirs!.added)
    const evidence = `picked from ${named(picked)}; ${percent} % of the lines are the same`
    return { ...verdict('cherry-picked-from', [picked], likeness === 1 ? 'proven' : 'rule', evidence), remaining }
  }
  return undefined
}

/** The same change in other words of diff: the company's patch on the parent of upstream's commit gives its very tree. */
async function byTree({ situation, index, baseTree, theirsTree }: Case): Promise<UpstreamVerdict | undefined> {
  const { git, commit } = situation
  for (const [before, after] of [[commit.parentTree, commit.tree] as const, [baseTree, theirsTree] as const]) {
    const paths = (await git.diff(before, after)).map((change) => change.path)
    for (const oid of await candidates(situation, paths)) {
      const parent = await parentOf(situation, oid)
      if (parent === undefined) continue
      const [onto, tree] = [await git.treeOf(parent), await git.treeOf(oid)]
      const touched = (await git.diff(onto, tree)).map((change) => change.path)
      if (touched.length !== paths.length || !touched.every((path) => paths.includes(path))) continue
      const merged = await git.mergeTrees({ base: before, ours: onto, theirs: after })
      if (merged.conflicts.length > 0 || merged.tree !== tree) continue
      const found = index.commits.get(oid)!
      if (found.revertedBy !== undefined) return reverted('tree-equality', found)
      return verdict('tree-equality', [found], 'proven', `on the parent of ${named(found)} it gives the same tree`)
    }
  }
  return undefined
}

async function candidates({ git, oldBase, target }: CarrySituation, paths: readonly string[]): Promise<Oid[]> {
  if (paths.length === 0) return []
  return (await git.range(oldBase, target, { paths })).reverse().slice(0, MOST_TRIED)
}

/** Nothing is left of the patch on what is there now: told with the upstream commits that added its lines. */
async function byEmptyResult({ situation, index, baseTree, theirsTree }: Case): Promise<UpstreamVerdict | undefined> {
  const { git, onto, commit } = situation
  const merged = await git.mergeTrees({ base: baseTree, ours: onto, theirs: theirsTree })
  if (merged.conflicts.length > 0 || merged.tree !== onto) return undefined
  const own = await linesOf(situation, baseTree, theirsTree)
  const owners: UpstreamCommit[] = []
  const paths = (await git.diff(baseTree, theirsTree)).map((change) => change.path)
  let wanted: readonly string[] = own.added
  for (const oid of await candidates(situation, paths)) {
    const theirs = await linesOfCommit(situation, oid)
    const rest = theirs === undefined ? wanted : linesMissing(wanted, theirs.added)
    if (rest.length < wanted.length) owners.push(index.commits.get(oid)!)
    wanted = rest
  }
  if (owners.length === 0) {
    const evidence = `nothing is left of ${commit.subject}: what is carried so far, or what upstream deleted, has it`
    return { ...verdict('nothing-left', [], 'assisted', evidence), kind: 'suggested' }
  }
  const evidence = `upstream has every line of it: ${owners.map(named).join(', ')}`
  return verdict('nothing-left', owners, 'rule', evidence)
}

/** The same title, or the number of a pull request: only a hint, since titles lie. */
function bySubject({ situation: { commit }, index }: Case): Promise<UpstreamVerdict | undefined> {
  const number = /\(#(\d+)\)\s*$/.exec(commit.subject)?.[1]
  const plain = titleOf(commit.subject)
  for (const one of index.commits.values()) {
    const same = titleOf(one.subject) === plain || (number !== undefined && one.subject.endsWith(`(#${number})`))
    if (!same || plain.length < 8) continue
    const evidence = `${named(one)} has the same ${titleOf(one.subject) === plain ? 'title' : 'number'}`
    return Promise.resolve({ ...verdict('same-subject', [one], 'assisted', evidence), kind: 'suggested' })
  }
  return Promise.resolve(undefined)
}

function titleOf(subject: string): string {
  return subject
    .replace(/\s*\(#\d+\)\s*$/, '')
    .trim()
    .toLowerCase()
}

async function linesOf({ git }: CarrySituation, before: Oid, after: Oid): Promise<ChangedLines> {
  return changedLines(await git.patch(before, after, { context: 0 }))
}

async function linesOfCommit(situation: CarrySituation, oid: Oid): Promise<ChangedLines | undefined> {
  const parent = await parentOf(situation, oid)
  return parent === undefined
    ? undefined
    : linesOf(situation, await situation.git.treeOf(parent), await situation.git.treeOf(oid))
}

async function parentOf({ git }: CarrySituation, oid: Oid): Promise<Oid | undefined> {
  const header = new TextDecoder().decode(await git.readCommit(oid)).split('\n\n', 1)[0]!
  const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)]
  return parents.length === 1 ? parents[0]![1] : undefined
}

function verdict(
  rule: string,
  commits: readonly UpstreamCommit[],
  confidence: UpstreamVerdict['confidence'],
  evidence: string,
): UpstreamVerdict {
  return { kind: 'upstream', rule, ruleVersion: 1, commits: commits.map((one) => one.oid), confidence, evidence }
}

function reverted(rule: string, found: UpstreamCommit): UpstreamVerdict {
  const evidence = `${named(found)} is the same, but upstream took it back in ${found.revertedBy!.slice(0, 12)}: carried on`
  return { ...verdict(rule, [found], 'assisted', evidence), kind: 'suggested' }
}

function named({ oid, subject, via }: UpstreamCommit): string {
  const inside = via === oid ? '' : `, bundled in ${via.slice(0, 12)}`
  return `${oid.slice(0, 12)} (${subject.slice(0, 80)}${inside})`
}
