/**
 * One side of what is in conflict in a file: each conflicting hunk by that side, and everything that merged cleanly as
 * it merged. A file that is no text, or that a side has not, is taken whole.
 */
import type { FileVersion, ObjectReader, ObjectWriter, Oid } from '../../../ports/git.ts'
import type { OpenConflict } from './open-conflict.ts'

/** The file with conflicts settled by a side; null: that side has no such file. */
export async function takeSide(
  git: ObjectReader & ObjectWriter,
  { base, ours, theirs }: OpenConflict,
  side: 'ours' | 'theirs',
): Promise<FileVersion | null> {
  const whole = (side === 'ours' ? ours : theirs) ?? null
  const isText = (version: FileVersion | undefined): version is FileVersion => version?.mode.startsWith('100') ?? false
  if (whole === null || !isText(ours) || !isText(theirs)) return whole
  const [baseBytes, oursBytes, theirsBytes] = await Promise.all([
    isText(base) ? git.readBlob(base.oid) : new Uint8Array(),
    git.readBlob(ours.oid),
    git.readBlob(theirs.oid),
  ])
  const labels = { base: 'base', ours: 'ours', theirs: 'theirs' }
  const text = await git.mergeText({ base: baseBytes, ours: oursBytes, theirs: theirsBytes, labels, favor: side })
  return text === undefined ? whole : { mode: whole.mode, oid: await git.writeBlob(text.bytes) }
}

/**
 * How a plan goes on past a conflict: as if a person had taken the company's side of what is in conflict. What a person
 * will really write is not known; the company's side lets its later commits find their own context, so that one
 * conflict is not counted again for each commit that follows.
 */
export async function assumeCompanySide(
  git: ObjectReader & ObjectWriter,
  tree: Oid,
  open: readonly OpenConflict[],
): Promise<Oid> {
  const edits = new Map<string, FileVersion | null>()
  for (const conflict of open) edits.set(conflict.path, await takeSide(git, conflict, 'theirs'))
  return await git.editTree(tree, edits)
}
