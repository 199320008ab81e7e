/** Trees as they are stored: `<mode> <name>\0<id>` after each other. Reading, writing, and setting paths deep inside. */
import { SparkopsError } from '../../domain/errors.ts'
import type { FileMode, FileVersion, Oid, TreeChange } from '../../ports/git.ts'
import { decodePath, encodePath } from './path-bytes.ts'

export interface TreeItem {
  name: string
  mode: FileMode
  oid: Oid
}

/** Where trees are read and written. */
export interface TreeStore {
  readTree(oid: Oid): Promise<readonly TreeItem[]>
  writeTree(items: readonly TreeItem[]): Promise<Oid>
}

/** The entries of a tree object. */
export function parseTree(bytes: Buffer, idBytes: number): TreeItem[] {
  const items: TreeItem[] = []
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at)
    const end = bytes.indexOf(0, space)
    items.push({
      mode: bytes.toString('latin1', at, space).padStart(6, '0') as FileMode,
      name: decodePath(bytes.subarray(space + 1, end)),
      oid: bytes.toString('hex', end + 1, end + 1 + idBytes),
    })
    at = end + 1 + idBytes
  }
  return items
}

/** The bytes of a tree object, in git's order: a directory sorts as if its name ended in `/`. */
export function formatTree(items: readonly TreeItem[]): Buffer {
  const keyed = items.map((item) => {
    const name = encodePath(item.name)
    return { item, name, key: item.mode === '040000' ? Buffer.concat([name, Buffer.from('/')]) : name }
  })
  keyed.sort((one, other) => Buffer.compare(one.key, other.key))
  return Buffer.concat(
    keyed.flatMap(({ item, name }) => [
      Buffer.from(`${item.mode.replace(/^0/, '')} `),
      name,
      Buffer.from([0]),
      Buffer.from(item.oid, 'hex'),
    ]),
  )
}

interface Directory {
  files: Map<string, FileVersion | null>
  directories: Map<string, Directory>
}

/** The tree with paths set or removed. A file put where a directory stood replaces it, and the other way round. */
export async function editTree(
  store: TreeStore,
  tree: Oid,
  edits: ReadonlyMap<string, FileVersion | null>,
): Promise<Oid> {
  const root: Directory = { files: new Map(), directories: new Map() }
  for (const [path, version] of edits) placeEdit(root, path, version)
  return (await applyDirectory(store, tree, root)) ?? (await store.writeTree([]))
}

function placeEdit(root: Directory, path: string, version: FileVersion | null): void {
  const names = path.split('/')
  const forbidden = names.find((name) => name === '' || name === '.' || name === '..' || /^\.git$/i.test(name))
  if (forbidden !== undefined) throw badPath(path)
  let directory = root
  for (const name of names.slice(0, -1)) {
    let next = directory.directories.get(name)
    if (next === undefined) directory.directories.set(name, (next = { files: new Map(), directories: new Map() }))
    directory = next
  }
  directory.files.set(names.at(-1)!, version)
}

async function applyDirectory(store: TreeStore, tree: Oid | undefined, edits: Directory): Promise<Oid | undefined> {
  const old = tree === undefined ? [] : await store.readTree(tree)
  const items = new Map(old.map((item) => [item.name, item]))
  for (const [name, version] of edits.files) {
    if (version !== null) items.set(name, { name, ...version })
    else if (!edits.directories.has(name)) items.delete(name)
  }
  for (const [name, below] of edits.directories) {
    const stood = items.get(name)
    const oid = await applyDirectory(store, stood?.mode === '040000' ? stood.oid : undefined, below)
    if (oid !== undefined) items.set(name, { name, mode: '040000', oid })
    else if (stood?.mode === '040000') items.delete(name)
  }
  return items.size === 0 ? undefined : await store.writeTree([...items.values()])
}

function badPath(path: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_PATH',
    message: `${path} cannot stand in a tree`,
    why: 'a part of it is empty, a dot, or .git',
    exit: 'data',
  })
}

/**
 * Changes from one tree to another, without renames, in the order of their paths' bytes. Equal directories are never
 * opened, and trees come from memory or from a process that is open: much cheaper than a `git diff-tree` for each.
 */
export async function diffTrees(
  store: Pick<TreeStore, 'readTree'>,
  before: Oid | undefined,
  after: Oid | undefined,
): Promise<TreeChange[]> {
  const changes: TreeChange[] = []
  await compareDirectories(store, { before, after, prefix: '' }, changes)
  const keyed = changes.map((change) => ({ change, key: encodePath(change.path) }))
  return keyed.sort((one, other) => Buffer.compare(one.key, other.key)).map(({ change }) => change)
}

async function compareDirectories(
  store: Pick<TreeStore, 'readTree'>,
  { before, after, prefix }: { before: Oid | undefined; after: Oid | undefined; prefix: string },
  changes: TreeChange[],
): Promise<void> {
  if (before === after) return
  const [old, made] = await Promise.all([entriesOf(store, before), entriesOf(store, after)])
  for (const name of new Set([...old.keys(), ...made.keys()])) {
    const [one, other] = [old.get(name), made.get(name)]
    if (one?.oid === other?.oid && one?.mode === other?.mode) continue
    const path = prefix + name
    const directories = { before: directoryOf(one), after: directoryOf(other) }
    if (directories.before !== undefined || directories.after !== undefined) {
      await compareDirectories(store, { ...directories, prefix: `${path}/` }, changes)
    }
    const change = fileChange(path, fileOf(one), fileOf(other))
    if (change !== undefined) changes.push(change)
  }
}

async function entriesOf(store: Pick<TreeStore, 'readTree'>, tree: Oid | undefined): Promise<Map<string, TreeItem>> {
  return new Map((tree === undefined ? [] : await store.readTree(tree)).map((item) => [item.name, item]))
}

function directoryOf(item: TreeItem | undefined): Oid | undefined {
  return item?.mode === '040000' ? item.oid : undefined
}

function fileOf(item: TreeItem | undefined): FileVersion | undefined {
  return item === undefined || item.mode === '040000' ? undefined : { mode: item.mode, oid: item.oid }
}

function fileChange(
  path: string,
  before: FileVersion | undefined,
  after: FileVersion | undefined,
): TreeChange | undefined {
  if (before === undefined && after === undefined) return undefined
  const status = before === undefined ? 'A' : after === undefined ? 'D' : kindOf(before) === kindOf(after) ? 'M' : 'T'
  return { status, path, oldPath: undefined, before, after, similarity: undefined }
}

/** Regular file, link or submodule: a change between them is one of type. */
function kindOf({ mode }: FileVersion): string {
  return mode.slice(0, 3)
}
