/**
 * Merging a file by its named parts: declarations of Go, targets of a Makefile, sections of Markdown.
 *
 * The result is upstream's file, in upstream's order, with the company's changed parts in it. That a part moved, or that
 * its neighbours were rewritten, is no conflict; that both sides changed one part is, unless its lines merge.
 */
import type { HunkAnswer, HunkRule } from './hunk.ts'
import { mergeText, type TextSides } from './hunk.ts'
import { splitLines } from './lines.ts'

/** A part of a file: `text` of all blocks together is the file. */
export interface Block {
  /** Unique within the file: `func (c *Controller) run`, `## Installation`. */
  readonly key: string
  readonly text: string
}

export interface BlockGrammar {
  /** Id of the rule: `go-declarations`, `make-targets`. */
  readonly rule: string
  /** Splits a text; undefined where it cannot be split so that all of it is understood. */
  split(text: string): Block[] | undefined
  /** How a block that both sides changed is merged, when its lines do not: a grammar of its inner parts. */
  inner?(key: string): BlockGrammar | undefined
  /** Which of upstream's blocks holds what this one held, where none has its key; undefined where that cannot be told. */
  counterpart?(before: Block, now: readonly Block[]): Block | undefined
  /** Whether a block may stand at any place among its siblings. What may not is never inserted. */
  isFree(block: Block): boolean
  /** Said of a block in evidence: `declaration`, `target`. */
  readonly noun: string
}

export interface BlockMerge {
  /** Undefined while blocks are left. */
  readonly text: string | undefined
  readonly answers: readonly HunkAnswer[]
  /** Keys of blocks that stay in conflict, with why. */
  readonly left: readonly { key: string; why: string }[]
}

/** Merges by blocks; undefined where a side cannot be split. */
export function mergeBlocks(
  file: TextSides,
  grammar: BlockGrammar,
  rules: readonly HunkRule[],
): BlockMerge | undefined {
  const [base, ours, theirs] = [grammar.split(file.base), grammar.split(file.ours), grammar.split(file.theirs)]
  if (base === undefined || ours === undefined || theirs === undefined) return undefined
  const merge = new BlockPatch(file, grammar, rules, base, ours)
  merge.carry(theirs)
  const text = merge.left.length === 0 ? merge.result.map((block) => block.text).join('') : undefined
  return { text, answers: merge.answers, left: merge.left }
}

/** The company's changes, block by block, made in upstream's list of blocks. */
class BlockPatch {
  readonly result: Block[]
  readonly answers: HunkAnswer[] = []
  readonly left: { key: string; why: string }[] = []
  readonly #base: Map<string, string>
  readonly #file: TextSides
  readonly #grammar: BlockGrammar
  readonly #rules: readonly HunkRule[]

  constructor(file: TextSides, grammar: BlockGrammar, rules: readonly HunkRule[], base: Block[], ours: Block[]) {
    this.#file = file
    this.#grammar = grammar
    this.#rules = rules
    this.#base = new Map(base.map(({ key, text }) => [key, text]))
    this.result = [...ours]
  }

  carry(theirs: readonly Block[]): void {
    const kept = new Set(theirs.map((block) => block.key))
    for (const [key, text] of this.#base) if (!kept.has(key)) this.#remove(key, text)
    for (const [i, block] of theirs.entries()) {
      const before = this.#base.get(block.key)
      if (before === undefined) this.#add(block, theirs, i)
      else if (plain(before) !== plain(block.text)) this.#change(block, before)
    }
  }

  #remove(key: string, before: string): void {
    const at = this.#find(key)
    if (at === -1) return
    if (plain(this.result[at]!.text) !== plain(before)) this.#leave(key, 'the company deleted it, upstream changed it')
    else {
      this.result.splice(at, 1)
      this.#say(`the company deleted ${this.#grammar.noun} ${key}, which upstream left as it was`)
    }
  }

  #add(block: Block, theirs: readonly Block[], i: number): void {
    const at = this.#find(block.key)
    if (at !== -1) {
      if (plain(this.result[at]!.text) !== plain(block.text)) this.#mergeAt(at, '', block)
      return
    }
    if (!this.#grammar.isFree(block)) return this.#leave(block.key, 'its place among its neighbours matters')
    const place = this.#placeOf(theirs, i)
    this.result.splice(place, 0, block)
    separate(this.result, place)
    this.#say(`the company's ${this.#grammar.noun} ${block.key} is added to what upstream has now`)
  }

  #change(block: Block, before: string): void {
    const other = this.#grammar.counterpart?.({ key: block.key, text: before }, this.result)?.key ?? block.key
    const found = this.#find(block.key)
    const at = found === -1 ? this.#find(other) : found
    if (at === -1) return this.#leave(block.key, 'the company changes it, upstream has it no longer in this file')
    const now = this.result[at]!.text
    if (plain(now) === plain(block.text)) return
    if (plain(now) !== plain(before)) return this.#mergeAt(at, before, block)
    this.result[at] = { key: block.key, text: lead(now) + body(block.text) }
    this.#say(`the company's change of ${this.#grammar.noun} ${block.key}, which upstream left as it was`)
  }

  #mergeAt(at: number, before: string, block: Block): void {
    const sides = { path: this.#file.path, base: before, ours: this.result[at]!.text, theirs: block.text }
    const merged = mergeText(sides, this.#rules)
    const inner = this.#grammar.inner?.(block.key)
    const parts = merged.text === undefined && inner !== undefined ? mergeBlocks(sides, inner, this.#rules) : undefined
    const text = merged.text ?? parts?.text
    if (text === undefined)
      return this.#leave(block.key, parts?.left[0]?.why ?? 'both sides changed the same lines of it')
    this.result[at] = { key: this.result[at]!.key, text }
    this.answers.push(...(merged.text === undefined ? parts!.answers : merged.answers))
    this.#say(`both sides' changes of ${this.#grammar.noun} ${block.key} are in different lines`)
  }

  /** After the nearest sibling above it that upstream still has, else before the nearest below, else at the end. */
  #placeOf(theirs: readonly Block[], i: number): number {
    for (let above = i - 1; above >= 0; above--) {
      const at = this.#find(theirs[above]!.key)
      if (at !== -1) return at + 1
    }
    for (let below = i + 1; below < theirs.length; below++) {
      const at = this.#find(theirs[below]!.key)
      if (at !== -1) return at
    }
    return this.result.length
  }

  #find(key: string): number {
    return this.result.findIndex((block) => block.key === key)
  }

  #leave(key: string, why: string): void {
    this.left.push({ key, why })
  }

  #say(evidence: string): void {
    this.answers.push({ lines: [], rule: this.#grammar.rule, confidence: 'rule', evidence })
  }
}

/** Without the blank lines around, which belong to the place and not to the part. */
function plain(text: string): string {
  return text.replace(/^\s*\n/, '').trimEnd()
}

function lead(text: string): string {
  return /^(?:[ \t]*\r?\n)*/.exec(text)![0]
}

function body(text: string): string {
  return text.slice(lead(text).length)
}

/** A block that came from the end of a file may lack the newline that its new neighbour needs. */
function separate(blocks: Block[], at: number): void {
  for (const i of [at - 1, at]) {
    const block = blocks[i]
    if (block === undefined || i === blocks.length - 1 || block.text === '' || block.text.endsWith('\n')) continue
    blocks[i] = { key: block.key, text: `${block.text}\n` }
  }
}

/** Names each block once: the second block of a name is `name#2`. */
export function uniqueKeys(blocks: readonly Block[]): Block[] {
  const seen = new Map<string, number>()
  return blocks.map(({ key, text }) => {
    const n = (seen.get(key) ?? 0) + 1
    seen.set(key, n)
    return { key: n === 1 ? key : `${key}#${n}`, text }
  })
}

/** Blocks from lines: `startsAt` names the block that a line begins, else the line goes on with the one above. */
export function blocksByLine(text: string, first: string, startsAt: (line: string) => string | undefined): Block[] {
  const blocks: { key: string; text: string }[] = [{ key: first, text: '' }]
  for (const line of splitLines(text)) {
    const key = startsAt(line)
    if (key !== undefined) blocks.push({ key, text: '' })
    blocks.at(-1)!.text += line
  }
  return uniqueKeys(blocks.filter((block) => block.text !== ''))
}
