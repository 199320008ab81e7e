/**
 * A conflict of a few lines, and what a rule may answer to it.
 *
 * Rules look at one hunk of one text file. The first rule with an answer settles the hunk; a file is settled only when
 * every hunk is. The text outside hunks is what both sides agree on or only one side touched.
 */
import type { Confidence } from './resolver.ts'
import { splitLines } from './lines.ts'
import { mergeSequences, type Chunk } from './merge3.ts'

/** Lines with their endings. `base` is empty where both sides added something at one place. */
export interface Hunk {
  readonly base: readonly string[]
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  /** What stands right above and below the hunk in the merged text, as far as it is settled. */
  readonly above: readonly string[]
  readonly below: readonly string[]
}

/** The file that a hunk is of. */
export interface TextSides {
  readonly path: string
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

export interface HunkAnswer {
  readonly lines: readonly string[]
  readonly rule: string
  readonly confidence: Confidence
  /** What was taken from whom, with the values. */
  readonly evidence: string
  /** Lines elsewhere in the file to which the company's change was carried, since upstream moved them there. */
  readonly elsewhere?: readonly { readonly from: string; readonly to: string }[]
}

export type HunkRule = (hunk: Hunk, file: TextSides) => HunkAnswer | undefined

export interface TextMerge {
  /** The merged text; undefined while hunks are left. */
  readonly text: string | undefined
  readonly answers: readonly HunkAnswer[]
  readonly left: readonly Hunk[]
}

/** Merges a text line by line, and asks the rules about each hunk in conflict. */
export function mergeText(file: TextSides, rules: readonly HunkRule[]): TextMerge {
  const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
  const [base, ours, theirs] = [ended(file.base), ended(file.ours), ended(file.theirs)]
  const merged = mergeEnded({ path: file.path, base, ours, theirs }, rules)
  // A last line without its end is no other line; it stays so only where nobody ended it.
  if (merged.text === undefined || ours === file.ours || theirs === file.theirs) return merged
  return { ...merged, text: merged.text.replace(/\n$/, '') }
}

function mergeEnded(file: TextSides, rules: readonly HunkRule[]): TextMerge {
  const chunks = mergeSequences(splitLines(file.base), splitLines(file.ours), splitLines(file.theirs))
  const lines: string[] = []
  const answers: HunkAnswer[] = []
  const left: Hunk[] = []
  for (const [i, chunk] of chunks.entries()) {
    if (chunk.kind !== 'conflict') {
      lines.push(...chunk.items)
      continue
    }
    const hunk: Hunk = { ...chunk, above: lines.slice(-3), below: linesBelow(chunks, i) }
    const answer = firstAnswer(rules, hunk, file)
    if (answer === undefined) left.push(hunk)
    else {
      answers.push(answer)
      lines.push(...answer.lines)
    }
  }
  const settled = left.length === 0 && carryElsewhere(lines, answers)
  return { text: settled ? lines.join('') : undefined, answers, left }
}

function linesBelow(chunks: readonly Chunk[], i: number): readonly string[] {
  const lines: string[] = []
  for (const chunk of chunks.slice(i + 1)) {
    if (chunk.kind === 'conflict' || lines.length >= 3) break
    lines.push(...chunk.items.slice(0, 3))
  }
  return lines
}

/** What the first rule that has one answers. */
export function firstAnswer(rules: readonly HunkRule[], hunk: Hunk, file: TextSides): HunkAnswer | undefined {
  for (const rule of rules) {
    const answer = rule(hunk, file)
    if (answer !== undefined) return answer
  }
  return undefined
}

/** Changes lines that stand elsewhere, in place; false when one of them is not there exactly once. */
function carryElsewhere(lines: string[], answers: readonly HunkAnswer[]): boolean {
  for (const elsewhere of answers.flatMap((answer) => answer.elsewhere ?? [])) {
    const at = lines.indexOf(elsewhere.from)
    if (at === -1 || lines.includes(elsewhere.from, at + 1)) return false
    lines[at] = elsewhere.to
  }
  return true
}
