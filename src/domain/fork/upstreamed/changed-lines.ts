/** The lines that a patch adds and removes, and how alike two patches are by them. */
import { Buffer } from 'node:buffer'

export interface ChangedLines {
  /** `path` a tab and the line, its blanks at the ends aside. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** Reads a unified patch; lines of nothing but blanks say nothing and are left out. */
export function changedLines(patch: Uint8Array): ChangedLines {
  const added: string[] = []
  const removed: string[] = []
  let inHunk = 0
  let left = 0
  for (const line of Buffer.from(patch).toString('utf8').split('\n')) {
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line)
    if (hunk !== null) {
      left = Number(hunk[1] ?? 1)
      inHunk = Number(hunk[2] ?? 1)
    } else if (left > 0 || inHunk > 0) {
      const text = line.slice(1).trim()
      if (line.startsWith('+')) inHunk--
      else if (line.startsWith('-')) left--
      else if (!line.startsWith('\\')) {
        left--
        inHunk--
      }
      if (text !== '' && line.startsWith('+')) added.push(text)
      if (text !== '' && line.startsWith('-')) removed.push(text)
    }
  }
  return { added, removed }
}

/** The share of changed lines that two patches have in common: 0 to 1; 0 where neither changes a line of text. */
export function likenessOfPatches(a: ChangedLines, b: ChangedLines): number {
  const common = shared(a.added, b.added).length + shared(a.removed, b.removed).length
  const all = a.added.length + a.removed.length + b.added.length + b.removed.length
  return all === 0 ? 0 : (2 * common) / all
}

/** What the first has and the second has not, as often as it has it more. */
export function linesMissing(wanted: readonly string[], there: readonly string[]): string[] {
  const counts = countOf(there)
  return wanted.filter((line) => {
    const n = counts.get(line) ?? 0
    counts.set(line, n - 1)
    return n <= 0
  })
}

function shared(a: readonly string[], b: readonly string[]): string[] {
  const counts = countOf(b)
  return a.filter((line) => {
    const n = counts.get(line) ?? 0
    counts.set(line, n - 1)
    return n > 0
  })
}

function countOf(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}
