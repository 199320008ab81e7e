/** What Go files declare, read once for each blob: a series of commits shares nearly all of them. */
import type { ObjectReader, Oid, TreeEntry } from '../../../ports/git.ts'
import { directoryOf } from '../go/go-package.ts'
import { goDeclarationsOf, goMembersOf, goWords, type GoDeclaration } from '../go/go-source.ts'
import { textOf } from '../resolve/lines.ts'

export interface GoFileFacts {
  readonly text: string
  readonly declarations: readonly GoDeclaration[]
  /** Fields, methods of interfaces, and methods. */
  readonly members: ReadonlySet<string>
}

export class GoFacts {
  readonly #files = new Map<Oid, GoFileFacts | undefined>()
  readonly #git: ObjectReader

  constructor(git: ObjectReader) {
    this.#git = git
  }

  /** A file's facts; undefined for what is no text. */
  async file(oid: Oid): Promise<GoFileFacts | undefined> {
    if (this.#files.has(oid)) return this.#files.get(oid)
    const text = textOf(await this.#git.readBlob(oid))
    const facts = text === undefined ? undefined : factsOf(text)
    this.#files.set(oid, facts)
    return facts
  }

  /** The own Go of a tree by path, vendored code and tests aside. */
  async tree(treeish: Oid): Promise<GoTree> {
    const entries = (await this.#git.list(treeish)).filter(isOwnGo)
    const files = new Map<string, GoFileFacts>()
    for (const { path, oid } of entries) {
      const facts = await this.file(oid)
      if (facts !== undefined) files.set(path, facts)
    }
    return new GoTree(files)
  }
}

function isOwnGo({ path, mode }: TreeEntry): boolean {
  return path.endsWith('.go') && mode.startsWith('100') && !/(^|\/)(vendor|testdata)\//.test(path)
}

function factsOf(text: string): GoFileFacts {
  const declarations = goDeclarationsOf(text)
  const members = goMembersOf(text)
  for (const { receiver, name } of declarations) if (receiver !== undefined) members.add(name)
  return { text, declarations, members }
}

export class GoTree {
  readonly files: ReadonlyMap<string, GoFileFacts>
  #members: Set<string> | undefined
  #memberUses: Set<string> | undefined

  constructor(files: ReadonlyMap<string, GoFileFacts>) {
    this.files = files
  }

  hasPackage(directory: string): boolean {
    return [...this.files.keys()].some((path) => directoryOf(path) === directory)
  }

  /** Functions, types, variables and constants of a package, those of its tests only for a test. */
  declared(directory: string, forTests = false): ReadonlyMap<string, GoDeclaration> {
    const found = new Map<string, GoDeclaration>()
    for (const [path, { declarations }] of this.files) {
      if (directoryOf(path) !== directory || (!forTests && path.endsWith('_test.go'))) continue
      for (const one of declarations) if (one.receiver === undefined) found.set(one.name, one)
    }
    return found
  }

  get members(): ReadonlySet<string> {
    return (this.#members ??= new Set([...this.files.values()].flatMap(({ members }) => [...members])))
  }

  /** Every name that stands after a dot anywhere: also those of types from elsewhere. */
  get memberUses(): ReadonlySet<string> {
    const words = (): string[] =>
      [...this.files.values()].flatMap(({ text }) =>
        goWords(text)
          .filter((word) => word.before === '.')
          .map((word) => word.text),
      )
    return (this.#memberUses ??= new Set(words()))
  }
}
