/**
 * Which upstream commit brought a conflict: the first one, along upstream's first parents, onto which the company's
 * commit no longer goes cleanly. Found by bisection over the commits that touch the file, each probe two merges without
 * a checkout.
 */
import type { Oid } from '../../../ports/git.ts'
import { messageText, parseCommit, subjectOf } from '../commit/raw-commit.ts'
import type { CarryContext } from '../resolve/resolver.ts'
import type { SeriesCommit } from '../series/collect-series.ts'

export interface Culprit {
  oid: Oid
  subject: string
  /** The number that its subject ends in: `(#1234)`. */
  pullRequest: number | null
  /** What a release commit that bundles others names: their numbers. */
  bundles: readonly number[]
  /** `bisected`: before it clean, with it not. `last-touch`: merely the last that changed the file. */
  how: 'bisected' | 'last-touch'
}

/** A finder for one move; probes are remembered, since commits of a series touch the same files. */
export function culpritFinder(context: CarryContext): (commit: SeriesCommit, path: string) => Promise<Culprit | null> {
  const touching = new Map<string, Promise<Oid[]>>()
  const carriedParents = new Map<string, Promise<Oid>>()
  const { git, oldBase, target } = context

  const touches = (path: string): Promise<Oid[]> => {
    let known = touching.get(path)
    if (known === undefined) {
      touching.set(path, (known = git.range(oldBase, target, { firstParent: true, paths: [path] })))
    }
    return known
  }
  /** The company's parent tree on an upstream commit: what was carried before the commit, as far as it merges. */
  const parentOn = (upstream: Oid, parentTree: Oid): Promise<Oid> => {
    const key = `${upstream} ${parentTree}`
    let known = carriedParents.get(key)
    if (known === undefined) carriedParents.set(key, (known = mergeParent(upstream, parentTree)))
    return known
  }
  const mergeParent = async (upstream: Oid, parentTree: Oid): Promise<Oid> => {
    const sides = { base: await git.treeOf(oldBase), ours: await git.treeOf(upstream), theirs: parentTree }
    return (await git.mergeTrees(sides)).tree
  }

  return async (commit, path) => {
    const commits = await touches(path)
    const last = commits.at(-1)
    if (last === undefined) return null
    const conflictsAt = async (upstream: Oid): Promise<boolean> => {
      const ours = await parentOn(upstream, commit.parentTree)
      const merged = await git.mergeTrees({ base: commit.parentTree, ours, theirs: commit.tree })
      return merged.conflicts.some((one) => one.path === path)
    }
    if (!(await conflictsAt(last))) return await describeCulprit(context, last, 'last-touch')
    let [clean, dirty] = [-1, commits.length - 1]
    while (dirty - clean > 1) {
      const middle = Math.floor((clean + dirty) / 2)
      if (await conflictsAt(commits[middle]!)) dirty = middle
      else clean = middle
    }
    return await describeCulprit(context, commits[dirty]!, 'bisected')
  }
}

async function describeCulprit({ git }: CarryContext, oid: Oid, how: Culprit['how']): Promise<Culprit> {
  const commit = parseCommit(await git.readCommit(oid))
  const subject = subjectOf(commit)
  const number = /\(#(\d+)\)\s*$/.exec(subject)?.[1]
  const body = messageText(commit).slice(subject.length)
  // Release branches squash picks into one commit whose body lists them: `* title (#1234)`.
  const bundles = [...body.matchAll(/^[*-] .*\(#(\d+)\)\s*$/gm)].map((match) => Number(match[1]))
  return { oid, subject, pullRequest: number === undefined ? null : Number(number), bundles, how }
}
