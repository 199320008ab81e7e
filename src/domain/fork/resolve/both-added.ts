/**
 * Both sides added something at the same place: kept both, upstream's first, where the order carries no meaning.
 *
 * That is so for entries of Go groups and structs, imports, entries of keyed literals, Go declarations, patterns of ignore files, list
 * items and table rows in Markdown. It is not so for statements, instructions of a Dockerfile, or YAML lists.
 */
import type { Hunk, HunkAnswer, HunkRule, TextSides } from './hunk.ts'
import { bare } from './lines.ts'

interface Unordered {
  readonly what: string
  readonly paths: RegExp
  /** What an added line looks like; the capture names it. Comments and blank lines go with the line below. */
  readonly line: RegExp
}

const GO = /\.go$/
const UNORDERED: readonly Unordered[] = [
  { what: 'struct fields', paths: GO, line: /^\t+(\w+)\s+[\w.*[\]{}()]+(?:\s+`[^`]*`)?\s*(?:\/\/.*)?$/ },
  { what: 'imports', paths: GO, line: /^\t(?:[\w.]+\s+)?("[^"]+")$/ },
  { what: 'constants', paths: GO, line: /^\t(\w+)(?:\s+\w+)?\s+=\s+(?!iota\b)[^{(]*$/ },
  { what: 'variables of a group', paths: GO, line: /^\t(\w+)(?:\s+[\w.]+)?\s+=\s+.*[^{(]$/ },
  { what: 'entries of a literal', paths: GO, line: /^\t+([\w.]+|"[^"]+"):\s+.*,$/ },
  { what: 'patterns', paths: /(^|\/)\.(git|docker|helm)ignore$/, line: /^([^\s!].*)$/ },
  { what: 'list items', paths: /\.(md|markdown)$/, line: /^\s*(?:[-*+]|\|)\s*(.+)$/ },
  { what: 'owners', paths: /(^|\/)(OWNERS|CODEOWNERS)$/, line: /^\s*(?:-\s*)?(\S.*)$/ },
]

/** Keeps what both sides added, where neither is the other's and no name comes twice. */
export const bothAddedRule: HunkRule = (hunk, file): HunkAnswer | undefined => {
  if (hunk.base.length > 0) return undefined
  for (const kind of UNORDERED) {
    const lines = kind.paths.test(file.path) ? unite(hunk, kind, file) : undefined
    if (lines === undefined) continue
    return {
      lines,
      rule: 'both-added',
      confidence: 'rule',
      evidence: `both sides added ${kind.what} here, whose order carries no meaning: ${names(hunk.theirs, kind).join(', ')}`,
    }
  }
  return undefined
}

function unite(hunk: Hunk, kind: Unordered, file: TextSides): string[] | undefined {
  const [ours, theirs] = [names(hunk.ours, kind), names(hunk.theirs, kind)]
  if (ours.length === 0 || theirs.length === 0 || theirs.some((name) => ours.includes(name))) return undefined
  if (![...hunk.ours, ...hunk.theirs].every((line) => kind.line.test(bare(line)) || isComment(line))) return undefined
  if (kind.paths === GO && statements(hunk, file)) return undefined
  return [...hunk.ours.map(ended), ...hunk.theirs]
}

function names(lines: readonly string[], kind: Unordered): string[] {
  return lines.filter((line) => !isComment(line)).map((line) => kind.line.exec(bare(line))?.[1] ?? '')
}

function isComment(line: string): boolean {
  return /^\s*($|\/\/)/.test(bare(line))
}

/** Inside a function body `x = 1` is a statement and not an entry: braces of a function are open above. */
function statements(hunk: Hunk, file: TextSides): boolean {
  const anchor = hunk.above.at(-1)
  if (anchor === undefined) return false
  const at = file.theirs.indexOf(hunk.theirs.join(''))
  const above = at === -1 ? '' : file.theirs.slice(0, at)
  const opener = above.split('\n').findLast((line) => /^\S.*[{(]$/.test(line))
  return opener === undefined || /^func\b/.test(opener) ? !/^\t+([\w.]+|"[^"]+"):\s/.test(hunk.theirs[0] ?? '') : false
}

function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n`
}
