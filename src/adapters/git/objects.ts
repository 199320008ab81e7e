/** Objects read and written, and trees merged, through git itself, in the workplace that borrows the repository's objects. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { FileVersion, MergeResult, ObjectReader, ObjectWriter, Oid, RepositoryFacts } from '../../ports/git.ts'
import { ObjectPipe } from './object-pipe.ts'
import { decodePath, isPlainPath } from './path-bytes.ts'
import { askGit, type GitPlace, runGit } from './run-git.ts'
import { readMerge, readRawDiff, splitNul } from './read-output.ts'
import { diffTrees, editTree, formatTree, parseTree, type TreeItem } from './trees.ts'

/** Trees are read again and again; each is some hundred bytes an entry. */
const TREES_KEPT = 4096
const BINARY_PROBE = 8000
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

const PATCH_OPTIONS = ['--no-ext-diff', '--no-textconv', '--no-color', '--full-index', '--no-renames', '-r'] as const

/** The object half of the port. `close` ends the process that reads objects. */
export function openObjects(
  place: GitPlace,
  facts: RepositoryFacts,
): ObjectReader & ObjectWriter & { close(): Promise<void> } {
  const pipe = new ObjectPipe(place)
  const idBytes = facts.objectFormat === 'sha256' ? 32 : 20
  const trees = new Map<Oid, readonly TreeItem[]>()
  const syntheticCommits = new Map<string, Oid>()
  let textFiles = 0

  const ask = async (args: readonly string[], input?: Uint8Array, allowed?: readonly number[]): Promise<Buffer> => {
    try {
      return await runGit(place, args, input, allowed)
    } catch (error) {
      throw facts.isPartial ? asMissing(error, facts) : error
    }
  }
  const read: ObjectReader['read'] = async (oid) => await pipe.read(checkId(oid))
  const readAs = async (oid: Oid, type: 'blob' | 'commit' | 'tree'): Promise<Buffer> => {
    const found = await pipe.read(checkId(oid))
    if (found === undefined) throw missing(oid, type, facts)
    if (found.type !== type) throw notOfType(oid, type, found.type)
    return found.bytes
  }
  const write = async (type: 'blob' | 'commit' | 'tree', bytes: Uint8Array): Promise<Oid> =>
    (await ask(['hash-object', '-t', type, '-w', '--stdin'], bytes)).toString('latin1').trim()

  const readTree = async (oid: Oid): Promise<readonly TreeItem[]> => {
    const known = trees.get(oid)
    if (known !== undefined) return known
    const items = parseTree(await readAs(oid, 'tree'), idBytes)
    if (trees.size >= TREES_KEPT) trees.delete(trees.keys().next().value!)
    trees.set(oid, items)
    return items
  }
  const store = { readTree, writeTree: async (items: readonly TreeItem[]) => await write('tree', formatTree(items)) }

  const treeOf = async (treeish: Oid): Promise<Oid> => {
    const found = await pipe.read(checkId(treeish))
    if (found?.type === 'tree') return treeish
    if (found?.type === 'commit') return /^tree ([0-9a-f]+)\n/.exec(found.bytes.toString('latin1', 0, 80))![1]!
    throw found === undefined ? missing(treeish, 'tree', facts) : notOfType(treeish, 'tree', found.type)
  }
  const find = async (treeish: Oid, path: string): Promise<FileVersion | undefined> => {
    let at: FileVersion = { mode: '040000', oid: await treeOf(treeish) }
    for (const name of path.split('/')) {
      if (at.mode !== '040000') return undefined
      const item: TreeItem | undefined = (await readTree(at.oid)).find((one) => one.name === name)
      if (item === undefined) return undefined
      at = { mode: item.mode, oid: item.oid }
    }
    return at
  }
  const commitOf = async (tree: Oid, parent?: Oid): Promise<Oid> => {
    const key = `${tree} ${parent ?? ''}`
    const known = syntheticCommits.get(key)
    if (known !== undefined) return known
    const who = 'sparkops <sparkops@localhost> 0 +0000'
    const lines = [`tree ${tree}`, ...(parent === undefined ? [] : [`parent ${parent}`]), `author ${who}`]
    const oid = await write('commit', Buffer.from(`${lines.join('\n')}\ncommitter ${who}\n\nmerge\n`))
    syntheticCommits.set(key, oid)
    return oid
  }

  let merging: Promise<unknown> = Promise.resolve()
  // Labels in markers are the names that git is given: refs of our own directory, so that equal merges are equal trees.
  const merge = async (ours: Oid, theirs: Oid): Promise<MergeResult> => {
    const run = async (): Promise<MergeResult> => {
      await writeFile(join(place.directory, 'refs/upstream'), `${ours}\n`)
      await writeFile(join(place.directory, 'refs/company'), `${theirs}\n`)
      const words = ['merge-tree', '--write-tree', '-z', '--messages', '--allow-unrelated-histories']
      return readMerge(await ask([...words, 'upstream', 'company'], undefined, [0, 1]))
    }
    const result = merging.then(run)
    merging = result.catch(() => undefined)
    return await result
  }

  return {
    facts,
    read,
    readBlob: async (oid) => await readAs(oid, 'blob'),
    readCommit: async (oid) => await readAs(oid, 'commit'),
    treeOf,
    find,

    async list(treeish, directory) {
      const top = directory === undefined ? await treeOf(treeish) : await directoryAt(treeish, directory)
      if (top === undefined) return []
      const out = await ask(['ls-tree', '-r', '-z', '--full-tree', checkId(top)])
      const prefix = directory === undefined ? '' : `${directory}/`
      return splitNul(out).map((piece) => {
        const tab = piece.indexOf(9)
        const [mode, , oid] = piece.toString('latin1', 0, tab).split(' ')
        return { mode: mode as FileVersion['mode'], oid: oid!, path: prefix + decodePath(piece.subarray(tab + 1)) }
      })
    },

    async diff(before, after, options = {}) {
      const trees = [await treeOf(before), await treeOf(after)] as const
      if (options.renames === undefined) return await diffTrees(store, ...trees)
      const renames = [`-M${options.renames}%`, '-l0']
      const shape = ['-r', '-z', '--raw', '--no-abbrev', '--full-index', '--no-ext-diff', '--no-textconv']
      return readRawDiff(await ask(['diff-tree', ...shape, ...renames, ...trees]))
    },

    async patch(before, after, options = {}) {
      const paths = (options.paths ?? []).filter(isPlainPath)
      const limit = paths.length === (options.paths ?? []).length && paths.length > 0
      const words = limit ? ['--', ...paths.map((path) => `:(literal)${path}`)] : []
      const trees = [await treeOf(before), await treeOf(after)]
      return await ask(['diff-tree', ...PATCH_OPTIONS, '-p', `-U${options.context ?? 3}`, ...trees, ...words])
    },

    async patchId(before, after) {
      const trees = [await treeOf(before), await treeOf(after)]
      const patch = await ask(['diff-tree', ...PATCH_OPTIONS, '-p', ...trees])
      if (patch.length === 0) return undefined
      const out = await ask(['patch-id', '--stable'], patch)
      return out.toString('latin1').split(' ')[0]
    },

    async patchIds(commits) {
      const found = new Map<Oid, string>()
      // In portions: the patches of two years of generated files do not fit a small memory at once.
      for (let at = 0; at < commits.length; at += 32) {
        const portion = `${commits
          .slice(at, at + 32)
          .map(checkId)
          .join('\n')}\n`
        const words = ['diff-tree', '--stdin', ...PATCH_OPTIONS, '--root', '-p']
        const patches = await ask(words, Buffer.from(portion))
        const lines = (await ask(['patch-id', '--stable'], patches)).toString('latin1').trim().split('\n')
        for (const line of lines) {
          const [id, commit] = line.split(' ')
          if (commit !== undefined) found.set(commit, id!)
        }
      }
      return found
    },

    async range(from, to, options = {}) {
      const except = (typeof from === 'string' ? [from] : from).map((oid) => `^${checkId(oid)}`)
      const paths = (options.paths ?? []).map((path) => `:(literal)${path}`)
      const words = ['rev-list', '--reverse', '--topo-order', ...(options.firstParent ? ['--first-parent'] : [])]
      return linesOf(await ask([...words, checkId(to), ...except, '--', ...paths]))
    },

    async mergeBases(one, other) {
      return linesOf(await ask(['merge-base', '--all', checkId(one), checkId(other)], undefined, [0, 1]))
    },

    async isAncestor(ancestor, descendant) {
      const words = ['merge-base', '--is-ancestor', checkId(ancestor), checkId(descendant)]
      const { code, stderr } = await askGit(place, words)
      if (code > 1) throw missing(ancestor, 'commit', facts, stderr)
      return code === 0
    },

    writeBlob: async (bytes) => await write('blob', bytes),
    writeCommit: async (raw) => await write('commit', raw),
    editTree: async (tree, edits) => (edits.size === 0 ? tree : await editTree(store, tree, edits)),

    async mergeTrees({ base, ours, theirs }): Promise<MergeResult> {
      if (base === theirs) return { tree: ours, conflicts: [], messages: [] }
      if (base === ours) return { tree: theirs, conflicts: [], messages: [] }
      // --merge-base came with git 2.40; two commits upon a common one say the same to 2.38.
      const root = await commitOf(base)
      return await merge(await commitOf(ours, root), await commitOf(theirs, root))
    },

    mergeCommits: async (ours, theirs) => await merge(checkId(ours), checkId(theirs)),

    async mergeText({ base, ours, theirs, labels, favor }) {
      if ([base, ours, theirs].some(looksBinary)) return undefined
      const number = (textFiles += 1)
      const files = [ours, base, theirs].map((bytes, side) => ({
        path: join(place.directory, `merge-${number}-${side}`),
        bytes,
      }))
      try {
        for (const { path, bytes } of files) await writeFile(path, bytes)
        const names = [labels.ours, labels.base, labels.theirs].flatMap((label) => ['-L', oneLine(label)])
        const words = [
          'merge-file',
          '-p',
          '-q',
          favor === undefined ? '--zdiff3' : `--${favor}`,
          ...names,
          '--',
          ...files.map(({ path }) => path),
        ]
        const { code, stdout } = await askGit(place, words)
        return code > 127 ? undefined : { bytes: stdout, conflicts: code }
      } finally {
        for (const { path } of files) await rm(path, { force: true })
      }
    },

    close: async () => await pipe.close(),
  }

  async function directoryAt(treeish: Oid, path: string): Promise<Oid | undefined> {
    const found = await find(treeish, path)
    return found?.mode === '040000' ? found.oid : undefined
  }
}

/** Ids are the only names that reach a command line. */
export function checkId(oid: Oid): Oid {
  if (ID.test(oid)) return oid
  throw new SparkopsError({ code: 'SO_BAD_ID', message: `${oid} is no object id`, exit: 'data' })
}

/** The lines of an answer, without an empty last one. */
export function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
}

// What git takes for binary: a NUL among the first bytes (buffer_is_binary in xdiff-interface.c).
function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_PROBE).includes(0)
}

function oneLine(label: string): string {
  // eslint-disable-next-line no-control-regex
  return Buffer.from(label.replace(/[\0-\x1f\x7f]+/g, ' '), 'utf8').toString('utf8')
}

function missing(oid: Oid, type: string, facts: RepositoryFacts, said?: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_OBJECT_MISSING',
    message: `${type} ${oid} is not in the repository`,
    why: facts.isPartial
      ? 'it is a partial clone, and objects are not fetched unasked'
      : (said?.trim() ?? (facts.isShallow ? 'it is a shallow clone' : 'the object is missing or damaged')),
    hint: facts.isPartial
      ? 'git fetch --refetch --tags --filter=blob:limit=1g'
      : facts.isShallow
        ? 'git fetch --unshallow'
        : 'git fsck',
    exit: 'data',
  })
}

/** In a partial clone, what git cannot read is what was never fetched. */
function asMissing(error: unknown, facts: RepositoryFacts): unknown {
  if (!(error instanceof SparkopsError) || error.code !== 'SO_GIT_FAILED') return error
  const oid = /(?:unable to read|could not read|missing|bad object)\D*?([0-9a-f]{40,64})/.exec(error.why ?? '')?.[1]
  return oid === undefined ? error : missing(oid, 'object', facts)
}

function notOfType(oid: Oid, wanted: string, found: string): SparkopsError {
  return new SparkopsError({ code: 'SO_OBJECT_TYPE', message: `${oid} is a ${found}, not a ${wanted}`, exit: 'data' })
}
