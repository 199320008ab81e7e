/** Writes new parts of a YAML file in its own style, with the nodes and comments of what moved there. */
import {
  Document,
  type Node,
  Pair,
  Scalar,
  YAMLMap,
  YAMLSeq,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  visit,
} from 'yaml'
import { canonicalJson } from '../../canonical-json.ts'
import { isMap as isJsonMap } from '../../pods/json.ts'
import { valueAt } from '../convert/paths.ts'
import type { FieldPath, Move } from '../convert/conversion.ts'
import { commentsAbove, lineStart } from './edits.ts'
import { nodeAt, pairOf } from './manifest.ts'

export interface Renderer {
  /** `key: value` and a line break, indented, with the comments of what moved there. The key is the path's last part. */
  pair: (value: unknown, path: FieldPath, indent: number) => string
  /** A value on lines of its own. */
  value: (value: unknown, path: FieldPath, indent: number) => string
  /** A value at the margin, without anything of the old text. */
  plain: (value: unknown) => string
}

interface Source {
  text: string
  tree: Document.Parsed
  before: unknown
  /** Where a path of the new value was before. */
  origins: ReadonlyMap<string, FieldPath>
  /** What else leaves its comments there: a list that its items left, a second field that became the same key. */
  heads: ReadonlyMap<string, readonly Head[]>
}

interface Head {
  from: FieldPath
  /** With the comments within. */
  isWhole: boolean
}

/** A renderer for one document of a file. */
export function renderer(text: string, tree: Document.Parsed, before: unknown, moves: readonly Move[]): Renderer {
  const source: Source = { text, tree, before, ...originsOf(moves) }
  const style = styleOf(text)
  const print = (node: Node): string => {
    const made = new Document(node, { version: '1.1' })
    return made.toString({ lineWidth: 0, directives: false, ...style })
  }
  return {
    pair(value, path, indent) {
      const map = new YAMLMap()
      map.items.push(pairNode(source, value, path))
      return indented(print(map), indent)
    },
    value: (value, path, indent) => indented(print(valueNode(source, value, path)), indent),
    plain: (value) => print(tree.createNode(value, { aliasDuplicateObjects: false })),
  }
}

/** Moved items bring the comments of their list along. */
function originsOf(moves: readonly Move[]): Pick<Source, 'origins' | 'heads'> {
  const origins = new Map<string, FieldPath>()
  const heads = new Map<string, Head[]>()
  const leave = (to: string, head: Head): void => void heads.set(to, [...(heads.get(to) ?? []), head])
  for (const { from, to } of moves)
    if (origins.has(JSON.stringify(to))) leave(JSON.stringify(to), { from, isWhole: true })
    else origins.set(JSON.stringify(to), from)
  const seen = new Set<string>()
  for (const { from, to } of moves) {
    const [list, target] = [from.slice(0, -1), to.slice(0, -1)]
    const pair = JSON.stringify([list, target])
    if (typeof from.at(-1) !== 'number' || seen.has(pair)) continue
    seen.add(pair)
    const isList = typeof to.at(-1) === 'number' && from.at(-2) === to.at(-2)
    if (isList && !origins.has(JSON.stringify(target))) origins.set(JSON.stringify(target), list)
    else leave(JSON.stringify(to), { from: list, isWhole: false })
  }
  return { origins, heads }
}

function pairNode(source: Source, value: unknown, path: FieldPath): Pair {
  const key = new Scalar(path.at(-1))
  const node = valueNode(source, value, path)
  const from = source.origins.get(JSON.stringify(path)) ?? (hasNode(source, path) ? path : undefined)
  if (from !== undefined) {
    const inner = from === path ? undefined : innerComments(source, from, value)
    const comments = commentsOf(source, from)
    const replaced = from === path ? undefined : replacedComments(source, path)
    const above = joined(headComments(source, JSON.stringify(path)), replaced, comments.above, inner)
    if (above !== undefined) comments.above = above
    if (comments.above !== undefined) key.commentBefore = comments.above
    // Of a block it is the first comment within already.
    if (comments.beside !== undefined && !node.comment && !node.commentBefore) {
      if (isCollection(node) && node.flow !== true)
        key.commentBefore = joined(key.commentBefore, comments.beside) ?? null
      else node.comment = comments.beside
    }
  }
  return new Pair(key, node)
}

/** The comments of a field whose place another one takes, unless it moved on itself. */
function replacedComments(source: Source, path: FieldPath): string | undefined {
  const place = JSON.stringify(path)
  const hasMoved = [...source.origins.values()].some((from) => JSON.stringify(from) === place)
  return hasMoved || !hasNode(source, path) ? undefined : allOf(commentsOf(source, path))
}

function valueNode(source: Source, value: unknown, path: FieldPath): Node {
  const from = source.origins.get(JSON.stringify(path)) ?? path
  const old = nodeAt(source.tree, from)
  if (old !== undefined && isEqual(valueAt(source.before, from), value)) return copied(source, old)
  if (isJsonMap(value) && Object.keys(value).length > 0) {
    const map = new YAMLMap()
    for (const [name, child] of Object.entries(value)) map.items.push(pairNode(source, child, [...path, name]))
    return map
  }
  if (Array.isArray(value) && value.length > 0) {
    const list = new YAMLSeq()
    for (const [index, item] of value.entries()) list.items.push(itemNode(source, item, [...path, index]))
    return list
  }
  return source.tree.createNode(value)
}

function itemNode(source: Source, value: unknown, path: FieldPath): Node {
  const node = valueNode(source, value, path)
  const key = JSON.stringify(path)
  const from = source.origins.get(key)
  if (from === undefined) return node
  const own = commentsOf(source, from)
  const text = joined(
    headComments(source, key),
    isScalar(node) || typeof from.at(-1) === 'number' ? own.above : allOf(own),
    innerComments(source, from, value),
  )
  if (text !== undefined) node.commentBefore = text
  else delete node.commentBefore
  return node
}

function headComments(source: Source, to: string): string | undefined {
  const heads = source.heads.get(to) ?? []
  return joined(
    ...heads.flatMap(({ from, isWhole }) => [
      allOf(commentsOf(source, from)),
      isWhole ? innerComments(source, from, undefined) : undefined,
    ]),
  )
}

/** The comments within a value that did not move as it was: they would be lost with it. */
function innerComments({ tree, before }: Source, from: FieldPath, value: unknown): string | undefined {
  const node = nodeAt(tree, from)
  if (!isCollection(node) || isEqual(valueAt(before, from), value)) return undefined
  const found: string[] = []
  visit(node, {
    Node: (_, one) => {
      found.push(...[one.commentBefore, one.comment].filter((text) => typeof text === 'string'))
    },
  })
  return joined(...found)
}

function allOf({ above, beside }: { above?: string; beside?: string }): string | undefined {
  return joined(above, beside)
}

/** The comment lines above a field or item, and the one beside its key. */
function commentsOf({ text, tree }: Source, path: FieldPath): { above?: string; beside?: string } {
  const holder = path.length === 1 ? tree.contents : nodeAt(tree, path.slice(0, -1))
  const last = path.at(-1)
  const pair = typeof last === 'string' && isMap(holder) ? pairOf(holder, last) : undefined
  const item = typeof last === 'number' && isSeq(holder) ? (holder.items[last] as Node | undefined) : undefined
  const start = (pair?.key as Node | undefined)?.range?.[0] ?? dashBefore(text, item?.range?.[0])
  if (start === undefined) return {}
  const { lines } = commentsAbove(text, start)
  const line = text.slice(start, (text.indexOf('\n', start) + 1 || text.length + 1) - 1)
  const value = pair?.value as Node | null | undefined
  const isBesideKey = isCollection(value) && value.range && value.range[0] >= start + line.length
  const own = isScalar(value) ? (value.comment ?? undefined) : undefined
  const beside = isBesideKey ? /^[^#\n]*:\s+#(.*)$/.exec(line)?.[1] : own
  return { ...(lines.length > 0 && { above: lines.join('\n') }), ...(beside !== undefined && { beside }) }
}

function dashBefore(text: string, start: number | undefined): number | undefined {
  if (start === undefined) return undefined
  const dash = text.lastIndexOf('-', start)
  return dash >= 0 && dash >= lineStart(text, start) ? dash : undefined
}

/** A copy without anchors, its aliases written out: what they name may stand elsewhere by now. */
function copied({ tree }: Source, node: Node): Node {
  const copy = node.clone() as Node
  const holder = new YAMLSeq()
  holder.items.push(copy)
  visit(holder, {
    Alias: (_, alias) => {
      const target = isAlias(alias) ? alias.resolve(tree) : undefined
      return target?.clone() as Node | undefined
    },
    Node: (_, one) => {
      if ('anchor' in one) delete one.anchor
    },
  })
  const result = holder.items[0] as Node
  delete result.spaceBefore
  return result
}

function hasNode({ tree }: Source, path: FieldPath): boolean {
  return nodeAt(tree, path) !== undefined
}

function isEqual(one: unknown, other: unknown): boolean {
  return one !== undefined && canonicalJson(one) === canonicalJson(other)
}

function joined(...texts: (string | null | undefined)[]): string | undefined {
  return texts.filter((text) => text !== undefined && text !== null).join('\n') || undefined
}

/** How deep a file indents, and whether lists stand deeper than their key. */
function styleOf(text: string): { indent: number; indentSeq: boolean; flowCollectionPadding: boolean } {
  const indent = /^\S[^\n]*:[ ]*(?:#[^\n]*)?\n(?: *#[^\n]*\n)*( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2
  const list = /^( *)[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n(?: *#[^\n]*\n)*( *)- /m.exec(text)
  const isDeeper = list !== null && list[2]!.length > list[1]!.length
  return {
    indent: Math.min(Math.max(indent, 1), 8),
    indentSeq: list === null || isDeeper,
    flowCollectionPadding: !/\{[^\s}]/.test(text),
  }
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=[^\n])/gm, ' '.repeat(by))
}
