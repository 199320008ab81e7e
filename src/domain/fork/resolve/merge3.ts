/**
 * The three-way merge of two edited sequences (lines, or tokens) over their common base.
 *
 * Not a replacement for git's merge: it runs on files that git left in conflict, to see which parts of the conflict are
 * only neighbours. It never prefers a side; where both sides changed the same place differently, that place stays a
 * conflict with its three versions.
 */
import { diffArrays } from 'diff'

/** `base[start, end)` was replaced by `items`; `start === end` is an insertion. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly items: readonly string[]
}

/** A stretch of the result: settled, or in conflict. */
export type Chunk =
  | { readonly kind: 'stable' | 'ours' | 'theirs' | 'both'; readonly items: readonly string[] }
  | {
      readonly kind: 'conflict'
      readonly base: readonly string[]
      readonly ours: readonly string[]
      readonly theirs: readonly string[]
    }

/**
 * Whether edits that touch without overlapping conflict. Git says `conflict`, since neighbours often depend on each
 * other; `join` is for the rules that have their own reason to know better.
 */
export type Touching = 'conflict' | 'join'

/** What turns `base` into `side`, in order of place, never two edits that touch each other. */
export function editsBetween(base: readonly string[], side: readonly string[]): Edit[] {
  const edits: { start: number; end: number; items: string[] }[] = []
  let at = 0
  for (const change of diffArrays([...base], [...side])) {
    if (!change.added && !change.removed) {
      at += change.value.length
      continue
    }
    const last = edits.at(-1)
    const open = last?.end === at ? last : undefined
    const edit = open ?? { start: at, end: at, items: [] }
    if (open === undefined) edits.push(edit)
    if (change.removed) {
      edit.end += change.value.length
      at += change.value.length
    } else edit.items.push(...change.value)
  }
  return edits
}

/** Merges both sides over the base. */
export function mergeSequences(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  touching: Touching = 'conflict',
): Chunk[] {
  const left = editsBetween(base, ours)
  const right = editsBetween(base, theirs)
  const chunks: Chunk[] = []
  let at = 0
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    const group = nextGroup(left, l, right, r, touching)
    l += group.ours.length
    r += group.theirs.length
    if (group.start > at) chunks.push({ kind: 'stable', items: base.slice(at, group.start) })
    chunks.push(...settle(base, group))
    at = group.end
  }
  if (at < base.length) chunks.push({ kind: 'stable', items: base.slice(at) })
  return chunks
}

/** The merged sequence, or undefined where any part is in conflict. */
export function joined(chunks: readonly Chunk[]): string[] | undefined {
  const items: string[] = []
  for (const chunk of chunks) {
    if (chunk.kind === 'conflict') return undefined
    items.push(...chunk.items)
  }
  return items
}

interface Group {
  start: number
  end: number
  ours: Edit[]
  theirs: Edit[]
}

/** The next edit of either side, with everything of both sides that overlaps it, however long the chain. */
function nextGroup(left: readonly Edit[], l: number, right: readonly Edit[], r: number, touching: Touching): Group {
  const first = left[l] === undefined || (right[r] !== undefined && before(right[r], left[l])) ? right[r]! : left[l]
  const group: Group = { start: first.start, end: first.end, ours: [], theirs: [] }
  for (let grown = true; grown;) {
    grown = false
    for (const [side, edits, from] of [
      ['ours', left, l],
      ['theirs', right, r],
    ] as const) {
      const edit = edits[from + group[side].length]
      if (edit === undefined || !(edit === first || meets(edit, group, touching))) continue
      group[side].push(edit)
      group.end = Math.max(group.end, edit.end)
      group.start = Math.min(group.start, edit.start)
      grown = true
    }
  }
  return group
}

function before(a: Edit, b: Edit): boolean {
  return a.start < b.start || (a.start === b.start && a.end < b.end)
}

function meets(edit: Edit, group: Group, touching: Touching): boolean {
  if (group.ours.length + group.theirs.length === 0) return false
  if (touching === 'conflict') return edit.start <= group.end && group.start <= edit.end
  if (edit.start === edit.end && group.start === group.end) return edit.start === group.start
  return edit.start < group.end && group.start < edit.end
}

function settle(base: readonly string[], group: Group): Chunk[] {
  const original = base.slice(group.start, group.end)
  const ours = applyWithin(base, group, group.ours)
  const theirs = applyWithin(base, group, group.theirs)
  if (group.theirs.length === 0) return [{ kind: 'ours', items: ours }]
  if (group.ours.length === 0) return [{ kind: 'theirs', items: theirs }]
  if (sameItems(ours, theirs)) return [{ kind: 'both', items: ours }]
  return narrow(original, ours, theirs)
}

function applyWithin(base: readonly string[], group: Group, edits: readonly Edit[]): string[] {
  const items: string[] = []
  let at = group.start
  for (const edit of edits) {
    items.push(...base.slice(at, edit.start), ...edit.items)
    at = edit.end
  }
  return [...items, ...base.slice(at, group.end)]
}

/** What both sides begin or end alike is no part of the conflict (git calls it zdiff3). */
function narrow(base: readonly string[], ours: readonly string[], theirs: readonly string[]): Chunk[] {
  const shortest = Math.min(ours.length, theirs.length)
  let head = 0
  while (head < shortest && ours[head] === theirs[head]) head++
  let tail = 0
  while (tail < shortest - head && ours.at(-1 - tail) === theirs.at(-1 - tail)) tail++
  const inBase = { head: commonHead(base, ours, head), tail: 0 }
  inBase.tail = commonTail(base, ours, Math.min(tail, base.length - inBase.head))
  const chunks: Chunk[] = [
    { kind: 'both', items: ours.slice(0, head) },
    {
      kind: 'conflict',
      base: base.slice(inBase.head, base.length - inBase.tail),
      ours: ours.slice(head, ours.length - tail),
      theirs: theirs.slice(head, theirs.length - tail),
    },
    { kind: 'both', items: ours.slice(ours.length - tail) },
  ]
  return chunks.filter((chunk) => chunk.kind === 'conflict' || chunk.items.length > 0)
}

function commonHead(a: readonly string[], b: readonly string[], most: number): number {
  let n = 0
  while (n < most && n < a.length && a[n] === b[n]) n++
  return n
}

function commonTail(a: readonly string[], b: readonly string[], most: number): number {
  let n = 0
  while (n < most && a.at(-1 - n) === b.at(-1 - n)) n++
  return n
}

/** Whether both sequences hold the same items in the same order. */
export function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
