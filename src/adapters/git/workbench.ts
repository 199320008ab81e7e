/**
 * The directory in which conflicts are resolved: a repository of its own below `<git directory>/sparkops/fork/<id>/edit`
 * that borrows the objects. The user's repository gets no worktree entry, and nothing that is done there (a commit, a
 * hook, a setting) reaches it. Attributes convert nothing, so that bytes stay what the merge made of them.
 */
import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileMode, FileVersion, RepositoryFacts } from '../../ports/git.ts'
import type { EditedFile, Workbench, WorkbenchState } from '../../ports/fork-state.ts'
import { baseEnvironment, HARMLESS_CONFIG, quoteForList, withoutOutsideConfig } from './environment.ts'
import { decodePath, encodePath } from './path-bytes.ts'
import { readRawDiff, splitNul } from './read-output.ts'
import { runGit } from './run-git.ts'

const RAW_BYTES = '* -text -eol -ident -filter -working-tree-encoding\n'

/** The workbench of a repository's runs. */
export function openWorkbench(facts: RepositoryFacts): Workbench {
  const idDigits = facts.objectFormat === 'sha256' ? 64 : 40
  const indexLine = (version: FileVersion | null, stage: number, path: string): Buffer =>
    formatIndexLine(version, stage, path, idDigits)
  const directoryOf = (id: string): string => join(facts.commonDirectory, 'sparkops', 'fork', id, 'edit')
  const environment = withoutOutsideConfig(baseEnvironment())
  const gitIn = async (id: string, words: readonly string[], input?: Uint8Array): Promise<Buffer> => {
    const directory = directoryOf(id)
    const place = { directory, environment: { ...environment, GIT_DIR: join(directory, '.git') }, signal: undefined }
    return await runGit(place, [...HARMLESS_CONFIG, ...words], input)
  }

  const make = async (id: string): Promise<void> => {
    const directory = directoryOf(id)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    if (!existsSync(join(directory, '.git', 'HEAD'))) {
      const words = [
        'init',
        '--quiet',
        '--template=',
        `--object-format=${facts.objectFormat}`,
        '--initial-branch=resolve',
      ]
      await gitIn(id, words)
    }
    await mkdir(join(directory, '.git', 'info'), { recursive: true })
    await mkdir(join(directory, '.git', 'objects', 'info'), { recursive: true })
    await writeFile(join(directory, '.git', 'info', 'attributes'), RAW_BYTES)
    await writeFile(
      join(directory, '.git', 'objects', 'info', 'alternates'),
      `${quoteForList(join(facts.commonDirectory, 'objects'))}\n`,
    )
    await gitIn(id, ['config', 'merge.conflictStyle', 'zdiff3'])
    await gitIn(id, ['config', 'core.autocrlf', 'false'])
  }

  const stage = async (id: string, lines: readonly Buffer[]): Promise<void> => {
    await gitIn(id, ['update-index', '-z', '--index-info'], Buffer.concat(lines))
  }

  const checkOut = async (id: string, path: string): Promise<void> => {
    await gitIn(id, ['checkout-index', '--force', '-z', '--stdin'], Buffer.concat([encodePath(path), NUL]))
  }

  return {
    directory: directoryOf,

    async layOut(id, { commit, tree, conflicts }) {
      await make(id)
      await gitIn(id, ['update-ref', '--no-deref', 'HEAD', commit])
      // What is shown is put in place through the index: git itself sees to links and directories in the way.
      await gitIn(id, ['read-tree', '--reset', '-u', tree])
      for (const { path, shown } of conflicts) {
        if (shown === undefined) continue
        await stage(id, [indexLine(shown, 0, path)])
        if (shown !== null) await checkOut(id, path)
      }
      for (const { path, base, ours, theirs } of conflicts) {
        const sides = [base, ours, theirs].flatMap((version, at) => (version ? [indexLine(version, at + 1, path)] : []))
        await stage(id, [indexLine(null, 0, path), ...sides])
      }
      await writeFile(join(directoryOf(id), '.git', 'SPARKOPS_TREE'), `${tree}\n`)
    },

    async look(id): Promise<WorkbenchState | undefined> {
      const directory = directoryOf(id)
      const tree = await readFile(join(directory, '.git', 'SPARKOPS_TREE'), 'latin1').catch(() => undefined)
      if (tree === undefined) return undefined
      const paths = (bytes: Buffer): string[] => splitNul(bytes).map(decodePath)
      const unmerged = splitNul(await gitIn(id, ['ls-files', '-z', '-u'])).map((piece) =>
        decodePath(piece.subarray(piece.indexOf(9) + 1)),
      )
      await gitIn(id, ['update-index', '-q', '--really-refresh', '--unmerged']).catch(() => undefined)
      const unstaged = paths(await gitIn(id, ['diff-files', '-z', '--name-only', '--ignore-submodules=all']))
      const untracked = paths(await gitIn(id, ['ls-files', '-z', '--others']))
      const unmergedPaths = new Set(unmerged)
      const raw = ['diff-index', '--cached', '-z', '--raw', '--no-abbrev', '--no-renames', tree.trim()]
      const edits = new Map<string, EditedFile | FileVersion | null>()
      for (const change of readRawDiff(await gitIn(id, raw))) {
        if (unmergedPaths.has(change.path)) continue
        edits.set(change.path, await editOf(id, change.path, change.after))
      }
      const still = unstaged.filter((path) => !unmergedPaths.has(path))
      return {
        directory,
        tree: tree.trim(),
        unmerged: [...unmergedPaths],
        unstaged: [...new Set(still)],
        untracked,
        edits,
      }
    },

    async settle(id, path, how) {
      if (how === 'edited') {
        await gitIn(id, ['update-index', '--add', '--remove', '-z', '--stdin'], Buffer.concat([encodePath(path), NUL]))
        return
      }
      await stage(id, [indexLine(null, 0, path), ...(how === null ? [] : [indexLine(how, 0, path)])])
      if (how !== null) await checkOut(id, path)
    },

    async readFile(id, path) {
      const file = join(directoryOf(id), path)
      const found = await lstat(file).catch(() => undefined)
      if (found?.isSymbolicLink()) return Buffer.from(await readlink(file))
      return found?.isFile() ? await readFile(file) : undefined
    },
  }

  async function editOf(
    id: string,
    path: string,
    version: FileVersion | undefined,
  ): Promise<EditedFile | FileVersion | null> {
    if (version === undefined) return null
    if (version.mode === '160000') return version
    return { path, mode: version.mode, bytes: await gitIn(id, ['cat-file', 'blob', version.oid]) }
  }
}

const NUL = Buffer.from([0])

/** A line of `update-index --index-info`: mode 0 removes the path. */
function formatIndexLine(
  version: { mode: FileMode; oid: string } | null,
  stage: number,
  path: string,
  idDigits: number,
): Buffer {
  const head = version === null ? `0 ${'0'.repeat(idDigits)}` : `${version.mode} ${version.oid} ${stage}`
  return Buffer.concat([Buffer.from(`${head}\t`), encodePath(path), NUL])
}
