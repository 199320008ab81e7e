/**
 * Gives a document another value and keeps its text: what is equal stays byte for byte, what is gone is cut out with its
 * comments, what is new is written in the style of the file, and what moved takes its comments and its style along.
 * The result is read again: unless it says exactly what it should, it is not used.
 */
import { type Document, type Node, type Pair, type YAMLMap, type YAMLSeq, isAlias, isMap, isScalar, isSeq } from 'yaml'
import { canonicalJson } from '../../canonical-json.ts'
import { stringifyExact } from '../../exact-json.ts'
import { isMap as isJsonMap } from '../../pods/json.ts'
import { parseDocuments } from '../../pods/read-objects.ts'
import { valueAt } from '../convert/paths.ts'
import type { FieldPath, Move } from '../convert/conversion.ts'
import { type Edit, applyEdits, commentsAbove, cutOf, isBlock, lineStart } from './edits.ts'
import type { Manifest, ManifestDocument } from './manifest.ts'
import { type Renderer, renderer } from './render.ts'

export interface Change {
  document: ManifestDocument
  value: unknown
  /** From and to, each from the root of the document. */
  moves: readonly Move[]
}

export interface Rewritten {
  text: string
  /** Documents that had to be written anew, because anchors or their form left no other way; their comments are lost. */
  anew: number
}

/** The text with all changes in it. */
export function rewrite(manifest: Manifest, changes: readonly Change[]): Rewritten {
  const edits = changes.flatMap((change) => editsOf(manifest, change))
  const text = applyEdits(manifest.text, edits)
  const wanted = manifest.documents.map(
    (document) => changes.find((change) => change.document === document)?.value ?? document.value,
  )
  if (says(text, manifest.name, wanted)) return { text, anew: 0 }
  const whole = changes.map((change) => wholeEdit(manifest, change))
  return { text: applyEdits(manifest.text, whole), anew: changes.length }
}

function says(text: string, name: string, wanted: readonly unknown[]): boolean {
  try {
    const found = parseDocuments(text, name).filter((value) => value !== null && value !== undefined)
    return canonicalJson(found) === canonicalJson(wanted)
  } catch {
    return false
  }
}

function editsOf(manifest: Manifest, { document, value, moves }: Change): Edit[] {
  if (canonicalJson(document.value) === canonicalJson(value)) return []
  const { tree } = document
  const { contents } = tree
  if (!isBlock(contents)) return [wholeEdit(manifest, { document, value, moves })]
  const writer: Writer = {
    text: manifest.text,
    before: document.value,
    tree,
    render: renderer(manifest.text, tree, document.value, moves),
  }
  return changed(writer, contents, value, [])
}

interface Writer {
  text: string
  before: unknown
  tree: Document.Parsed
  render: Renderer
}

/** The edits that make a block say another value. */
function changed(writer: Writer, node: YAMLMap | YAMLSeq, after: unknown, path: FieldPath): Edit[] {
  const edits =
    isMap(node) && isJsonMap(after)
      ? changedMap(writer, node, after, path)
      : isSeq(node) && Array.isArray(after)
        ? changedList(writer, node, after, path)
        : undefined
  return edits ?? [wholeValue(writer, node, after, path)]
}

/** Undefined where single keys cannot be told apart in the text. */
function changedMap(
  writer: Writer,
  node: YAMLMap,
  after: Readonly<Record<string, unknown>>,
  path: FieldPath,
): Edit[] | undefined {
  const pairs = node.items.map((pair) => ({ pair, key: isScalar(pair.key) ? String(pair.key.value) : undefined }))
  if (pairs.length === 0 || pairs.some(({ key }) => key === undefined || key === '<<')) return undefined
  const edits: Edit[] = []
  for (const { pair, key } of pairs) {
    const name = key!
    if (!Object.hasOwn(after, name)) {
      const cut = cutOf(writer.text, pair.key as Node, endOfPair(writer, pair))
      if (cut === undefined) return undefined
      edits.push(cut)
    } else if (canonicalJson(valueAt(writer.before, [...path, name])) !== canonicalJson(after[name]))
      edits.push(...changedPair(writer, pair, after[name], [...path, name]))
  }
  const added = Object.keys(after).filter((name) => pairs.every(({ key }) => key !== name))
  if (added.length > 0) {
    const last = pairs.at(-1)!
    const first = pairs[0]!.pair.key as Node
    const indent = first.range![0] - lineStart(writer.text, first.range![0])
    const at = endOfPair(writer, last.pair)
    const text = added.map((name) => writer.render.pair(after[name], [...path, name], indent)).join('')
    edits.push({ from: at, to: at, text: startsOnNewLine(writer.text, at) + text })
  }
  return edits
}

function changedPair(writer: Writer, pair: Pair, after: unknown, path: FieldPath): Edit[] {
  const value = pair.value as Node | null
  const isEmpty = (isJsonMap(after) && Object.keys(after).length === 0) || (Array.isArray(after) && after.length === 0)
  if (isBlock(value) && !isEmpty && value.items.length > 0) return changed(writer, value, after, path)
  return [pairEdit(writer, pair, after, path)]
}

/** Lists that lost items, or whose items changed in their places. */
function changedList(writer: Writer, node: YAMLSeq, after: readonly unknown[], path: FieldPath): Edit[] | undefined {
  const before = valueAt(writer.before, path)
  if (!Array.isArray(before) || before.length !== node.items.length) return undefined
  if (before.length === after.length) return changedItems(writer, node, before, after, path)
  const edits: Edit[] = []
  let kept = 0
  for (const [index, item] of before.entries()) {
    if (kept < after.length && canonicalJson(item) === canonicalJson(after[kept])) kept++
    else {
      const cut = itemCut(writer, node.items[index] as Node)
      if (cut === undefined) return undefined
      edits.push(cut)
    }
  }
  return kept === after.length ? edits : undefined
}

function changedItems(
  writer: Writer,
  node: YAMLSeq,
  before: readonly unknown[],
  after: readonly unknown[],
  path: FieldPath,
): Edit[] | undefined {
  const edits: Edit[] = []
  for (const [index, item] of after.entries()) {
    if (canonicalJson(before[index]) === canonicalJson(item)) continue
    const own = node.items[index] as Node
    if (!isBlock(own)) return undefined
    edits.push(...changed(writer, own, item, [...path, index]))
  }
  return edits
}

/** An item from its dash to its end. */
function itemCut(writer: Writer, item: Node): Edit | undefined {
  const start = item.range?.[0]
  if (start === undefined) return undefined
  const dash = writer.text.lastIndexOf('-', start)
  if (!/^-\s*$/.test(writer.text.slice(dash, start))) return undefined
  return cutOf(writer.text, { range: [dash, dash + 1, dash + 1] }, endOf(writer, item, dash))
}

function pairEdit(writer: Writer, pair: Pair, after: unknown, path: FieldPath): Edit {
  const key = pair.key as Node
  const from = lineStart(writer.text, key.range![0])
  const indent = key.range![0] - from
  const { from: above } = commentsAbove(writer.text, key.range![0])
  return { from: above, to: endOfPair(writer, pair), text: writer.render.pair(after, path, indent) }
}

/** A block is written anew as a whole, under its key or its dash. */
function wholeValue(writer: Writer, node: YAMLMap | YAMLSeq, after: unknown, path: FieldPath): Edit {
  const start = node.range![0]
  const from = lineStart(writer.text, start)
  const to = endOf(writer, node, start)
  return { from: start, to, text: writer.render.value(after, path, start - from).trimStart() }
}

function endOfPair(writer: Writer, pair: Pair): number {
  const key = pair.key as Node
  const value = pair.value as Node | null
  return endOf(writer, value?.range ? value : key, key.range![0])
}

/** Past the last line of a node, with its comments that stand deeper than what holds it. */
function endOf({ text }: Writer, node: Node, holder: number): number {
  const depth = holder - lineStart(text, holder)
  let end = node.range![1]
  if (end === 0 || text[end - 1] !== '\n') end = nextLine(text, end)
  for (;;) {
    const next = /^(?:[ \t]*\n)*([ ]*)#[^\n]*(?:\n|$)/.exec(text.slice(end, end + 4096))
    if (next === null || next[1]!.length <= depth) return end
    end += next[0].length
  }
}

function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline === -1 ? text.length : newline + 1
}

function startsOnNewLine(text: string, at: number): string {
  return at > 0 && text[at - 1] !== '\n' ? '\n' : ''
}

/** The whole document: JSON as JSON, all else in the style of the file, without its comments. */
function wholeEdit(manifest: Manifest, { document, value, moves }: Change): Edit {
  const { tree } = document
  const contents = tree.contents as Node
  const [from, to] = contents.range!
  const text = manifest.text.slice(from, to)
  if (/^[[{]/.test(text) && !isAlias(contents)) return { from, to, text: stringifyExact(value, jsonIndent(text)) }
  const written = renderer(manifest.text, tree, document.value, moves).plain(value)
  return { from: lineStart(manifest.text, from), to, text: written.trimEnd() + (text.endsWith('\n') ? '\n' : '') }
}

/** What a JSON text is indented by; 0 for one that stands on a single line. */
function jsonIndent(text: string): number {
  return /^[[{]\s*\n( +)/.exec(text)?.[1]?.length ?? (text.includes('\n') ? 2 : 0)
}
