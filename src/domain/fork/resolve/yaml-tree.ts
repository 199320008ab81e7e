/**
 * A YAML file as keys with the lines they stand on, so that one key can be changed and every other byte stays.
 *
 * Only plain files of one document whose mappings are written in block style. A list whose items all have a `name` of
 * their own (containers, env, volumes, maintainers) is read as a mapping of them; other lists and flow values are values
 * as a whole. Helm templates are no YAML and are not read here.
 */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { splitLines } from './lines.ts'

export interface YamlKey {
  /** From the root: `['image', 'repository']`. */
  readonly path: readonly string[]
  /** Lines, from 0: the comments above it, the key, and past its last line (blank lines below it included). */
  readonly start: number
  readonly keyLine: number
  readonly end: number
  readonly indent: number
  /** The value as data, for comparison. */
  readonly value: unknown
  /** Where a value that stands on the key's own line is in the text; undefined for any other. */
  readonly span: { readonly from: number; readonly to: number } | undefined
  /** Keys of a block mapping, or items of a list by name; undefined for any other value. */
  readonly children: readonly YamlKey[] | undefined
  /** Whether `children` are a list's items. */
  readonly isList: boolean
  /** Whether it is the first of a list's item, on the line of the dash. */
  readonly isDashed: boolean
}

export interface YamlTree {
  readonly text: string
  readonly lines: readonly string[]
  readonly keys: readonly YamlKey[]
}

/** The keys of a file; undefined where it is no single, faultless block mapping. */
export function readYaml(text: string): YamlTree | undefined {
  // `${{ … }}` is an expression of GitHub's, inside a plain scalar; `{{ … }}` is a template that is no YAML yet.
  if (/(?<!\$)\{\{/.test(text.replace(/#.*/g, ''))) return undefined
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, schema: 'core' })
  if (document.errors.length > 0 || !isMap(document.contents) || document.contents.flow) return undefined
  if (/^---\s*$/m.test(text.slice(document.contents.range[0]))) return undefined
  const lines = splitLines(text)
  const reader: Reader = { text, lines, lineOf: (offset) => counter.linePos(offset).line - 1 }
  const keys = readMap(document.contents, { path: [], end: lines.length, isItem: false }, reader)
  return keys === undefined ? undefined : { text, lines, keys }
}

interface Reader {
  text: string
  lines: readonly string[]
  lineOf: (offset: number) => number
}

interface Inside {
  readonly path: readonly string[]
  readonly end: number
  /** Whether the mapping is an item of a list, which begins behind a dash. */
  readonly isItem: boolean
}

function readMap(map: YAMLMap, { path, end, isItem }: Inside, reader: Reader): YamlKey[] | undefined {
  const found: { pair: Pair; keyLine: number; indent: number; name: string; isDashed: boolean }[] = []
  for (const [i, pair] of map.items.entries()) {
    if (!isPair(pair) || !isScalar(pair.key) || !pair.key.range) return undefined
    const at = pair.key.range[0]
    const before = reader.text.slice(lineStart(reader.text, at), at)
    const isDashed = isItem && i === 0
    if (!(isDashed ? /^ *- +$/ : /^\s*$/).test(before)) return undefined
    found.push({ pair, keyLine: reader.lineOf(at), indent: before.length, name: String(pair.key.value), isDashed })
  }
  const starts = found.map(({ keyLine, indent, isDashed }, i) =>
    isDashed ? keyLine : startOf(keyLine, i === 0 ? 0 : found[i - 1]!.keyLine + 1, indent, reader),
  )
  const keys: YamlKey[] = []
  for (const [i, { pair, name, ...place }] of found.entries()) {
    const last = starts[i + 1] ?? end
    const key = readPair(pair, { path: [...path, name], start: starts[i]!, end: last, ...place }, reader)
    if (key === undefined) return undefined
    keys.push(key)
  }
  return keys
}

/** The first line of the comments above a key. */
function startOf(keyLine: number, floor: number, indent: number, reader: Reader): number {
  let start = keyLine
  while (start > floor && isCommentAt(reader.lines[start - 1]!, indent)) start--
  return start
}

type Place = Pick<YamlKey, 'path' | 'start' | 'keyLine' | 'end' | 'indent' | 'isDashed'>

function readPair(pair: Pair, place: Place, reader: Reader): YamlKey | undefined {
  const node = pair.value as {
    range?: [number, number, number]
    toJSON?: () => unknown
    flow?: boolean
    anchor?: string
  } | null
  const value = node === null ? null : (node.toJSON?.() ?? null)
  const inside = { path: place.path, end: place.end, isItem: false }
  if (isMap(node) && !node.flow) {
    if (node.anchor !== undefined) return undefined
    const children = readMap(node, inside, reader)
    return children === undefined ? undefined : { ...place, value, span: undefined, children, isList: false }
  }
  const items = isSeq(node) && !node.flow && node.anchor === undefined ? readItems(node, inside, reader) : undefined
  if (items !== undefined) return { ...place, value, span: undefined, children: items, isList: true }
  const range = node?.range
  const single =
    range !== undefined && reader.lineOf(range[0]) === place.keyLine && reader.lineOf(range[1]) === place.keyLine
  const span = single ? { from: range[0], to: range[1] } : undefined
  return { ...place, value, span, children: undefined, isList: false }
}

/** Items by their names; undefined where one has none, two have the same, or one is not written as a block. */
function readItems(list: YAMLSeq, { path, end }: Inside, reader: Reader): YamlKey[] | undefined {
  const found: { map: YAMLMap; name: string; keyLine: number; indent: number }[] = []
  for (const item of list.items) {
    if (!isMap(item) || item.flow || item.anchor !== undefined || !item.range) return undefined
    const name = item.get('name')
    const at = item.range[0]
    const dash = /^( *)- +$/.exec(reader.text.slice(lineStart(reader.text, at), at))
    if (typeof name !== 'string' || dash === null || found.some((one) => one.name === name)) return undefined
    found.push({ map: item, name, keyLine: reader.lineOf(at), indent: dash[1]!.length })
  }
  if (found.length === 0) return undefined
  const starts = found.map(({ keyLine, indent }, i) =>
    startOf(keyLine, i === 0 ? 0 : found[i - 1]!.keyLine + 1, indent, reader),
  )
  const items: YamlKey[] = []
  for (const [i, { map, name, keyLine, indent }] of found.entries()) {
    const place = { path: [...path, name], start: starts[i]!, keyLine, end: starts[i + 1] ?? end, indent }
    const children = readMap(map, { path: place.path, end: place.end, isItem: true }, reader)
    if (children === undefined) return undefined
    const value: unknown = map.toJSON()
    items.push({ ...place, value, span: undefined, children, isList: false, isDashed: false })
  }
  return items
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function isCommentAt(line: string, indent: number): boolean {
  return /^ *#/.test(line) && line.indexOf('#') === indent
}

/**
 * Keys that stand twice in one mapping, as `path.key`: what renders silently, with the last one winning. In Helm templates
 * (no YAML before they are rendered) mappings are told by indentation, and branches that exclude each other are not:
 * compare with what upstream itself has.
 */
export function duplicateKeys(text: string): string[] {
  return walkKeys(text).twice
}

/** The paths of all keys, told by indentation, in Helm templates too. */
export function keyPaths(text: string): Set<string> {
  return new Set(keyLines(text).map(({ path }) => path))
}

/** A key of a text that may be a Helm template. */
export interface KeyLine {
  readonly path: string
  /** Path of the mapping it is in; empty at the top. */
  readonly parent: string
  /** From 0. */
  readonly line: number
  /** Of the key itself, behind the dashes of a list. */
  readonly indent: number
  readonly inList: boolean
  /** How many `if`, `with` and `range` of the template stand open around it. */
  readonly branches: number
}

/** All keys of a text in order, told by indentation, in Helm templates too. */
export function keyLines(text: string): KeyLine[] {
  return walkKeys(text).all
}

/** What a line opens of the template's blocks, less what it closes. */
export function branchesOf(line: string): number {
  const opened = line.match(/\{\{-?\s*(?:if|with|range|define|block)\b/g)?.length ?? 0
  return opened - (line.match(/\{\{-?\s*end\b/g)?.length ?? 0)
}

function walkKeys(text: string): { all: KeyLine[]; twice: string[] } {
  const twice: string[] = []
  const all: KeyLine[] = []
  let branches = 0
  let open: { indent: number; path: string; keys: Set<string>; last: string }[] = []
  let literal = Infinity
  for (const [i, line] of splitLines(text).entries()) {
    branches += branchesOf(line)
    if (/^\s*(#|$|\{\{)/.test(line)) continue
    if (/^---(\s|$)/.test(line)) open = []
    const indent = /^ */.exec(line)![0].length
    if (indent > literal) continue
    literal = /:\s*[|>][-+\d]*\s*(#.*)?$/.test(line) ? indent : Infinity
    const key = /^( *)((?:- +)*)("[^"]+"|'[^']+'|[\w./-]+):(\s|$)/.exec(line)
    if (key === null) continue
    const depth = key[1]!.length + key[2]!.length
    open = open.filter((level) => level.indent < depth || (level.indent === depth && key[2] === ''))
    const parent = open.at(-1)
    if (parent?.indent !== depth) {
      const above = parent === undefined ? '' : `${parent.path}${parent.last}.`
      open.push({ indent: depth, path: above, keys: new Set(), last: '' })
    }
    const level = open.at(-1)!
    if (level.keys.has(key[3]!)) twice.push(level.path + key[3]!)
    level.keys.add(key[3]!)
    level.last = key[3]!
    const parentPath = level.path.replace(/\.$/, '')
    all.push({
      path: level.path + key[3]!,
      parent: parentPath,
      line: i,
      indent: depth,
      inList: key[2] !== '',
      branches,
    })
  }
  return { all, twice }
}
