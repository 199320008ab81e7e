/**
 * Go source as a syntax tree (Lezer's grammar), and the few questions that are asked of it. A file with errors still
 * gives a tree; where the errors are is told.
 */
import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@lezer/go'

export interface GoSource {
  text: string
  tree: Tree
  /** Line of the first thing the grammar does not know; undefined for a clean file. */
  errorLine: number | undefined
}

/**
 * A line that ends in one of these ends a statement (go.dev/ref/spec#Semicolons). The grammar, 1.0.1, forgets that for
 * predeclared names and reads on into the next line; a semicolon that is written is understood.
 */
const LINE_ENDS = /\b(true|false|nil|iota)(?=[ \t]*(?:\/\/.*)?$)/gm

/** Reads a file. `text` of what comes back is what was parsed: a few semicolons longer than the file. */
export function parseGo(file: string): GoSource {
  const text = file.replace(LINE_ENDS, '$1;')
  const tree = parser.parse(text)
  let errorAt: number | undefined
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) errorAt ??= node.from
      return errorAt === undefined
    },
  })
  return { text, tree, errorLine: errorAt === undefined ? undefined : text.slice(0, errorAt).split('\n').length }
}

/** Calls `visit` for each node with one of these names. */
export function eachNode(source: GoSource, names: ReadonlySet<string>, visit: (node: SyntaxNode) => void): void {
  source.tree.iterate({
    enter: (node) => {
      if (names.has(node.name)) visit(node.node)
    },
  })
}

/** The source text of a node. */
export function textOf(source: GoSource, node: SyntaxNode): string {
  return source.text.slice(node.from, node.to)
}

/** A call's arguments. */
export function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const list = call.getChild('Arguments')
  return list === null ? [] : children(list).filter(({ name }) => !/^[(),]$|^(\.\.\.)$|Comment$/.test(name))
}

export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child)
  return found
}

/**
 * The text that an expression yields, as far as the file says: literals and sums of them, `${Name}` for a name whose
 * value stands elsewhere. Undefined for anything else.
 */
export function stringOf(source: GoSource, node: SyntaxNode): string | undefined {
  switch (node.name) {
    case 'String':
      return unquote(textOf(source, node))
    case 'VariableName':
      return `\${${textOf(source, node)}}`
    case 'SelectorExpr': {
      const last = node.lastChild
      return last === null ? undefined : `\${${textOf(source, last)}}`
    }
    case 'ParenthesizedExpr': {
      const inner = children(node).find(({ name }) => name !== '(' && name !== ')')
      return inner === undefined ? undefined : stringOf(source, inner)
    }
    case 'BinaryExp':
      return sumOf(source, node)
    default:
      return undefined
  }
}

function sumOf(source: GoSource, node: SyntaxNode): string | undefined {
  const [left, operator, right] = children(node).filter(({ name }) => !name.endsWith('Comment'))
  if (left === undefined || right === undefined || operator === undefined) return undefined
  if (textOf(source, operator) !== '+') return undefined
  const [one, other] = [stringOf(source, left), stringOf(source, right)]
  return one === undefined && other === undefined ? undefined : `${one ?? '*'}${other ?? '*'}`
}

/** The value of a Go string literal; escapes that JSON does not know stay as they are written. */
export function unquote(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1)
  try {
    return String(JSON.parse(literal.replace(/\\x([0-9a-fA-F]{2})/g, '\\u00$1')))
  } catch {
    return literal.slice(1, -1)
  }
}

/** The comment that stands directly above a node, without its slashes. */
export function commentAbove(source: GoSource, node: SyntaxNode): string[] {
  const lines: string[] = []
  let next = node
  for (let above = node.prevSibling; above?.name === 'LineComment'; above = above.prevSibling) {
    const between = source.text.slice(above.to, next.from)
    if (between.split('\n').length > 2) break
    // A comment at the end of a line belongs to what stands before it.
    if (source.text.slice(source.text.lastIndexOf('\n', above.from) + 1, above.from).trim() !== '') break
    lines.unshift(textOf(source, above).replace(/^\/\/ ?/, ''))
    next = above
  }
  return lines
}
