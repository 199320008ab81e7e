/**
 * Merging YAML key by key: the company's changed keys, made in upstream's file, with every comment where it stands.
 *
 * Values files, CI definitions, kustomizations. A key that upstream moved is followed by the profile's list of moves. A
 * key that both sides changed stays a conflict, unless its values merge or it is declared the company's own.
 */
import { isDeepStrictEqual } from 'node:util'
import type { HunkAnswer, HunkRule } from './hunk.ts'
import { commentLines, nameOf, reindent, shown, trimBlank, withEdits, type LineEdit } from './yaml-lines.ts'
import { readYaml, type YamlKey, type YamlTree } from './yaml-tree.ts'
import { endOfValue, mergeLinesBelow, mergeScalars } from './yaml-values.ts'

/** Where a key of an older chart stands in a newer one. */
export interface ValueMove {
  readonly from: string
  readonly to: string
  /** The value became a list of one. */
  readonly wrap?: 'list'
  /** `registry`: the value's registry goes to a key of its own, the rest stays: `host/a/b` becomes `host` and `a/b`. */
  readonly split?: { readonly kind: 'registry'; readonly registryTo: string }
}

export interface YamlPolicy {
  readonly moves: readonly ValueMove[]
  /** Dotted paths that are the company's where both sides changed them. */
  readonly companyOwned: readonly string[]
  readonly rules: readonly HunkRule[]
  /** The class of files for which what the company deleted stays deleted, such as `ci`; undefined where a person decides. */
  readonly staysDeleted?: string | undefined
}

export interface YamlMerge {
  readonly text: string | undefined
  readonly answers: readonly HunkAnswer[]
  /** Keys left for a person, each with why. */
  readonly left: readonly { key: string; why: string }[]
}

/** Merges three versions of a YAML file; undefined where one of them cannot be read by keys. */
export function mergeYaml(
  file: { path: string; base: string; ours: string; theirs: string },
  policy: YamlPolicy,
): YamlMerge | undefined {
  const [base, ours, theirs] = [readYaml(file.base), readYaml(file.ours), readYaml(file.theirs)]
  if (base === undefined || ours === undefined || theirs === undefined) return undefined
  const patch = new YamlPatch(file.path, { base, ours, theirs }, policy)
  patch.carry(base.keys, theirs.keys, ours.keys)
  const text = patch.left.length === 0 ? patch.text() : undefined
  if (text !== undefined && readYaml(text) === undefined) {
    return { text: undefined, answers: [], left: [{ key: '', why: 'what came out is no faultless YAML' }] }
  }
  return { text, answers: patch.answers, left: patch.left }
}

class YamlPatch {
  readonly answers: HunkAnswer[] = []
  readonly left: { key: string; why: string }[] = []
  readonly #edits: LineEdit[] = []
  readonly #file: string
  readonly #base: YamlTree
  readonly #ours: YamlTree
  readonly #theirs: YamlTree
  readonly #policy: YamlPolicy

  constructor(file: string, trees: { base: YamlTree; ours: YamlTree; theirs: YamlTree }, policy: YamlPolicy) {
    this.#file = file
    this.#base = trees.base
    this.#ours = trees.ours
    this.#theirs = trees.theirs
    this.#policy = policy
  }

  text(): string {
    return withEdits(this.#ours.lines, this.#edits)
  }

  /** Walks the company's mapping; `ours` is undefined where upstream has no such mapping any more. */
  carry(base: readonly YamlKey[], theirs: readonly YamlKey[], ours: readonly YamlKey[] | undefined): void {
    const named = new Set(theirs.map(nameOf))
    for (const key of base) if (!named.has(nameOf(key))) this.#remove(key, ours)
    for (const [i, key] of theirs.entries()) {
      const before = base.find((one) => nameOf(one) === nameOf(key))
      const now = this.#isSplit(key) ? undefined : ours?.find((one) => nameOf(one) === nameOf(key))
      if (before === undefined) this.#add(key, i, theirs, ours)
      else if (isOneKind(before, key) && (now === undefined ? !key.isList : isOneKind(key, now))) {
        this.carry(before.children!, key.children!, now?.children)
        if (now !== undefined) this.#commentOf(key, before, now)
      } else if (isDeepStrictEqual(before.value, key.value)) {
        if (now !== undefined) this.#commentOf(key, before, now)
      } else this.#change(key, before, now)
    }
  }

  /** A comment that the company rewrote goes with it while upstream left it as it was; else upstream's stays, and it is said. */
  #commentOf(key: YamlKey, before: YamlKey, now: YamlKey): void {
    const [b, t] = [commentLines(this.#base, before), commentLines(this.#theirs, key)]
    if (isDeepStrictEqual(b, t)) return
    const o = commentLines(this.#ours, now)
    if (isDeepStrictEqual(o, t)) return
    if (!isDeepStrictEqual(o, b)) return this.#leave(key, 'both sides rewrote the comment above it')
    this.#edits.push({
      start: now.start,
      end: now.keyLine,
      lines: t.map((line) => `${' '.repeat(now.indent)}${line}\n`),
    })
    this.#say(key, 'the company rewrote the comment above it')
  }

  #remove(key: YamlKey, ours: readonly YamlKey[] | undefined): void {
    const now = ours?.find((one) => nameOf(one) === nameOf(key))
    if (now === undefined) return
    const { staysDeleted } = this.#policy
    const isSame = isDeepStrictEqual(now.value, key.value)
    if (!isSame && staysDeleted === undefined) return this.#leave(key, 'the company deleted it, upstream changed it')
    if (now.isDashed || ours!.length === 1) return this.#leave(key, 'the company deleted it, and it holds its item')
    this.#edits.push({ start: now.start, end: now.end, lines: [] })
    const rule = isSame ? undefined : `delete-policy/${staysDeleted!}`
    const policy = `the profile says that what it deleted in files of this class (${staysDeleted ?? ''}) stays deleted`
    this.#say(key, `the company deleted it, ${isSame ? 'upstream left it as it was' : policy}`, rule)
  }

  #add(key: YamlKey, i: number, siblings: readonly YamlKey[], ours: readonly YamlKey[] | undefined): void {
    const now = ours?.find((one) => nameOf(one) === nameOf(key))
    if (now !== undefined) {
      if (isDeepStrictEqual(now.value, key.value)) return this.#say(key, 'upstream has it as well, with the same value')
      if (isOneKind(now, key)) return this.carry([], key.children!, now.children)
      return this.#settle(key, undefined, now)
    }
    const moved = this.#moveOf(key)
    if (moved !== undefined) return this.#follow(key, undefined, moved)
    if (ours === undefined || ours.length === 0)
      return this.#leave(key, 'upstream no longer has the mapping that it is in')
    const above = siblings.slice(0, i).findLast((one) => ours.some((other) => nameOf(other) === nameOf(one)))
    const anchor = above === undefined ? undefined : ours.find((one) => nameOf(one) === nameOf(above))
    const first = ours[0]!
    const at = anchor?.end ?? (first.isDashed ? first.end : first.start)
    this.#edits.push({ start: at, end: at, lines: this.#linesFor(key, first.indent, anchor) })
    this.#say(key, 'the company added it')
  }

  #change(key: YamlKey, before: YamlKey, now: YamlKey | undefined): void {
    if (now !== undefined) return this.#settle(key, before, now)
    const moved = this.#moveOf(key)
    if (moved === undefined) this.#leave(key, 'the company changed it, upstream has no such key any more')
    else this.#follow(key, before, moved)
  }

  #follow(key: YamlKey, before: YamlKey | undefined, move: ValueMove): void {
    const target = this.#at(move.to)
    if (target === undefined) return this.#leave(key, `upstream moved it to ${move.to}, which the target has not`)
    if (move.wrap === 'list') return this.#wrap(key, before, target)
    if (move.split === undefined) return this.#settle(key, before, target, move.to)
    const registry = this.#at(move.split.registryTo)
    const value = typeof key.value === 'string' ? key.value : ''
    const cut = value.indexOf('/')
    if (registry === undefined || !/[.:]/.test(value.slice(0, Math.max(cut, 0)))) {
      return this.#leave(key, `upstream moved it to ${move.to} and ${move.split.registryTo}`)
    }
    if (!this.#owns(key) && !this.#owns(target)) {
      return this.#leave(key, `both sides changed it; upstream has it as ${move.split.registryTo} and ${move.to} now`)
    }
    this.#write(registry, value.slice(0, cut))
    this.#write(target, value.slice(cut + 1))
    this.#say(key, `the company's own key; upstream splits it into ${move.split.registryTo} and ${move.to} now`)
  }

  #wrap(key: YamlKey, before: YamlKey | undefined, target: YamlKey): void {
    const where = target.path.join('.')
    if (isDeepStrictEqual(target.value, [key.value])) return this.#say(key, `upstream has it as the list ${where}`)
    if (before === undefined || !isDeepStrictEqual(target.value, [before.value])) {
      return this.#leave(
        key,
        `the company wants ${shown(key.value)}, upstream has the list ${where}: ${shown(target.value)}`,
      )
    }
    const indent = ' '.repeat(target.indent)
    const source =
      key.span === undefined ? JSON.stringify(key.value) : this.#theirs.text.slice(key.span.from, key.span.to)
    const name = this.#ours.lines[target.keyLine]!.slice(0, target.indent + nameOf(target).length)
    const below = this.#ours.lines.slice(target.keyLine + 1, target.end)
    const items = below.findIndex((line) => !/^\s*- /.test(line))
    const last = target.keyLine + 1 + (items === -1 ? below.length : items)
    this.#edits.push({ start: target.keyLine, end: last, lines: [`${name}:\n`, `${indent}  - ${source}\n`] })
    this.#say(key, `only the company changed it; upstream has it as the list ${where}`)
  }

  /** Sets upstream's key to the company's value, if upstream's own is what the company's grew from, or there is a rule. */
  #settle(key: YamlKey, before: YamlKey | undefined, now: YamlKey, movedTo?: string): void {
    const where = movedTo === undefined ? '' : `, which upstream moved to ${movedTo}`
    if (isDeepStrictEqual(now.value, key.value))
      return this.#say(key, `upstream has the company's value as well${where}`)
    if (before !== undefined && isDeepStrictEqual(now.value, before.value)) {
      this.#replace(key, now)
      return this.#say(key, `only the company changed it, to ${shown(key.value)}${where}`)
    }
    if (this.#owns(key) || this.#owns(now)) {
      this.#replace(key, now)
      return this.#say(
        key,
        `declared the company's own: ${shown(key.value)}, not upstream's ${shown(now.value)}${where}`,
      )
    }
    if (before === undefined || !this.#merge(key, before, now))
      this.#leave(key, `the company wants ${shown(key.value)}, upstream has ${shown(now.value)}${where}`)
  }

  /** What both sides changed, by what is inside it. */
  #merge(key: YamlKey, before: YamlKey, now: YamlKey): boolean {
    const scalar = mergeScalars(this.#file, { base: before, ours: now, theirs: key }, this.#policy.rules)
    if (scalar !== undefined) {
      this.#write(now, scalar.value)
      this.answers.push(scalar.answer)
      return true
    }
    const ours = { key: now, tree: this.#ours }
    const lines = mergeLinesBelow({ key: before, tree: this.#base }, ours, { key, tree: this.#theirs })
    if (lines === undefined) return false
    this.#edits.push({ start: now.keyLine + 1, end: endOfValue(ours), lines })
    this.#say(key, 'both sides changed it, in different lines')
    return true
  }

  #replace(key: YamlKey, now: YamlKey): void {
    if (now.span !== undefined && key.span !== undefined) {
      return this.#writeSource(now, this.#theirs.text.slice(key.span.from, key.span.to))
    }
    if (now.isDashed || key.isDashed) return this.#leave(key, 'it stands on the line of a dash')
    const lines = this.#linesFor(key, now.indent, undefined).slice(key.keyLine - key.start)
    const body = now.children === undefined && now.span !== undefined ? now.keyLine + 1 : now.end
    const renamed = lines.map((line, i) => (i === 0 ? line.replace(nameOf(key), nameOf(now)) : line))
    this.#edits.push({
      start: now.keyLine,
      end: Math.max(body, now.keyLine + 1),
      lines: trimBlank(renamed, body === now.end),
    })
  }

  #write(now: YamlKey, value: string): void {
    const quote = now.span === undefined ? '' : (/^["']/.exec(this.#ours.text.slice(now.span.from))?.[0] ?? '')
    this.#writeSource(now, `${quote}${value}${quote}`)
  }

  #writeSource(now: YamlKey, source: string): void {
    if (now.span === undefined) return this.#leave(now, 'its value is not on one line upstream')
    const begin = this.#ours.text.lastIndexOf('\n', now.span.from - 1) + 1
    const line = this.#ours.lines[now.keyLine]!
    const text = line.slice(0, now.span.from - begin) + source + line.slice(now.span.to - begin)
    this.#edits.push({ start: now.keyLine, end: now.keyLine + 1, lines: [text] })
  }

  /** The company's lines of a key at another depth, with a blank line where its new neighbours have one. */
  #linesFor(key: YamlKey, indent: number, after: YamlKey | undefined): string[] {
    const shift = indent - key.indent
    const source = this.#theirs.lines.slice(key.start, key.end)
    if (key.isDashed) source[0] = source[0]!.replace(/^( *)-/, '$1 ')
    const lines = source.map((line) => reindent(line, shift))
    const last = lines.at(-1)!
    if (!last.endsWith('\n')) lines[lines.length - 1] = `${last}\n`
    const spaced = after !== undefined && /^\s*$/.test(this.#ours.lines[after.end - 1] ?? 'x')
    return spaced && !/^\s*$/.test(lines.at(-1)!) ? [...lines, '\n'] : lines
  }

  #moveOf(key: YamlKey): ValueMove | undefined {
    const from = key.path.join('.')
    const isThere = ({ to, split }: ValueMove): boolean =>
      this.#at(to) !== undefined && (split === undefined || this.#at(split.registryTo) !== undefined)
    return this.#policy.moves.find((move) => move.from === from && isThere(move))
  }

  /** Upstream has the key still, but keeps only a part of the value in it. */
  #isSplit(key: YamlKey): boolean {
    return this.#moveOf(key)?.split !== undefined
  }

  #at(path: string): YamlKey | undefined {
    let keys: readonly YamlKey[] | undefined = this.#ours.keys
    let found: YamlKey | undefined
    for (const name of path.split('.')) {
      found = keys?.find((key) => nameOf(key) === name)
      keys = found?.children
    }
    return found
  }

  #owns(key: YamlKey): boolean {
    const path = key.path.join('.')
    return this.#policy.companyOwned.some((owned) => path === owned || path.startsWith(`${owned}.`))
  }

  #leave(key: YamlKey, why: string): void {
    this.left.push({ key: key.path.join('.'), why })
  }

  #say(key: YamlKey, why: string, rule = 'yaml-key'): void {
    this.answers.push({ lines: [], rule, confidence: 'rule', evidence: `${key.path.join('.')}: ${why}` })
  }
}

/** Two mappings, or two lists of named items. */
function isOneKind(one: YamlKey, other: YamlKey): boolean {
  return one.children !== undefined && other.children !== undefined && one.isList === other.isList
}
