/**
 * How much of a commit's change is the same after it was carried. Compared file by file: with its context, without it,
 * and after the rewriting that rules prescribe. Whitespace counts, as do modes and every byte of what is no text.
 */
import { Buffer } from 'node:buffer'
import type { FileVersion, ObjectReader, ObjectWriter, Oid, TreeChange } from '../../../ports/git.ts'
import { emptyTree } from '../series/collect-series.ts'

export interface Trees {
  before: Oid
  after: Oid
}

export interface ChangeComparison {
  /** `identical`: lines and context; `context`: the same lines added and removed; `different`: neither. */
  result: 'identical' | 'context' | 'different'
  /** Paths whose change differs, or that only one of the two changes. */
  paths: string[]
}

/** Compares the change of an old commit with that of the new one. */
export async function compareChanges(git: ObjectReader, old: Trees, made: Trees): Promise<ChangeComparison> {
  const [oldFiles, newFiles] = await Promise.all([changesByPath(git, old), changesByPath(git, made)])
  const paths = [...new Set([...oldFiles.keys(), ...newFiles.keys()])].sort()
  const different: string[] = []
  let isIdentical = true
  for (const path of paths) {
    const [one, other] = [oldFiles.get(path), newFiles.get(path)]
    if (one !== undefined && other !== undefined && isSameVersionChange(one, other)) continue
    if (one === undefined || other === undefined || !isSameKind(one, other)) {
      different.push(path)
      continue
    }
    const [oldPatch, newPatch] = await Promise.all([filePatch(git, old, path), filePatch(git, made, path)])
    if (isBinary(oldPatch) || isBinary(newPatch)) {
      if (one.after?.oid !== other.after?.oid) different.push(path)
    } else if (withContext(oldPatch) !== withContext(newPatch)) {
      isIdentical = false
      if (changedLines(oldPatch) !== changedLines(newPatch)) different.push(path)
    }
  }
  const result = different.length > 0 ? 'different' : isIdentical ? 'identical' : 'context'
  return { result, paths: different }
}

/** A diff of two diffs, for the paths named: what a person has to look at. Text in which `++` is a line only the new change adds. */
export async function interdiff(
  git: ObjectReader & ObjectWriter,
  old: Trees,
  made: Trees,
  paths: readonly string[],
): Promise<string> {
  const sides = await Promise.all(
    [old, made].map(async (trees) => {
      const edits = new Map<string, FileVersion>()
      for (const path of paths) {
        const patch = withContext(await filePatch(git, trees, path))
        if (patch === '') continue
        edits.set(path, { mode: '100644', oid: await git.writeBlob(Buffer.from(patch, 'latin1')) })
      }
      return await git.editTree(emptyTree(git), edits)
    }),
  )
  const text = Buffer.from(await git.patch(sides[0]!, sides[1]!)).toString('utf8')
  return text
    .split('\n')
    .filter((line) => !/^(?:index |diff --git |new file mode|deleted file mode)/.test(line))
    .join('\n')
}

async function changesByPath(git: ObjectReader, { before, after }: Trees): Promise<Map<string, TreeChange>> {
  return new Map((await git.diff(before, after)).map((change) => [change.path, change]))
}

function isSameVersionChange(one: TreeChange, other: TreeChange): boolean {
  return sameVersion(one.before, other.before) && sameVersion(one.after, other.after)
}

function sameVersion(one: FileVersion | undefined, other: FileVersion | undefined): boolean {
  return one?.oid === other?.oid && one?.mode === other?.mode
}

/** Added, deleted or changed alike, with the same modes after it. */
function isSameKind(one: TreeChange, other: TreeChange): boolean {
  const changesMode = (change: TreeChange): boolean => change.before?.mode !== change.after?.mode
  return one.status === other.status && changesMode(one) === changesMode(other) && one.after?.mode === other.after?.mode
}

async function filePatch(git: ObjectReader, { before, after }: Trees, path: string): Promise<string> {
  return Buffer.from(await git.patch(before, after, { paths: [path] })).toString('latin1')
}

function isBinary(patch: string): boolean {
  return /^Binary files .* differ$/m.test(patch)
}

/** A patch without what depends on where it applies: ids of blobs, numbers and names in hunk headers. */
function withContext(patch: string): string {
  return patch
    .split('\n')
    .filter((line) => !line.startsWith('index '))
    .map((line) => (line.startsWith('@@ ') ? '@@' : line))
    .join('\n')
}

function changedLines(patch: string): string {
  const lines = patch.split('\n')
  const from = lines.findIndex((line) => line.startsWith('@@ '))
  return from === -1
    ? ''
    : lines
        .slice(from)
        .filter((line) => /^[+-]/.test(line))
        .join('\n')
}
