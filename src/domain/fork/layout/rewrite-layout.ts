/**
 * Before the merge, a company's commit is made to speak of the target's layout: its files stand where their successors
 * stand, its imports name the packages that are there now. Both of its trees are rewritten alike, so that its patch stays
 * its own.
 */
import type { FileVersion, ObjectReader, ObjectWriter, Oid, TreeChange } from '../../../ports/git.ts'
import { directoryOf } from '../go/go-package.ts'
import { goDeclarations } from '../resolve/go-blocks.ts'
import { bytesOf, splitLines, textOf } from '../resolve/lines.ts'
import { editsBetween } from '../resolve/merge3.ts'
import type { BeforeMerge, CarrySituation, Resolution } from '../resolve/resolver.ts'
import { rewriteModulePath } from './module-path.ts'
import { namesElsewhere, PackageReader } from './names-elsewhere.ts'
import { declarationMoves, describeMoves, renameDeclarations, type DeclarationMoves } from './renamed-declarations.ts'
import { successorsOf, type Layout } from './successors.ts'
import { renameQualifiers } from './symbols.ts'

/** Texts in which a module's path is no package: prose keeps its links. */
const PROSE = /\.(md|markdown|txt|rst|adoc|html|svg)$|(^|\/)(LICENSE|NOTICE|CHANGELOG|OWNERS)[^/]*$/

/** The hook; `layoutOf` reads the layout once for a move. */
export function rewriteLayout(layoutOf: (situation: CarrySituation) => Promise<Layout>): BeforeMerge {
  let packages: PackageReader | undefined
  return {
    id: 'layout',
    rewrite: async (situation, trees) => {
      const layout = await layoutOf(situation)
      packages ??= new PackageReader(situation.git)
      const rewriting = new Rewriting(situation, layout, packages)
      for (const change of await situation.git.diff(trees.baseTree, trees.theirsTree)) await rewriting.change(change)
      if (rewriting.resolutions.length === 0) return undefined
      return {
        baseTree: await situation.git.editTree(trees.baseTree, rewriting.base),
        theirsTree: await situation.git.editTree(trees.theirsTree, rewriting.theirs),
        resolutions: rewriting.resolutions,
      }
    },
  }
}

/** Lines above and below a change that tell its place. */
const NEAR = 6

class Rewriting {
  readonly base = new Map<string, FileVersion | null>()
  readonly theirs = new Map<string, FileVersion | null>()
  readonly resolutions: Resolution[] = []
  /** Paths whose mentions of packages were rewritten. */
  readonly #imports = new Set<string>()
  readonly #git: ObjectReader & ObjectWriter
  readonly #onto: Oid
  readonly #oldBase: Oid
  readonly #target: Oid
  readonly #layout: Layout
  readonly #packages: PackageReader

  constructor(situation: CarrySituation, layout: Layout, packages: PackageReader) {
    this.#packages = packages
    this.#git = situation.git
    this.#onto = situation.onto
    this.#oldBase = situation.oldBase
    this.#target = situation.target
    this.#layout = layout
  }

  async change({ path, before, after }: TreeChange): Promise<void> {
    const to = await this.#placeOf(path, before, after)
    const renamed = await this.#renamesIn(path, to)
    const [b, a] = [await this.#rewritten(path, before, renamed), await this.#rewritten(path, after, renamed)]
    if (renamed !== undefined) await this.#sayRenamed(path, after ?? before, renamed)
    if (to !== path) {
      this.#say(path, 'successor-path', `upstream has ${path} as ${to} now; the patch is carried there`, to)
      for (const [edits, version] of [[this.base, b] as const, [this.theirs, a] as const]) {
        edits.set(path, null)
        if (version !== undefined) edits.set(to, version)
      }
    } else {
      if (b !== undefined && b.oid !== before?.oid) this.base.set(path, b)
      if (a !== undefined && a.oid !== after?.oid) this.theirs.set(path, a)
    }
    if (this.#imports.has(path)) this.#sayModule(path)
  }

  async #placeOf(path: string, before: FileVersion | undefined, after: FileVersion | undefined): Promise<string> {
    if ((await this.#git.find(this.#onto, path)) !== undefined) return path
    const candidates = successorsOf(path, this.#layout)
    const there: string[] = []
    for (const candidate of candidates)
      if ((await this.#git.find(this.#onto, candidate)) !== undefined) there.push(candidate)
    if (there.length === 0) return before === undefined && candidates.length > 0 ? candidates[0]! : path
    return there.length === 1 ? there[0]! : await this.#bestOf(there, path, before, after)
  }

  /** Of several successors the one that has most of the declarations, or else lines, that the patch changes. */
  async #bestOf(paths: readonly string[], path: string, before?: FileVersion, after?: FileVersion): Promise<string> {
    const [b, a] = [await this.#text(before), await this.#text(after)]
    if (b === undefined || a === undefined) return paths[0]!
    const wanted = path.endsWith('.go') ? touchedDeclarations(b, a) : touchedLines(b, a)
    const scores = await Promise.all(
      paths.map(async (one) => {
        const found = await this.#git.find(this.#onto, one)
        const text = (await this.#text(found)) ?? ''
        const have = path.endsWith('.go') ? new Set(goDeclarations.split(text)?.map(({ key }) => key)) : linesOf(text)
        return wanted.filter((name) => have.has(name)).length
      }),
    )
    return paths[scores.indexOf(Math.max(...scores))]!
  }

  /** What the declarations of the file are called where it stands now. */
  async #renamesIn(path: string, to: string): Promise<DeclarationMoves | undefined> {
    const { module, qualifiers } = this.#layout
    if (!path.endsWith('.go') || module === undefined) return undefined
    const [old, now] = [await this.#git.find(this.#oldBase, path), await this.#git.find(this.#target, to)]
    if (old === undefined || now === undefined || old.oid === now.oid) return undefined
    const [before, after] = [await this.#text(old), await this.#text(now)]
    if (before === undefined || after === undefined) return undefined
    const own = qualifiers.find(({ importPath }) => importPath === `${module.to}/${directoryOf(to)}`)
    const left = await namesElsewhere(
      this.#packages,
      { tree: this.#oldBase, path },
      { tree: this.#target, path: to, source: after, module: module.to },
    )
    const moves = declarationMoves(before, after, own?.names ?? new Map(), left)
    return moves.names.size + moves.elsewhere.size === 0 ? undefined : moves
  }

  async #rewritten(
    path: string,
    version: FileVersion | undefined,
    moves: DeclarationMoves | undefined,
  ): Promise<FileVersion | undefined> {
    const { module, qualifiers } = this.#layout
    if (version === undefined || module === undefined || PROSE.test(path)) return version
    const text = await this.#text(version)
    if (text === undefined) return version
    const moved = rewriteModulePath(text, module)
    const qualified = path.endsWith('.go') ? renameQualifiers(moved, qualifiers) : moved
    if (qualified !== text) this.#imports.add(path)
    const renamed = moves === undefined ? qualified : renameDeclarations(qualified, moves)
    if (renamed === text) return version
    return { mode: version.mode, oid: await this.#git.writeBlob(bytesOf(renamed)) }
  }

  async #text(version: FileVersion | undefined): Promise<string | undefined> {
    if (version === undefined || !version.mode.startsWith('100')) return undefined
    return textOf(await this.#git.readBlob(version.oid))
  }

  async #sayRenamed(path: string, version: FileVersion | undefined, moves: DeclarationMoves): Promise<void> {
    const told = describeMoves((await this.#text(version)) ?? '', moves)
    if (told !== '') this.#say(path, 'renamed-declarations', `as upstream calls them now: ${told}`)
  }

  #sayModule(path: string): void {
    const { from, to } = this.#layout.module!
    const what = from === to ? 'packages that moved' : `${from} to ${to}`
    this.#say(path, 'module-path', `imports rewritten: ${what}`)
  }

  #say(path: string, rule: string, evidence: string, to?: string): void {
    const said = { path, class: 'rewritten', rule, ruleVersion: 1, confidence: 'rule', evidence } as const
    this.resolutions.push(to === undefined ? said : { ...said, to })
  }
}

function touchedDeclarations(before: string, after: string): string[] {
  const old = new Map(goDeclarations.split(before)?.map(({ key, text }) => [key, text]))
  const blocks = goDeclarations.split(after) ?? []
  return blocks.filter(({ key, text }) => old.get(key) !== text).map(({ key }) => key)
}

/** What a patch takes away, and what stands around it: where most of that is, the patch belongs. */
function touchedLines(before: string, after: string): string[] {
  const lines = splitLines(before)
  const near = editsBetween(lines, splitLines(after)).flatMap(({ start, end }) =>
    lines.slice(Math.max(0, start - NEAR), end + NEAR),
  )
  return [...linesOf(near.join(''))]
}

function linesOf(text: string): Set<string> {
  return new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length > 3),
  )
}
