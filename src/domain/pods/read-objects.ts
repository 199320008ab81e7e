/** Kubernetes objects out of JSON and YAML, as kubectl reads them. Whatever is wrong is told with file and place. */
import { YAMLException } from 'js-yaml'
import type { ObjectText } from '../../ports/object-files.ts'
import { SparkopsError } from '../errors.ts'
import { parseExact } from '../exact-json.ts'
import { type JsonMap, isMap, textAt } from './json.ts'
import { loadDocuments } from './kubectl-yaml.ts'
import { pathOf } from './path.ts'
import { readPlainYaml } from './plain-yaml.ts'
import type { SharedBlocks } from './shared-blocks.ts'
import { NOT_PLAIN } from './stored-documents.ts'

export interface ReadObject {
  object: JsonMap
  /** File, and place in it where it holds several. */
  from: string
  isNamed: boolean
}

/** More places than any file of pods has; aliases of aliases reach it at once, and no memory is spent on them. */
const MOST_PLACES = 3_000_000
const DEEPEST = 100

/** The objects of a file; the items of a List each by itself. Documents without a kind are refused in a named file. */
export async function* readObjects(file: ObjectText): AsyncGenerator<ReadObject> {
  const text = await file.text()
  const parts = documentsIn(text)
  let number = 0
  for (const part of parts) {
    const documents = readPart(part, file.name)
    const isAlone = parts.length === 1 && documents.length === 1
    for (const document of documents) {
      number += 1
      if (document === null || document === undefined) continue
      yield* objectsOf(document, isAlone ? file.name : `${file.name}, document ${number}`, file.isNamed)
    }
  }
}

/**
 * The documents of a part of a file, by the quick reader where that one can. Throws exit 65.
 * @param shared blocks that objects may have in common with others; who gives them changes no object
 */
export function readPart(part: Part, name: string, shared?: SharedBlocks): unknown[] {
  const plain = readPlainYaml(part.text, shared)
  if (plain === undefined) {
    const documents = parsePart(part, name)
    shared?.replaceItems(documents)
    return documents
  }
  checkSize([plain], name)
  return [plain]
}

/** The documents of a text: JSON, or YAML in as many documents as it has. Throws exit 65. */
export function parseDocuments(text: string, name: string): unknown[] {
  return documentsIn(text).flatMap((part) => parsePart(part, name))
}

export interface Part {
  text: string
  /** The line that it begins at, from 0; asked for only where something is wrong. */
  line: number
}

const MARK = /^---[ \t]*(?:#.*)?\r?$/gm

/** Cut at the lines between documents, which nothing else can look like (YAML 1.2.2, c-forbidden), so that each is read alone. */
function documentsIn(text: string): Part[] {
  const isWhole = !text.startsWith('---') && !text.includes('\n---')
  if (isWhole || NOT_PLAIN.test(text)) return [{ text, line: 0 }]
  const parts: Part[] = []
  let [from, line] = [0, 0]
  const add = (to: number): void => {
    const part = text.slice(from, to)
    // Before the first mark there need be nothing.
    if (parts.length > 0 || from > 0 || /^[ \t]*[^#\s]/m.test(part)) parts.push({ text: part, line })
    line += part.split('\n').length - 1
  }
  for (const { 0: mark, index } of text.matchAll(MARK)) {
    add(index)
    from = index + mark.length
  }
  add(text.length)
  return parts
}

function parsePart(part: Part, name: string): unknown[] {
  const documents = /^\s*[{[]/.test(part.text) ? parseJson(part, name) : parseYaml(part, name)
  checkSize(documents, name)
  return documents
}

function parseJson(part: Part, name: string): unknown[] {
  try {
    return [parseExact(part.text)]
  } catch (error) {
    // YAML's flow form looks like JSON; what neither can read is told by YAML, which knows the line.
    if (!(error instanceof SyntaxError)) throw error
    return parseYaml(part, name)
  }
}

function parseYaml(part: Part, name: string): unknown[] {
  try {
    return loadDocuments(part.text)
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { line = 0, column = 0 } = (error.mark ?? {}) as { line?: number; column?: number }
    throw malformed(`${name}:${part.line + line + 1}:${column + 1}`, error.reason)
  }
}

/** Counts places as a reader of the whole would, so that a bomb of aliases is refused instead of walked. Throws exit 65. */
export function checkSize(documents: unknown[], name: string): void {
  let left = MOST_PLACES
  const visit = (value: unknown, depth: number): TooMuch | undefined => {
    if (--left < 0) return { steps: [], why: 'it unfolds to millions of values: aliases of aliases' }
    if (depth > DEEPEST) return { steps: [], why: `it is nested deeper than ${DEEPEST}` }
    if (typeof value !== 'object' || value === null) return undefined
    for (const key in value) {
      const found = visit((value as JsonMap)[key], depth + 1)
      if (found !== undefined) return { ...found, steps: [Array.isArray(value) ? Number(key) : key, ...found.steps] }
    }
    return undefined
  }
  const found = visit(documents, 0)
  if (found === undefined) return
  // The first step is the document; the whole way down would fill the screen.
  const steps = found.steps.slice(1, 1 + SHOWN_STEPS)
  const path = pathOf(steps)
  throw malformed(path === '' ? name : `${name}: ${path}`, found.why)
}

interface TooMuch {
  /** Names and places on the way to it, the outermost first. */
  steps: (string | number)[]
  why: string
}

const SHOWN_STEPS = 4

/** The objects of a document: itself, or the items of a List. Throws exit 65 for what is none, in a named file. */
export function objectsOf(document: unknown, from: string, isNamed: boolean): ReadObject[] {
  if (!isMap(document)) {
    if (!isNamed) return []
    throw malformed(from, `it is ${Array.isArray(document) ? 'a list' : 'a single value'} where an object should be`)
  }
  const kind = textAt(document, 'kind')
  if (kind?.endsWith('List') === true && Array.isArray(document['items'])) {
    return document['items'].flatMap((one: unknown, index) =>
      objectsOf(itemOf(document, one), `${from}, items[${index}]`, isNamed),
    )
  }
  if (kind !== undefined) return [{ object: document, from, isNamed }]
  if (!isNamed) return []
  throw malformed(from, 'it has no kind: it is no Kubernetes object')
}

/** An item of a list as an object of its own: of those in a PodList the API server says no kind. */
export function itemOf(list: JsonMap, item: unknown): unknown {
  const kind = textAt(list, 'kind')?.slice(0, -'List'.length) ?? ''
  return isMap(item) && kind !== '' ? { apiVersion: list['apiVersion'], kind, ...item } : item
}

/** The error for content that cannot be read. */
export function malformed(where: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_OBJECT',
    message: `${where} cannot be read`,
    why,
    hint: 'give Kubernetes objects as kubectl prints them, in JSON or YAML',
    exit: 'data',
  })
}
