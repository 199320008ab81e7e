/**
 * Objects of files that can be read again. Of a pod in Kubernetes' own YAML only the head is read at first, kind and
 * metadata: who it is. The rest is read when it is looked at, and let go.
 */
import type { ObjectText, StoredBytes } from '../../ports/object-files.ts'
import { SparkopsError } from '../errors.ts'
import { checkPod } from './check-shape.ts'
import { type JsonMap, isMap, textAt } from './json.ts'
import { apart } from './own-text.ts'
import { jsonList, type StoredList } from './json-list.ts'
import { yamlList } from './yaml-list.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { type Part, type ReadObject, checkSize, itemOf, objectsOf, readPart } from './read-objects.ts'
import type { SharedBlocks } from './shared-blocks.ts'
import { type StoredDocument, storedDocuments } from './stored-documents.ts'

export interface StoredObject extends ReadObject {
  /** Reads all of it; `object` may have only its head. Absent where it is kept. */
  again?: () => JsonMap
}

/**
 * Hands over the objects of a file one by one, since all of them would hold their texts. Throws exit 65.
 * @returns whether that was all; else documents cannot be told apart by lines alone, and what was handed over is void
 */
export async function readStored(
  file: ObjectText,
  stored: StoredBytes,
  { shared, add }: { shared: SharedBlocks; add: (object: StoredObject) => void },
): Promise<boolean> {
  const reader = new StoredReader(file, stored, shared)
  const list = (await jsonList(stored.pieces())) ?? (await yamlList(stored.pieces()))
  if (list !== undefined) return reader.items(list, add)
  let last: StoredDocument | undefined
  let count = 0
  for await (const document of storedDocuments(stored.pieces())) {
    if (document === 'whole') return false
    if (last !== undefined) reader.objects(last, `${file.name}, document ${count}`).forEach(add)
    last = document
    count += 1
  }
  if (last !== undefined) reader.objects(last, count === 1 ? file.name : `${file.name}, document ${count}`).forEach(add)
  return true
}

class StoredReader {
  private readonly file: ObjectText
  private readonly stored: StoredBytes
  private readonly shared: SharedBlocks

  constructor(file: ObjectText, stored: StoredBytes, shared: SharedBlocks) {
    this.file = file
    this.stored = stored
    this.shared = shared
  }

  objects({ text, from, to }: StoredDocument, where: string): StoredObject[] {
    const { isNamed } = this.file
    const head = headOf(text)
    if (head !== undefined)
      return [{ object: head, from: where, isNamed, again: this.again(from, to, where, nameOf(head)) }]
    const [document] = readPart(this.part(text, from), this.file.name)
    if (document === null || document === undefined) return []
    const objects = objectsOf(document, where, isNamed)
    const [only] = objects
    if (only === undefined || only.object !== document) return objects
    return [{ ...only, again: this.again(from, to, where, nameOf(only.object)) }]
  }

  /** Hands over the items of a list; false where one cannot be read: only the whole says where it breaks. */
  items(list: StoredList, add: (object: StoredObject) => void): boolean {
    for (const [index, { from, to }] of list.items.entries()) {
      const where = `${this.file.name}, items[${index}]`
      const item = this.item(list, from, to)
      if (item === undefined) return false
      for (const read of objectsOf(item, where, this.file.isNamed))
        add(
          read.object === item ? { ...read, again: this.itemAgain(list, from, to, where, nameOf(read.object)) } : read,
        )
    }
    return true
  }

  private itemAgain(
    list: StoredList,
    from: number,
    to: number,
    where: string,
    name: string | undefined,
  ): () => JsonMap {
    return () => {
      const pod = this.item(list, from, to)
      this.shared.replaceItems(pod)
      return this.checked(pod, where, name)
    }
  }

  private item(list: StoredList, from: number, to: number): unknown {
    try {
      const item = list.read(DECODER.decode(this.stored.again(from, to)))
      checkSize([item], this.file.name)
      return itemOf(list.frame, item)
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }

  private again(from: number, to: number, where: string, name: string | undefined): () => JsonMap {
    return () => {
      const text = DECODER.decode(this.stored.again(from, to))
      const [pod] = readPart(this.part(text, from), this.file.name, this.shared)
      return this.checked(pod, where, name)
    }
  }

  private checked(pod: unknown, where: string, name: string | undefined): JsonMap {
    if (!isMap(pod) || nameOf(pod) !== name) throw changed(this.file.name)
    checkPod(pod, where)
    return pod
  }

  private part(text: string, from: number): Part {
    const { stored } = this
    return {
      text,
      get line() {
        return stored.again(0, from).reduce((lines, byte) => (byte === NEWLINE ? lines + 1 : lines), 0)
      },
    }
  }
}

const NEWLINE = 10
const DECODER = new TextDecoder()

/** A line at the margin that begins a field of the object, as Kubernetes writes them. */
const FIELD = /^([A-Za-z]+):(.*)$/
const AT_MARGIN = /^[^\s].*$/gm

/**
 * Kind and metadata of a pod; undefined for all that is no pod, or is not written as Kubernetes does: a line at the
 * margin is then no field of its own for certain.
 */
function headOf(text: string): JsonMap | undefined {
  const fields = new Map<string, { from: number; rest: string; to: number }>()
  let last: { from: number; rest: string; to: number } | undefined
  for (const { 0: line, index } of text.matchAll(AT_MARGIN)) {
    const [, name = '', rest = ''] = FIELD.exec(line) ?? []
    if (name === '' || fields.has(name)) return undefined
    if (last !== undefined) last.to = index
    last = { from: index, rest, to: text.length }
    fields.set(name, last)
  }
  const metadata = fields.get('metadata')
  if (fields.get('kind')?.rest !== ' Pod' || metadata === undefined) return undefined
  const head = readPlainYaml(text.slice(metadata.from, metadata.to))
  return isMap(head) && isMap(head['metadata']) ? { apiVersion: 'v1', kind: 'Pod', ...head } : undefined
}

function nameOf(object: JsonMap): string | undefined {
  const name = textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName')
  return name && apart(name)
}

function changed(name: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_FILE_CHANGED',
    message: `${name} was changed while it was read`,
    why: 'a pod is no longer where it was',
    hint: 'run it again when nobody writes to it',
    exit: 'data',
  })
}
