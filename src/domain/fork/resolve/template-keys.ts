/**
 * Keys that both sides gave to a Helm template, from the same value: the company added `priorityClassName` before upstream
 * did. Upstream's stays and the company's goes, since both render the same value at the same place; left alone they would
 * stand twice.
 */
import type { TextSides } from './hunk.ts'
import { splitLines } from './lines.ts'
import { editsBetween } from './merge3.ts'
import { addedKeys } from './template-paths.ts'
import type { ValueMove } from './yaml-merge.ts'
import { keyPaths } from './yaml-tree.ts'

export interface SupersededKeys {
  /** The company's text without what upstream has as well. */
  readonly theirs: string
  readonly evidence: readonly string[]
}

/** What of the company's additions upstream renders too; undefined where nothing is. */
export function supersededKeys(file: TextSides, moves: readonly ValueMove[]): SupersededKeys | undefined {
  if (!/(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(file.path)) return undefined
  const [base, theirs] = [splitLines(file.base), splitLines(file.theirs)]
  const result: string[] = []
  const evidence: string[] = []
  let at = 0
  for (const edit of editsBetween(base, theirs)) {
    result.push(...base.slice(at, edit.start))
    for (const unit of edit.start === edit.end ? (addedKeys(edit.items) ?? [edit.items]) : [edit.items]) {
      const said = edit.start === edit.end ? whyGone(unit, file, moves) : undefined
      if (said === undefined) result.push(...unit)
      else evidence.push(said)
    }
    at = edit.end
  }
  if (evidence.length === 0) return undefined
  return { theirs: [...result, ...base.slice(at)].join(''), evidence }
}

/** Every key of the addition is new upstream too, at the same path, and every value that it reads is read there. */
function whyGone(added: readonly string[], file: TextSides, moves: readonly ValueMove[]): string | undefined {
  const text = added.join('')
  const values = [...new Set([...text.matchAll(/\.Values\.([\w.]+)/g)].map((match) => match[1]!))]
  const [before, now, company] = [keyPaths(file.base), keyPaths(file.ours), keyPaths(file.theirs)]
  const keys = [...company].filter((path) => !before.has(path) && text.includes(`${path.split('.').pop()!}:`))
  if (values.length === 0 || keys.length === 0 || !keys.every((path) => now.has(path))) return undefined
  const reads = (value: string): boolean =>
    new RegExp(`\\.Values\\.${value.replace(/\./g, '\\.')}(?![\\w.])`).test(file.ours)
  const isRead = (value: string): boolean => reads(value) || moves.some(({ from, to }) => from === value && reads(to))
  if (!values.every(isRead)) return undefined
  return `upstream renders ${keys.join(', ')} from ${values.map((value) => `.Values.${value}`).join(', ')} as well: its lines stay`
}
