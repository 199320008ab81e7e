/**
 * A file of manifests: what kubectl would read in it, and where each field stands in the text. Values come from the one
 * reader of Kubernetes objects; the tree with its places, comments and styles from `yaml`.
 */
import {
  type Document,
  LineCounter,
  type Node,
  type YAMLMap,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
} from 'yaml'
import { SparkopsError } from '../../errors.ts'
import { malformed, parseDocuments } from '../../pods/read-objects.ts'
import { type JsonMap, isMap as isJsonMap, textAt } from '../../pods/json.ts'
import type { FieldPath } from '../convert/conversion.ts'

export interface ManifestDocument {
  value: unknown
  tree: Document.Parsed
}

export interface Manifest {
  name: string
  text: string
  documents: readonly ManifestDocument[]
  /** The line and column of an offset, from 1. */
  positionAt: (offset: number) => Position
}

export interface Position {
  line: number
  column: number
}

/** An application in a file, alone, among other documents, or as an item of a List. */
export interface Found {
  document: ManifestDocument
  /** Where it is in the document. */
  path: FieldPath
  object: JsonMap
}

/** An object of this kind has at most 1.5 MB in a cluster; a tree of a larger file takes a hundred times its size. */
const LARGEST = 8 << 20
export const APPLICATION_KINDS = ['SparkApplication', 'ScheduledSparkApplication']
const GROUP = 'sparkoperator.k8s.io/'

/** Reads a file. Throws exit 65, with line and column where YAML or JSON is broken. */
export function readManifest(text: string, name: string): Manifest {
  if (text.length > LARGEST) throw malformed(name, `it has ${text.length >> 20} MiB; more than 8 are no manifest`)
  const values = parseDocuments(text, name).filter((value) => value !== null && value !== undefined)
  const lines = new LineCounter()
  const trees = parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  })
  const filled = (Array.isArray(trees) ? trees : []).filter(
    ({ contents }) => contents !== null && !isNullNode(contents),
  )
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const broken = filled.flatMap(({ errors }) => errors)[0]
  if (broken !== undefined) {
    const { line, column } = positionAt(broken.pos[0])
    throw malformed(`${name}:${line}:${column}`, broken.message.split('\n')[0]!)
  }
  if (filled.length !== values.length) throw malformed(name, 'its documents cannot be told apart')
  const documents = filled.map((tree, index) => ({ tree, value: values[index] }))
  return { name, text, documents, positionAt }
}

function isNullNode(node: Node): boolean {
  return isScalar(node) && node.value === null
}

/** The applications of a file, in order; other objects are left out. */
export function applicationsOf({ documents }: Manifest): Found[] {
  return documents.flatMap((document) => applicationsIn(document, document.value, []))
}

function applicationsIn(document: ManifestDocument, value: unknown, path: FieldPath): Found[] {
  if (!isJsonMap(value)) return []
  const kind = textAt(value, 'kind') ?? ''
  if (kind.endsWith('List') && Array.isArray(value['items'])) {
    const item = kind.slice(0, -'List'.length)
    return value['items'].flatMap((one: unknown, index) => {
      const typed =
        isJsonMap(one) && one['kind'] === undefined && item !== ''
          ? { kind: item, apiVersion: value['apiVersion'], ...one }
          : one
      return applicationsIn(document, typed, [...path, 'items', index])
    })
  }
  const isOurs = APPLICATION_KINDS.includes(kind) && (textAt(value, 'apiVersion') ?? GROUP).startsWith(GROUP)
  return isOurs ? [{ document, path, object: value }] : []
}

/** The node at a path, aliases followed; undefined where the text has none, as with keys that a merge brings in. */
export function nodeAt(tree: Document.Parsed, path: FieldPath): Node | undefined {
  let node: Node | undefined = tree.contents ?? undefined
  for (const part of path) {
    node = resolved(tree, node)
    if (typeof part === 'number' && isSeq(node)) node = node.items[part] as Node | undefined
    else if (typeof part === 'string' && isMap(node))
      node = (pairOf(node, part)?.value ?? undefined) as Node | undefined
    else return undefined
  }
  return resolved(tree, node)
}

/** The node that an alias stands for. */
export function resolved(tree: Document.Parsed, node: Node | null | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(tree) : (node ?? undefined)
}

/** The pair of a key, the last where it is there twice. */
export function pairOf(map: YAMLMap, key: string): YAMLMap['items'][number] | undefined {
  return map.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key)
}

/** Where a field stands: its key, or its item; of a field that is not there, the nearest that is. */
export function positionOf({ positionAt }: Manifest, { tree }: ManifestDocument, path: FieldPath): Position {
  let offset = tree.contents?.range[0] ?? 0
  for (let length = 1; length <= path.length; length++) {
    const holder = length === 1 ? resolved(tree, tree.contents) : nodeAt(tree, path.slice(0, length - 1))
    const part = path[length - 1]!
    const found =
      typeof part === 'string' && isMap(holder)
        ? (pairOf(holder, part)?.key as Node | undefined)
        : typeof part === 'number' && isSeq(holder)
          ? (holder.items[part] as Node | undefined)
          : undefined
    if (!found?.range) break
    offset = found.range[0]
  }
  return positionAt(offset)
}

/** The error for files without applications. */
export function holdsNone(name: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_APPLICATION',
    message: `${name} holds no SparkApplication`,
    why: 'a document of apiVersion sparkoperator.k8s.io/v1beta2 and kind SparkApplication or ScheduledSparkApplication is needed',
    hint: 'give manifests of applications, as YAML or JSON, also several in a file or a List',
    exit: 'data',
  })
}
