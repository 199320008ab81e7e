/**
 * Merges inside lines: rules for hunks where both sides changed the same few lines, but not the same words.
 *
 * A version, a path segment, a quoted word is one token: `1.2.3` raised to `1.3.3` by one side and `1.2.4` by the other
 * must never become `1.3.4`. Tokens that touch conflict.
 */
import { firstAnswer, type Hunk, type HunkAnswer, type HunkRule, type TextSides } from './hunk.ts'
import { bare, splitLines } from './lines.ts'
import { editsBetween, joined, mergeSequences, sameItems } from './merge3.ts'

/** Lines of a hunk beyond which a merge inside lines is no longer easily seen to be right. */
const MOST_LINES = 3
/** The share of tokens that a changed line must keep to count as the same line. */
const SAME_LINE = 0.5
/** The share that makes a line elsewhere in the file the successor of one that vanished. */
const MOVED_LINE = 0.7
/** How far the second-best candidate must be behind. */
const MOVED_LEAD = 0.15
/** A line shorter than this is like too many others. */
const SHORTEST_TOLD = 12

/** Words with their dots, dashes and plus signs, runs of blanks, and single other characters. */
export function tokens(line: string): string[] {
  return line.match(/[\p{L}\p{N}_.+-]+|\s+|[^]/gu) ?? []
}

/** The share of tokens, blanks aside, that two lines have in common: 0 to 1. */
export function likeness(a: string, b: string): number {
  const left = tokens(a).filter((token) => token.trim() !== '')
  const right = tokens(b).filter((token) => token.trim() !== '')
  if (left.length + right.length === 0) return 1
  const counts = new Map<string, number>()
  for (const token of left) counts.set(token, (counts.get(token) ?? 0) + 1)
  let common = 0
  for (const token of right) {
    const n = counts.get(token) ?? 0
    if (n > 0) common++
    counts.set(token, n - 1)
  }
  return (2 * common) / (left.length + right.length)
}

/**
 * Words as they are merged: a path, an image, a URL or a version is one word, so that two changes of it never mix into a
 * third that nobody meant.
 */
function mergeWords(line: string): string[] {
  return line.match(/[^\s"'`(),;=<>{}[\]|&$]+|\s+|[^]/g) ?? []
}

/** One line merged by its words; undefined where both sides changed the same ones, or neighbours. */
export function mergeLine(base: string, ours: string, theirs: string): string | undefined {
  if (ours === theirs || theirs === base) return ours
  if (ours === base) return theirs
  if (likeness(base, ours) < SAME_LINE || likeness(base, theirs) < SAME_LINE) return undefined
  return joined(mergeSequences(mergeWords(base), mergeWords(ours), mergeWords(theirs)))?.join('')
}

/** Both sides changed the same few lines, one for one, in different words. */
export const tokenRule: HunkRule = ({ base, ours, theirs }) => {
  if (base.length === 0 || base.length > MOST_LINES) return undefined
  if (ours.length !== base.length || theirs.length !== base.length) return undefined
  const lines = base.map((line, i) => mergeLine(line, ours[i]!, theirs[i]!))
  if (!lines.every((line) => line !== undefined)) return undefined
  return {
    lines,
    rule: 'token',
    confidence: 'rule',
    evidence: `both sides changed ${base.length === 1 ? 'this line' : 'these lines'} in different words: ${quote(lines)}`,
  }
}

/**
 * Neighbouring lines changed by different sides: each edit stands in place of as many lines as it removes, or only adds.
 * A side that deletes beside the other's change is left alone: what was added may have belonged to what was deleted.
 */
export const neighbourRule: HunkRule = ({ base, ours, theirs }) => {
  if (base.length === 0) return undefined
  const edits = [...editsBetween(base, ours), ...editsBetween(base, theirs)]
  if (edits.some((edit) => edit.end > edit.start && edit.items.length !== edit.end - edit.start)) return undefined
  if (!edits.every((edit) => keepsKind(base, edit.start, edit.end, edit.items))) return undefined
  const lines = joined(mergeSequences(base, ours, theirs, 'join'))
  if (lines === undefined) return undefined
  return {
    lines,
    rule: 'neighbours',
    confidence: 'rule',
    evidence: `the sides changed different lines that only stand beside each other: ${quote(lines)}`,
  }
}

function keepsKind(base: readonly string[], start: number, end: number, items: readonly string[]): boolean {
  return base.slice(start, end).every((line, i) => likeness(line, items[i]!) >= SAME_LINE)
}

/** The company added to, or changed, a hunk exactly as upstream did but for blanks at the ends of lines and endings. */
export const blanksRule: HunkRule = ({ ours, theirs, base }) => {
  const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/\s+$/, ''))
  if (sameItems(plain(ours), plain(theirs)) || sameItems(plain(theirs), plain(base))) {
    return {
      lines: ours,
      rule: 'trailing-blanks',
      confidence: 'rule',
      evidence: 'only blanks at the ends of lines differ',
    }
  }
  if (!sameItems(plain(ours), plain(base))) return undefined
  return {
    lines: theirs,
    rule: 'trailing-blanks',
    confidence: 'rule',
    evidence: 'upstream changed only blanks at the ends of lines',
  }
}

/**
 * Upstream moved or reworked lines around a line that the company changed: it stands, little changed, at exactly one
 * other place, in the hunk or elsewhere in the file. The company's change is made there.
 */
export function movedLineRule(inLine: readonly HunkRule[]): HunkRule {
  return (hunk, file) => followMoved(hunk, file, inLine)
}

function followMoved(
  { base, ours, theirs }: Hunk,
  file: TextSides,
  inLine: readonly HunkRule[],
): HunkAnswer | undefined {
  if (base.length === 0 || base.length !== theirs.length) return undefined
  const changed = base.flatMap((line, i) => (line === theirs[i] ? [] : [{ line, to: theirs[i]! }]))
  if (changed.length === 0 || changed.some(({ line }) => bare(line).trim().length < SHORTEST_TOLD)) return undefined
  const known = new Set(splitLines(file.base))
  const fresh = [...new Set(splitLines(file.ours).filter((one) => !known.has(one)))]
  const lines = [...ours]
  const elsewhere: { from: string; to: string }[] = []
  const merged: string[] = []
  for (const { line, to } of changed) {
    const now = counterpart(line, fresh)
    const sides: Hunk = { base: [line], ours: [now ?? ''], theirs: [to], above: [], below: [] }
    const result = now === undefined ? undefined : firstAnswer(inLine, sides, file)?.lines[0]
    if (now === undefined || result === undefined) return undefined
    merged.push(result)
    const at = lines.indexOf(now)
    if (at !== -1) lines[at] = result
    else elsewhere.push({ from: now, to: result })
  }
  return {
    lines,
    rule: 'moved-line',
    confidence: 'assisted',
    evidence: `upstream moved or reworked this; the company's change is made where it stands now: ${quote(merged)}`,
    elsewhere,
  }
}

/** The one new line of upstream's that an old one became; undefined where none is, or two may be. */
function counterpart(line: string, fresh: readonly string[]): string | undefined {
  const ranked = fresh.map((one) => ({ one, like: likeness(line, one) })).sort((a, b) => b.like - a.like)
  const best = ranked[0]
  if (best === undefined || best.like < MOVED_LINE || (ranked[1]?.like ?? 0) > best.like - MOVED_LEAD) return undefined
  return best.one
}

function quote(lines: readonly string[]): string {
  const text = lines.map((line) => bare(line).trim()).join(' ⏎ ')
  return `“${text.length > 160 ? `${text.slice(0, 159)}…` : text}”`
}
