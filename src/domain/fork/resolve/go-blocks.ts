/**
 * Go source as declarations: what may stand at any place of a file, and what names it.
 *
 * Reads gofmt'ed source line by line: a declaration begins in the first column and ends before the next one's comment.
 * What is not so formatted is not split, and stays a conflict.
 */
import type { Block, BlockGrammar } from './blocks.ts'
import { uniqueKeys } from './blocks.ts'
import { splitLines } from './lines.ts'

const DECLARATION = /^(?:func|type|var|const|import)\b/
/** Go allows many `init` and `var _`, which are told by what they do; two that do the same are told by nothing. */
const ALIKE = /^(func init|var _|const _)\b.*#\d+$/s

/** Go files by top-level declaration; `inner` splits structs, interfaces and groups by entry. */
export const goDeclarations: BlockGrammar = {
  rule: 'go-declarations',
  noun: 'declaration',
  split: splitGo,
  counterpart: groupOf,
  inner: (key) => (/^(type|import|var|const) /.test(key) || /^(import|var|const)\(/.test(key) ? goEntries : undefined),
  isFree: (block) => block.key !== 'package' && !ALIKE.test(block.key),
}

/** Entries of one grouped declaration: fields of a struct, imports, constants of a group. */
const goEntries: BlockGrammar = {
  rule: 'go-entries',
  noun: 'entry',
  split: splitEntries,
  // A constant of an iota group counts by its place; so may an embedded type's methods.
  isFree: (block) => block.key !== 'head' && block.key !== 'tail' && !/\biota\b/.test(block.text),
}

/** A group is told by its first entry; where that is gone, by the group that has most of its other entries. */
function groupOf(before: Block, now: readonly Block[]): Block | undefined {
  const kind = /^(?:var|const)\(/.exec(before.key)?.[0]
  if (kind === undefined) return undefined
  const entries = entryKeys(before)
  const groups = now.filter(({ key }) => key.startsWith(kind))
  const shared = groups.map((group) => [...entryKeys(group)].filter((key) => entries.has(key)).length)
  const most = Math.max(0, ...shared)
  const isOne = most >= 2 && shared.filter((count) => count === most).length === 1
  return isOne ? groups[shared.indexOf(most)] : undefined
}

function entryKeys({ text }: Block): Set<string> {
  return new Set(
    splitEntries(text)
      ?.map(({ key }) => key)
      .filter((key) => key !== 'head' && key !== 'tail'),
  )
}

function splitGo(text: string): Block[] | undefined {
  const lines = splitLines(text)
  const inside = insideLiteral(lines)
  const blocks: { key: string; text: string }[] = [{ key: 'package', text: '' }]
  let pending = ''
  let open = false
  for (const [i, line] of lines.entries()) {
    if (inside[i]! || open) {
      blocks.at(-1)!.text += pending + line
      pending = ''
      // `) (*Reconciler, error) {` ends the parameters, not the function.
      if (!inside[i]! && /^[})]/.test(line)) open = opensBlock(line.replace(/^[})]+/, ''))
    } else if (DECLARATION.test(line)) {
      blocks.push({ key: nameOf(lines, i), text: pending + line })
      pending = ''
      open = opensBlock(line)
    } else if (/^\s*$|^\/[/*]|^ \*/.test(line)) pending += line
    else if (/^package\s/.test(line) && blocks.length === 1) {
      blocks[0]!.text += pending + line
      pending = ''
    } else return undefined
  }
  blocks.at(-1)!.text += pending
  if (open) return undefined
  return uniqueKeys(blocks.filter((block) => block.text !== ''))
}

/** For each line, whether it begins inside a raw string or a block comment. */
function insideLiteral(lines: readonly string[]): boolean[] {
  let state: '' | '`' | '*' = ''
  return lines.map((line) => {
    const was = state !== ''
    for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)+'|\/\/.*|`|\/\*|\*\//g)) {
      if (state === '`') state = token.includes('`') && (token.split('`').length - 1) % 2 === 1 ? '' : state
      else if (state === '*') state = token.includes('*/') ? '' : state
      else if (token === '`') state = '`'
      else if (token === '/*') state = '*'
    }
    return was
  })
}

function opensBlock(line: string): boolean {
  const code = line.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`|\/\/.*/g, '""').trimEnd()
  const depth = (code.match(/[{([]/g)?.length ?? 0) - (code.match(/[})\]]/g)?.length ?? 0)
  return depth > 0
}

function nameOf(lines: readonly string[], i: number): string {
  const line = lines[i]!
  const func = /^func\s+(?:\(\s*(?:\w+\s+)?\*?\s*([\w.]+)(?:\[[^\]]*\])?\s*\)\s*)?(\w+)/.exec(line)
  if (func?.[1] !== undefined) return `func (${func[1]}) ${func[2]!}`
  if (func?.[2] === 'init') return `func init ${lines[i + 1]?.trim() ?? ''}`
  if (func !== null) return `func ${func[2]!}`
  if (/^(?:var|const)\s+_\b/.test(line)) return line.trim()
  const group = /^(import|var|const|type)\s*\($/.exec(line.trimEnd())
  if (group === null) return /^(?:type|var|const)\s+\w+/.exec(line)?.[0].replace(/\s+/, ' ') ?? 'import'
  if (group[1] === 'import') return 'import('
  const first = lines.slice(i + 1).find((next) => /^\t\w/.test(next))
  return `${group[1]!}(${/\w+/.exec(first ?? '')?.[0] ?? ''}`
}

function splitEntries(text: string): Block[] | undefined {
  const lines = splitLines(text)
  const start = lines.findIndex((line) => DECLARATION.test(line) && /[{(]\s*$/.test(line))
  const end = lines.findLastIndex((line) => /^[})]/.test(line))
  if (start === -1 || end <= start) return undefined
  const blocks: { key: string; text: string }[] = [{ key: 'head', text: lines.slice(0, start + 1).join('') }]
  let pending = ''
  let depth = 0
  for (const line of lines.slice(start + 1, end)) {
    const comment = depth === 0 && /^\s*($|\/\/|\/\*|\*)/.test(line)
    if (comment) pending += line
    else if (depth > 0) blocks.at(-1)!.text += pending + line
    else blocks.push({ key: entryName(line), text: pending + line })
    if (!comment) pending = ''
    if (!comment) depth += opensBlock(line) ? 1 : /^\t[})]/.test(line) && depth > 0 ? -1 : 0
    if (depth > 1) return undefined
  }
  blocks.push({ key: 'tail', text: pending + lines.slice(end).join('') })
  return uniqueKeys(blocks)
}

function entryName(line: string): string {
  const quoted = /"([^"]+)"/.exec(line)
  if (/^\t(?:[\w.]+\s+)?"[^"]+"\s*(?:\/\/.*)?$/.test(line.trimEnd())) return `"${quoted![1]!}"`
  return /^\t(\*?[\w.]+)/.exec(line)?.[1] ?? line.trim()
}
