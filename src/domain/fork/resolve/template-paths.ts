/**
 * Keys that the company added to a mapping of a Helm template which upstream rewrote: they go into the mapping that stands at
 * the same path now. Mappings have no order, so the place within does not matter; which mapping it is does.
 *
 * Only where upstream has that mapping once, outside any condition, and none of the keys yet.
 */
import type { HunkAnswer, TextSides } from './hunk.ts'
import { bare, indentOf, splitLines } from './lines.ts'
import { editsBetween } from './merge3.ts'
import { reindent } from './yaml-lines.ts'
import { branchesOf, keyLines, type KeyLine } from './yaml-tree.ts'

export interface InsertedKeys {
  readonly text: string
  readonly answer: HunkAnswer
}

/** Added lines as whole keys, each with what belongs to it; undefined where they are anything else. */
export function addedKeys(lines: readonly string[]): string[][] | undefined {
  const units: string[][] = []
  let branches = 0
  let indent = -1
  let hasKey = false
  for (const line of lines) {
    const control = /^\s*\{\{-?\s*(?:if|with|range|else|end)\b/.test(line)
    const key = /^\s*(?:"[^"]+"|'[^']+'|[\w./-]+):(\s|$)/.test(line)
    const comment = /^\s*(#|$)/.test(line)
    if (branches === 0 && indent !== -1 && indentOf(line).length > indent && !control) units.at(-1)!.push(line)
    else if (branches > 0) {
      units.at(-1)!.push(line)
      hasKey ||= key
    } else if (key || (control && branchesOf(line) > 0) || comment) {
      if (indent !== -1 && !comment && key && indentOf(line).length !== indent && !lastIsComment(units))
        return undefined
      if (!lastIsComment(units)) units.push([])
      units.at(-1)!.push(line)
      if (key) indent = indentOf(line).length
      hasKey ||= key
    } else return undefined
    branches += branchesOf(line)
  }
  return branches === 0 && hasKey ? units : undefined
}

function lastIsComment(units: readonly string[][]): boolean {
  const last = units.at(-1)
  return last?.every((line) => /^\s*(#|$)/.test(line)) === true
}

/** The company's keys in upstream's file; undefined where it did more than to add keys, or their place is not told. */
export function insertByPath(file: TextSides): InsertedKeys | undefined {
  if (!/(^|\/)templates\/.*\.ya?ml$/.test(file.path)) return undefined
  const [base, theirs] = [splitLines(file.base), splitLines(file.theirs)]
  const [company, upstream] = [keyLines(file.theirs), keyLines(file.ours)]
  const result = splitLines(file.ours)
  const places: { after: number; lines: string[]; path: string }[] = []
  let shift = 0
  for (const edit of editsBetween(base, theirs)) {
    if (edit.start !== edit.end || addedKeys(edit.items) === undefined) return undefined
    const first = edit.start + shift
    const added = company.filter(({ line }) => line >= first && line < first + edit.items.length)
    const place = placeOf(added, company, upstream, result)
    if (place === undefined) return undefined
    const lines = edit.items.map((line) => reindent(line, place.indent - added[0]!.indent))
    places.push({ after: place.after, lines, path: place.path })
    shift += edit.items.length
  }
  if (places.length === 0) return undefined
  for (const { after, lines } of [...places].sort((a, b) => b.after - a.after)) result.splice(after + 1, 0, ...lines)
  const evidence = places.map(({ path, lines }) => `“${bare(lines.find((line) => /:/.test(line))!).trim()}” in ${path}`)
  return {
    text: result.join(''),
    answer: {
      lines: [],
      rule: 'template-path',
      confidence: 'assisted',
      evidence: `the company's keys are added to the mapping at the same path: ${evidence.join('; ')}`,
    },
  }
}

function placeOf(
  added: readonly KeyLine[],
  company: readonly KeyLine[],
  upstream: readonly KeyLine[],
  lines: readonly string[],
): { after: number; indent: number; path: string } | undefined {
  const path = added[0]?.parent
  const parents = upstream.filter((key) => key.path === path)
  const own = company.filter((key) => key.path === path)
  if (path === undefined || path === '' || parents.length !== 1 || own.length !== 1) return undefined
  const [parent] = parents
  if (parent!.branches > 0 || own[0]!.branches > 0 || !/:\s*$/.test(bare(lines[parent!.line]!))) return undefined
  const outer = added.filter(({ indent }) => indent === added[0]!.indent)
  if (outer.some((key) => key.parent !== path)) return undefined
  if (added.some((key) => upstream.some((other) => other.path === key.path))) return undefined
  const child = upstream.find((key) => key.line > parent!.line && key.parent === path)
  const next = lines[parent!.line + 1]
  const indent = child?.indent ?? (next === undefined ? 0 : indentOf(next).length)
  if (child?.inList === true || indent <= parent!.indent) return undefined
  return { after: parent!.line, indent, path }
}
