/**
 * Rules for hunks in which the company only added lines, and upstream rewrote what stood around them.
 *
 * What was added goes beside the line it stood beside, where that line is still there, alone of its kind and at the same
 * depth. In code this is a reader's judgement made by machine: it is marked `assisted`, and the checks after the merge
 * look for what it may have broken.
 */
import type { Hunk, HunkAnswer, HunkRule, TextSides } from './hunk.ts'
import { bare, indentOf, splitLines } from './lines.ts'
import { editsBetween } from './merge3.ts'

/** An addition that upstream also has must be told apart from lines that any file has. */
const LEAST_TOLD = 20

/** Upstream added the same lines, elsewhere in the file: nothing is left to add. */
export const upstreamHasItRule: HunkRule = ({ base, ours, theirs }, file): HunkAnswer | undefined => {
  const added = insertionsOf(base, theirs)
  if (added === undefined) return undefined
  const [before, now] = [trimmed(file.base), trimmed(file.ours)]
  for (const { lines } of added) {
    const wanted = trimmed(lines.join(''))
    if (wanted.join('').length < LEAST_TOLD || runAt(before, wanted) !== -1 || runAt(now, wanted) === -1)
      return undefined
  }
  const evidence = `upstream added the same lines: “${added.map(({ lines }) => bare(lines[0]!).trim()).join(' … ')}”`
  return { lines: ours, rule: 'upstream-has-it', confidence: 'rule', evidence }
}

/** Beside the line that it stood beside. */
export const anchoredRule: HunkRule = (hunk, file): HunkAnswer | undefined => {
  const added = insertionsOf(hunk.base, hunk.theirs)
  if (
    added === undefined ||
    clashes(
      added.flatMap(({ lines }) => lines),
      hunk,
    )
  )
    return undefined
  const places: { at: number; lines: readonly string[] }[] = []
  for (const { at, lines } of added) {
    const place = /\.go$/.test(file.path) && !isBalanced(lines) ? undefined : placeOf(at, lines, hunk, file)
    if (place === undefined) return undefined
    places.push({ at: place, lines })
  }
  const result = [...hunk.ours]
  for (const { at, lines } of [...places].reverse().sort((a, b) => b.at - a.at)) {
    // A paragraph that stood on its own stays on its own: in Markdown it would else join the list above.
    const alone =
      lines[0]!.trim() !== '' &&
      isBlank(lineAbove(added[0]!.at, hunk.base, hunk.above)) &&
      !isBlank(lineAbove(at, result, hunk.above))
    result.splice(at, 0, ...(alone ? ['\n'] : []), ...lines)
  }
  return {
    lines: result,
    rule: 'anchored',
    confidence: 'assisted',
    evidence: `upstream rewrote what stood around the company's “${bare(added[0]!.lines.find((l) => l.trim() !== '') ?? '').trim()}”; it stands beside the line that it stood beside`,
  }
}

/** Upstream added at the same place something of the same name, or that begins alike: they may be one and the same. */
function clashes(added: readonly string[], { base, ours }: Hunk): boolean {
  if (base.length > 0) return false
  const beginnings = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => /^\s*([\p{L}\p{N}_.-]{2,}|[A-Z])/u.exec(line)?.[1] ?? [])
  const theirs = new Set(beginnings(added))
  return beginnings(ours).some((name) => theirs.has(name))
}

function lineAbove(at: number, lines: readonly string[], above: readonly string[]): string {
  return lines[at - 1] ?? above.at(-1) ?? ''
}

function isBlank(line: string): boolean {
  return line.trim() === ''
}

/** What the company added to a hunk, by place in its base; undefined where it also changed or deleted. */
function insertionsOf(
  base: readonly string[],
  theirs: readonly string[],
): { at: number; lines: readonly string[] }[] | undefined {
  const edits = editsBetween(base, theirs)
  if (edits.length === 0 || edits.some((edit) => edit.start !== edit.end)) return undefined
  return edits.map(({ start, items }) => ({ at: start, lines: items }))
}

/** Where in upstream's lines: before the line below, else after the line above; blank lines tell nothing. */
function placeOf(at: number, lines: readonly string[], hunk: Hunk, file: TextSides): number | undefined {
  const first = lines.find((line) => line.trim() !== '')
  if (first === undefined) return undefined
  const below = hunk.base.slice(at).find((line) => line.trim() !== '')
  const above = hunk.base.slice(0, at).findLast((line) => line.trim() !== '')
  const atEnd = hunk.base.slice(at).every((line) => line.trim() === '')
  const atStart = hunk.base.slice(0, at).every((line) => line.trim() === '')
  const [under, over] = [
    hunk.below.find((line) => line.trim() !== ''),
    hunk.above.findLast((line) => line.trim() !== ''),
  ]
  if (atEnd && under !== undefined && isAnchor(under, first, file)) return hunk.ours.length
  if (atStart && over !== undefined && isAnchor(over, first, file)) return 0
  if (below !== undefined && isAnchor(below, first, file) && once(hunk.ours, below)) return hunk.ours.indexOf(below)
  if (above !== undefined && isAnchor(above, first, file) && once(hunk.ours, above)) return hunk.ours.indexOf(above) + 1
  return undefined
}

/** A line that is told from all others, before and now, at the depth of what is added. */
function isAnchor(line: string, added: string, file: TextSides): boolean {
  if (bare(line).trim().length < 8 || indentOf(line) !== indentOf(added)) return false
  return once(splitLines(file.base), line) && once(splitLines(file.ours), line)
}

function once(lines: readonly string[], line: string): boolean {
  const at = lines.indexOf(line)
  return at !== -1 && !lines.includes(line, at + 1)
}

function isBalanced(lines: readonly string[]): boolean {
  let depth = 0
  for (const sign of lines.join('').replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\/.*/g, '')) {
    if ('{(['.includes(sign)) depth++
    else if ('})]'.includes(sign) && --depth < 0) return false
  }
  return depth === 0
}

function trimmed(text: string): string[] {
  return splitLines(text)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function runAt(lines: readonly string[], run: readonly string[]): number {
  return lines.findIndex((_, i) => run.every((line, k) => lines[i + k] === line))
}
