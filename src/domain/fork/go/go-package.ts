/** A Go package as it stands in a tree: its sources and what they declare, read once for each tree. */
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { textOf } from '../resolve/lines.ts'
import { goConstants, goDeclarationsOf, packageClause, type GoDeclaration } from './go-source.ts'

export interface GoPackage {
  readonly directory: string
  readonly name: string | undefined
  /** Path to source, tests left out. */
  readonly sources: ReadonlyMap<string, string>
  readonly declarations: readonly GoDeclaration[]
  /** Names at package level. */
  readonly names: ReadonlySet<string>
  readonly constants: ReadonlyMap<string, string>
}

/** The package in a directory of a tree; undefined where there is no Go. */
export async function readGoPackage(git: ObjectReader, tree: Oid, directory: string): Promise<GoPackage | undefined> {
  const found = directory === '' ? { oid: tree } : await git.find(tree, directory)
  if (found === undefined) return undefined
  const entries = directory === '' ? await git.list(tree) : await git.list(tree, directory)
  const own = entries.filter(
    ({ path, mode }) => directoryOf(path) === directory && /\.go$/.test(path) && mode !== '120000',
  )
  const sources = new Map<string, string>()
  for (const { path, oid } of own) {
    const text = /_test\.go$/.test(path) ? undefined : textOf(await git.readBlob(oid))
    if (text !== undefined) sources.set(path, text)
  }
  if (sources.size === 0) return undefined
  const texts = [...sources.values()]
  const declarations = texts.flatMap(goDeclarationsOf)
  return {
    directory,
    name: packageClause(texts[0]!),
    sources,
    declarations,
    names: new Set(declarations.filter((one) => one.receiver === undefined).map((one) => one.name)),
    constants: goConstants(texts),
  }
}

/** The directory part of a path; empty at the root. */
export function directoryOf(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut === -1 ? '' : path.slice(0, cut)
}

/** What the module of a tree calls itself; undefined without a go.mod. */
export async function modulePathOf(git: ObjectReader, tree: Oid): Promise<string | undefined> {
  const found = await git.find(tree, 'go.mod')
  if (found === undefined || found.mode === '040000') return undefined
  return /^module\s+"?([^\s"]+)/m.exec(textOf(await git.readBlob(found.oid)) ?? '')?.[1]
}
