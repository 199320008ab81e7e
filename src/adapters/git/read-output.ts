/** Reads what git prints with -z: raw diffs, listings, and merges. */
import type { ConflictedFile, FileMode, FileVersion, MergeMessage, MergeResult, TreeChange } from '../../ports/git.ts'
import { decodePath } from './path-bytes.ts'

/** The pieces between NULs. */
export function splitNul(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, at)) {
    pieces.push(bytes.subarray(at, end))
    at = end + 1
  }
  if (at < bytes.length) pieces.push(bytes.subarray(at))
  return pieces
}

/** `git diff-tree -r -z --raw`. */
export function readRawDiff(bytes: Buffer): TreeChange[] {
  const pieces = splitNul(bytes)
  const changes: TreeChange[] = []
  for (let at = 0; at < pieces.length;) {
    const [oldMode, newMode, oldOid, newOid, code] = pieces[at]!.toString('latin1').slice(1).split(' ')
    const status = code!.charAt(0) as TreeChange['status']
    const isMove = status === 'R' || status === 'C'
    const first = decodePath(pieces[at + 1]!)
    changes.push({
      status,
      path: isMove ? decodePath(pieces[at + 2]!) : first,
      oldPath: isMove ? first : undefined,
      before: versionOf(oldMode!, oldOid!),
      after: versionOf(newMode!, newOid!),
      similarity: isMove ? Number(code!.slice(1)) : undefined,
    })
    at += isMove ? 3 : 2
  }
  return changes
}

function versionOf(mode: string, oid: string): FileVersion | undefined {
  return mode === '000000' ? undefined : { mode: mode as FileMode, oid }
}

/**
 * `git merge-tree --write-tree -z --messages`: the tree; `<mode> <oid> <stage>\t<path>` for each conflicted side; an
 * empty piece; then for each message the number of its paths, the paths, its type and its text.
 */
export function readMerge(bytes: Buffer): MergeResult {
  const pieces = splitNul(bytes)
  const tree = pieces[0]!.toString('latin1')
  const sides = new Map<string, { path: string; sides: Map<string, FileVersion> }>()
  let at = 1
  for (; at < pieces.length && pieces[at]!.length > 0; at += 1) {
    const piece = pieces[at]!
    const tab = piece.indexOf(9)
    const [mode, oid, stage] = piece.toString('latin1', 0, tab).split(' ')
    const path = decodePath(piece.subarray(tab + 1))
    let file = sides.get(path)
    if (file === undefined) sides.set(path, (file = { path, sides: new Map() }))
    file.sides.set(stage!, { mode: mode as FileMode, oid: oid! })
  }
  return {
    tree,
    conflicts: [...sides.values()].map(({ path, sides: found }): ConflictedFile => ({
      path,
      base: found.get('1'),
      ours: found.get('2'),
      theirs: found.get('3'),
    })),
    messages: readMessages(pieces, at + 1),
  }
}

function readMessages(pieces: readonly Buffer[], from: number): MergeMessage[] {
  const messages: MergeMessage[] = []
  for (let at = from; at < pieces.length;) {
    const count = Number(pieces[at]!.toString('latin1'))
    const paths = pieces.slice(at + 1, at + 1 + count).map(decodePath)
    const type = pieces[at + 1 + count]?.toString('utf8') ?? ''
    const text = pieces[at + 2 + count]?.toString('utf8').trimEnd() ?? ''
    messages.push({ paths, type, text })
    at += 3 + count
  }
  return messages
}
