/** Values of one key that both sides changed, merged by what is inside them: words of a scalar, lines of a list or a script. */
import type { HunkAnswer, HunkRule } from './hunk.ts'
import { mergeText } from './hunk.ts'
import { nameOf, reindent } from './yaml-lines.ts'
import type { YamlKey, YamlTree } from './yaml-tree.ts'

/** One side's key with the file that it stands in. */
export interface SideOfKey {
  readonly key: YamlKey
  readonly tree: YamlTree
}

/** Scalars as `key: value`, by the rules for lines; undefined where no rule merges them. */
export function mergeScalars(
  path: string,
  { base, ours, theirs }: { base: YamlKey; ours: YamlKey; theirs: YamlKey },
  rules: readonly HunkRule[],
): { value: string; answer: HunkAnswer } | undefined {
  if (![base, ours, theirs].every((one) => typeof one.value === 'string' || typeof one.value === 'number'))
    return undefined
  const name = nameOf(theirs)
  const line = (one: YamlKey): string => `${name}: ${String(one.value)}\n`
  const merged = mergeText({ path, base: line(base), ours: line(ours), theirs: line(theirs) }, rules)
  const answer = merged.answers[0]
  if (merged.text === undefined || answer === undefined) return undefined
  return { value: merged.text.slice(name.length + 2).trimEnd(), answer }
}

/**
 * The lines below a key, at upstream's depth: lists of plain words, block scalars. No rule has a say: only edits of
 * different lines merge, since what order means in a list or a script is not known here.
 */
export function mergeLinesBelow(base: SideOfKey, ours: SideOfKey, theirs: SideOfKey): string[] | undefined {
  if ([base, ours, theirs].some((side) => side.key.span !== undefined)) return undefined
  const depth = depthOf(ours)
  const texts = [base, ours, theirs].map((side) => {
    const lines = below(side)
    return lines.length === 0 ? undefined : lines.map((line) => reindent(line, depth - depthOf(side))).join('')
  })
  const [b, o, t] = texts
  if (b === undefined || o === undefined || t === undefined) return undefined
  const merged = mergeText({ path: '', base: b, ours: o, theirs: t }, []).text
  return merged?.split(/(?<=\n)/)
}

/** Past the last line of a key's value, blank lines and comments of what follows left out. */
export function endOfValue({ key, tree }: SideOfKey): number {
  let end = key.end
  while (end > key.keyLine + 1 && /^\s*(#.*)?$/.test(tree.lines[end - 1]!)) end--
  return end
}

function below(side: SideOfKey): string[] {
  return side.tree.lines
    .slice(side.key.keyLine + 1, endOfValue(side))
    .map((line) => (line.endsWith('\n') ? line : `${line}\n`))
}

function depthOf(side: SideOfKey): number {
  const first = below(side).find((line) => line.trim() !== '')
  return first === undefined ? 0 : /^ */.exec(first)![0].length
}
