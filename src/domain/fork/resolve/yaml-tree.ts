/**
 * A YAML file as keys with the lines they stand on, so that one key can be changed and every other byte stays.
 *
 * Only plain files of one document whose mappings are written in block style; lists and flow values are values as a
 * whole. Helm templates are no YAML and are not read here.
 */
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Pair, type YAMLMap } from 'yaml'
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
  /** Keys of a block mapping; undefined for any other value. */
  readonly children: readonly YamlKey[] | undefined
}

export interface YamlTree {
  readonly text: string
  readonly lines: readonly string[]
  readonly keys: readonly YamlKey[]
}

/** The keys of a file; undefined where it is no single, faultless block mapping. */
export function readYaml(text: string): YamlTree | undefined {
  if (/\{\{/.test(text.replace(/#.*/g, ''))) return undefined
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, schema: 'core' })
  if (document.errors.length > 0 || !isMap(document.contents) || document.contents.flow) return undefined
  if (/^---\s*$/m.test(text.slice(document.contents.range[0]))) return undefined
  const lines = splitLines(text)
  const reader: Reader = { text, lines, lineOf: (offset) => counter.linePos(offset).line - 1 }
  const keys = readMap(document.contents, [], lines.length, reader)
  return keys === undefined ? undefined : { text, lines, keys }
}

interface Reader {
  text: string
  lines: readonly string[]
  lineOf: (offset: number) => number
}

function readMap(map: YAMLMap, path: readonly string[], end: number, reader: Reader): YamlKey[] | undefined {
  const found: { pair: Pair; keyLine: number; indent: number; name: string }[] = []
  for (const pair of map.items) {
    if (!isPair(pair) || !isScalar(pair.key) || !pair.key.range) return undefined
    const keyLine = reader.lineOf(pair.key.range[0])
    const indent = pair.key.range[0] - lineStart(reader.text, pair.key.range[0])
    if (reader.text.slice(lineStart(reader.text, pair.key.range[0]), pair.key.range[0]).trim() !== '') return undefined
    found.push({ pair, keyLine, indent, name: String(pair.key.value) })
  }
  const starts = found.map(({ keyLine, indent }, i) => {
    let start = keyLine
    const floor = i === 0 ? 0 : found[i - 1]!.keyLine + 1
    while (start > floor && isCommentAt(reader.lines[start - 1]!, indent)) start--
    return start
  })
  const keys: YamlKey[] = []
  for (const [i, { pair, keyLine, indent, name }] of found.entries()) {
    const last = starts[i + 1] ?? end
    const key = readPair(pair, { path: [...path, name], start: starts[i]!, keyLine, end: last, indent }, reader)
    if (key === undefined) return undefined
    keys.push(key)
  }
  return keys
}

type Place = Pick<YamlKey, 'path' | 'start' | 'keyLine' | 'end' | 'indent'>

function readPair(pair: Pair, place: Place, reader: Reader): YamlKey | undefined {
  const node = pair.value as {
    range?: [number, number, number]
    toJSON?: () => unknown
    flow?: boolean
    anchor?: string
  } | null
  const value = node === null ? null : (node.toJSON?.() ?? null)
  if (isMap(node) && !node.flow) {
    if (node.anchor !== undefined) return undefined
    const children = readMap(node, place.path, place.end, reader)
    return children === undefined ? undefined : { ...place, value, span: undefined, children }
  }
  const range = node?.range
  const single =
    range !== undefined && reader.lineOf(range[0]) === place.keyLine && reader.lineOf(range[1]) === place.keyLine
  return { ...place, value, span: single ? { from: range[0], to: range[1] } : undefined, children: undefined }
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
