/**
 * Names of a package that upstream put into another one, which the file imports now: a constant found again by its value,
 * a function by its name, but for the case of the first letter, and its signature. Where two could be meant, none is.
 */
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { directoryOf, readGoPackage } from '../go/go-package.ts'
import { goImports, type GoDeclaration } from '../go/go-source.ts'
import { otherCase } from './symbols.ts'

/** What a package is known by: its sources are not kept. */
export interface PackageNames {
  readonly declarations: ReadonlyMap<string, GoDeclaration>
  readonly constants: ReadonlyMap<string, string>
}

/** Reads each package of a tree once. */
export class PackageReader {
  readonly #git: ObjectReader
  readonly #known = new Map<string, Promise<PackageNames | undefined>>()

  constructor(git: ObjectReader) {
    this.#git = git
  }

  async read(tree: Oid, directory: string): Promise<PackageNames | undefined> {
    const key = `${tree}:${directory}`
    const found = this.#known.get(key) ?? this.#read(tree, directory)
    this.#known.set(key, found)
    return found
  }

  async #read(tree: Oid, directory: string): Promise<PackageNames | undefined> {
    const found = await readGoPackage(this.#git, tree, directory)
    if (found === undefined) return undefined
    const plain = found.declarations.filter(({ receiver }) => receiver === undefined)
    return { declarations: new Map(plain.map((one) => [one.name, one])), constants: found.constants }
  }
}

/**
 * What code of `from` at the old base must call now in `to` at the target: `scrapeAnnotation` to `common.ScrapeAnnotation`.
 * `source` is the target's file, `module` its module's path.
 */
export async function namesElsewhere(
  packages: PackageReader,
  before: { tree: Oid; path: string },
  after: { tree: Oid; path: string; source: string; module: string },
): Promise<ReadonlyMap<string, string>> {
  const old = await packages.read(before.tree, directoryOf(before.path))
  const now = await packages.read(after.tree, directoryOf(after.path))
  const moves = new Map<string, string>()
  if (old === undefined || now === undefined) return moves
  const gone = [...old.declarations.keys()].filter(
    (name) => !now.declarations.has(name) && !now.declarations.has(otherCase(name)),
  )
  if (gone.length === 0) return moves
  const imported: { name: string; found: PackageNames }[] = []
  for (const { path, name } of goImports(after.source)) {
    if (!path.startsWith(`${after.module}/`)) continue
    const found = await packages.read(after.tree, path.slice(after.module.length + 1))
    if (found !== undefined) imported.push({ name, found })
  }
  for (const name of gone) {
    const places = imported.flatMap(({ name: qualifier, found }) =>
      successorsIn(name, old, found).map((successor) => `${qualifier}.${successor}`),
    )
    if (places.length === 1) moves.set(name, places[0]!)
  }
  return moves
}

/** Exported names of a package that are what a name of another was. */
function successorsIn(name: string, old: PackageNames, { declarations, constants }: PackageNames): string[] {
  const value = old.constants.get(name)
  if (value !== undefined) {
    const bearers = [...old.constants.values()].filter((one) => one === value).length
    const same = [...constants].filter(([other, one]) => one === value && isExported(other))
    return bearers === 1 ? same.map(([other]) => other) : []
  }
  const was = old.declarations.get(name)
  const exported = isExported(name) ? name : otherCase(name)
  const is = declarations.get(exported)
  return was?.signature !== undefined && is?.signature === was.signature ? [exported] : []
}

function isExported(name: string): boolean {
  return /^\p{Lu}/u.test(name)
}
