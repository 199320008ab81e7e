/** Small readings of YAML keys and their lines, for the merge by key. */
import type { YamlKey, YamlTree } from './yaml-tree.ts'

/** Lines from `start` to before `end` become others; an empty range inserts. */
export interface LineEdit {
  readonly start: number
  readonly end: number
  readonly lines: readonly string[]
}

/** The lines with all edits made, as one text. */
export function withEdits(lines: readonly string[], edits: readonly LineEdit[]): string {
  const result = [...lines]
  // From the last line up; at one line first what is replaced, then what is put before it.
  const order = [...edits].reverse().sort((a, b) => b.start - a.start || b.end - a.end)
  for (const { start, end, lines: items } of order) {
    const above = result[start - 1]
    if (above !== undefined && items.length > 0 && !above.endsWith('\n')) result[start - 1] = `${above}\n`
    result.splice(start, end - start, ...items)
  }
  return result.join('')
}

/** The last element of its path. */
export function nameOf(key: YamlKey): string {
  return key.path.at(-1)!
}

/** The comment above it, line by line, without indentation. */
export function commentLines(tree: YamlTree, key: YamlKey): string[] {
  return tree.lines.slice(key.start, key.keyLine).map((line) => line.trim())
}

/** A line moved to the right, or to the left as far as it has blanks. */
export function reindent(line: string, shift: number): string {
  if (line.trim() === '') return line
  return shift >= 0 ? ' '.repeat(shift) + line : line.replace(new RegExp(`^ {0,${-shift}}`), '')
}

/** Without blank lines at the end, unless all of a block is meant. */
export function trimBlank(lines: readonly string[], whole: boolean): readonly string[] {
  if (whole) return lines
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(0, last + 1)
}

/** A value as evidence shows it. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
