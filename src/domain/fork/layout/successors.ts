/** Where the files that a company's commit touches stand in the target, and what its Go packages are called there. */
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { directoryOf, modulePathOf, readGoPackage } from '../go/go-package.ts'
import type { UpstreamKnowledge } from '../profiles/knowledge.ts'
import { longestFirst, movedDirectory, type ModuleMove, type PackageMove } from './module-path.ts'
import { renamedConstants, type QualifierMove } from './symbols.ts'

/** The target's layout as it differs from the fork's: made once for a move. */
export interface Layout {
  readonly directories: readonly PackageMove[]
  /** Rows whose successor is in the target. */
  readonly files: ReadonlyMap<string, readonly string[]>
  readonly module: ModuleMove | undefined
  readonly qualifiers: readonly QualifierMove[]
}

/** Reads the layout from the trees of the old base and of the target; rows that do not apply to them are left out. */
export async function readLayout(
  git: ObjectReader,
  oldBase: Oid,
  target: Oid,
  known: UpstreamKnowledge,
): Promise<Layout> {
  const has = async (treeish: Oid, path: string): Promise<boolean> => (await git.find(treeish, path)) !== undefined
  const directories: PackageMove[] = []
  for (const { from, to } of known.directories) {
    if ((await has(oldBase, from)) && !(await has(target, from)) && (await has(target, to)))
      directories.push({ from, to })
  }
  const files = new Map<string, readonly string[]>()
  for (const { from, to } of known.files) {
    if (!(await has(oldBase, from)) || (await has(target, from))) continue
    const there: string[] = []
    for (const path of to) if (await has(target, path)) there.push(path)
    if (there.length > 0) files.set(from, there)
  }
  const [before, after] = [await modulePathOf(git, oldBase), await modulePathOf(git, target)]
  const packages = longestFirst(directories)
  const module = before !== undefined && after !== undefined ? { from: before, to: after, packages } : undefined
  const qualifiers = module === undefined ? [] : await readQualifiers(git, oldBase, target, module)
  return { directories: packages, files, module, qualifiers }
}

/** Own packages whose constants have other names now, or which are called otherwise themselves. */
async function readQualifiers(
  git: ObjectReader,
  oldBase: Oid,
  target: Oid,
  module: ModuleMove,
): Promise<QualifierMove[]> {
  const sources = (await git.list(oldBase)).filter(({ path }) => path.endsWith('.go') && !path.startsWith('vendor/'))
  const moves: QualifierMove[] = []
  for (const directory of new Set(sources.map(({ path }) => directoryOf(path)))) {
    if (directory === '') continue
    const now = movedDirectory(`${directory}/`, module.packages)?.replace(/\/$/, '') ?? directory
    const [before, after] = [await readGoPackage(git, oldBase, directory), await readGoPackage(git, target, now)]
    if (before?.name === undefined || after?.name === undefined) continue
    const names = renamedConstants(before, after)
    if (names.size === 0 && before.name === after.name) continue
    moves.push({ importPath: `${module.to}/${now}`, from: before.name, to: after.name, names })
  }
  return moves
}

/** Where a file that is gone stands now; the likeliest first, none where nothing is known. */
export function successorsOf(path: string, layout: Layout): readonly string[] {
  const rows = layout.files.get(path)
  if (rows !== undefined) return rows
  const moved = movedDirectory(path, layout.directories)
  return moved === undefined ? [] : [moved]
}
