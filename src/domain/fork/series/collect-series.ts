/** The company's commits, oldest first, as they are to be carried. */
import type { Git, ObjectReader, Oid } from '../../../ports/git.ts'
import { messageText, parseCommit, type RawCommit, subjectOf } from '../commit/raw-commit.ts'
import type { CarriedCommit } from '../resolve/resolver.ts'
import type { FoundBase } from './find-base.ts'

/** A commit of the series, with what it is made of. */
export interface SeriesCommit extends CarriedCommit {
  raw: RawCommit
  /** The company's commits that went into it: itself, and what was folded into it before. */
  sources: readonly Oid[]
}

/** Commits reachable from `start` that are not upstream's, parents before children. */
export async function collectSeries(git: Git, start: Oid, base: FoundBase): Promise<SeriesCommit[]> {
  const oids = await git.range(base.exclude, start)
  const series: SeriesCommit[] = []
  for (const oid of oids) series.push(await readSeriesCommit(git, oid, series.length + 1, base))
  return series
}

/** One commit as a member of a series. The root of an import without history counts as a change of the base. */
export async function readSeriesCommit(
  git: ObjectReader,
  oid: Oid,
  number: number,
  base: { oid: Oid; isUnrelated: boolean },
): Promise<SeriesCommit> {
  const raw = parseCommit(await git.readCommit(oid))
  const [parent] = raw.parents
  const parentTree = parent === undefined ? await rootParentTree(git, base) : await git.treeOf(parent)
  return {
    oid,
    parent: parent ?? null,
    parents: raw.parents,
    tree: raw.tree,
    parentTree,
    subject: subjectOf(raw),
    message: messageText(raw),
    number,
    raw,
    sources: [oid],
  }
}

async function rootParentTree(git: ObjectReader, base: { oid: Oid; isUnrelated: boolean }): Promise<Oid> {
  return base.isUnrelated ? await git.treeOf(base.oid) : emptyTree(git)
}

/** The tree of nothing, which git knows without having it stored. */
export function emptyTree(git: ObjectReader): Oid {
  return git.facts.objectFormat === 'sha256'
    ? '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321'
    : '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
}
