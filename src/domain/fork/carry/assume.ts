/**
 * How a plan goes on past a conflict: as if a person had taken the company's side of what is in conflict. What a person
 * will really write is not known; the company's side lets its later commits find their own context, so that one
 * conflict is not counted again for each commit that follows.
 */
import { Buffer } from 'node:buffer'
import type { FileVersion, ObjectReader, ObjectWriter, Oid } from '../../../ports/git.ts'
import type { OpenConflict } from './carry-tree.ts'

/** The tree with the company's side in each open path. */
export async function assumeCompanySide(
  git: ObjectReader & ObjectWriter,
  tree: Oid,
  open: readonly OpenConflict[],
): Promise<Oid> {
  const edits = new Map<string, FileVersion | null>()
  for (const conflict of open) edits.set(conflict.path, await companySide(git, conflict))
  return await git.editTree(tree, edits)
}

async function companySide(
  git: ObjectReader & ObjectWriter,
  { base, ours, theirs }: OpenConflict,
): Promise<FileVersion | null> {
  if (theirs === undefined) return null
  const isText = (version: FileVersion | undefined): version is FileVersion => version?.mode.startsWith('100') ?? false
  if (!isText(ours) || !isText(theirs)) return theirs
  const [baseBytes, oursBytes, theirsBytes] = await Promise.all([
    isText(base) ? git.readBlob(base.oid) : new Uint8Array(),
    git.readBlob(ours.oid),
    git.readBlob(theirs.oid),
  ])
  const labels = { base: 'base', ours: 'ours', theirs: 'theirs' }
  const text = await git.mergeText({ base: baseBytes, ours: oursBytes, theirs: theirsBytes, labels })
  if (text === undefined) return theirs
  const taken = takeTheirs(Buffer.from(text.bytes).toString('latin1'))
  return { mode: theirs.mode, oid: await git.writeBlob(Buffer.from(taken, 'latin1')) }
}

/** Each hunk between our own markers, replaced by its last part. */
function takeTheirs(text: string): string {
  return text.replace(/^<{7} ours\r?\n[^]*?^={7}\r?\n([^]*?)^>{7} theirs\r?\n?/gm, '$1')
}
