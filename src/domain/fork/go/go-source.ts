/**
 * Go source as words, as far as moving a patch needs it: what a file imports, which names it uses and declares.
 *
 * No type checker: it answers "is this name still there", not "does it compile". For that there is `--exec`.
 */

export interface GoImport {
  readonly path: string
  /** How the file calls it: its alias, else the last element of the path that is no version. */
  readonly name: string
  readonly aliased: boolean
}

export interface GoWord {
  readonly text: string
  /** Offset in the source. */
  readonly at: number
  /** The word or sign before it, blanks aside. */
  readonly before: string
  /** The sign after it, blanks aside. */
  readonly after: string
}

const LEXEME = /\/\/[^\n]*|\/\*[^]*?\*\/|`[^`]*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'|[\p{L}_][\p{L}\p{N}_]*|[^\s]/gu
const WORD = /^[\p{L}_]/u

/** Identifiers and keywords of a source in order, without those of comments and literals. */
export function goWords(source: string): GoWord[] {
  const lexemes = [...source.matchAll(LEXEME)]
    .map((match) => ({ text: match[0], at: match.index }))
    .filter(({ text }) => !text.startsWith('//') && !text.startsWith('/*'))
  return lexemes.flatMap(({ text, at }, i) =>
    WORD.test(text) ? [{ text, at, before: lexemes[i - 1]?.text ?? '', after: lexemes[i + 1]?.text ?? '' }] : [],
  )
}

/** What a file imports. */
export function goImports(source: string): GoImport[] {
  const head = source.split(/^(?:func|type|var|const)\b/m, 1)[0]!
  const specs = [...head.matchAll(/^import\s+(?:([\w.]+)\s+)?"([^"]+)"|^\t(?:([\w.]+)\s+)?"([^"]+)"/gm)]
  return specs.map((match) => {
    const [alias, path] = [match[1] ?? match[3], match[2] ?? match[4]!]
    return { path, name: alias ?? packageName(path), aliased: alias !== undefined }
  })
}

/** The name a package most likely has by its path: `…/client_golang` and `gopkg.in/yaml.v3` name themselves otherwise. */
function packageName(path: string): string {
  const elements = path.split('/')
  const last = elements.pop()!
  return /^v\d+$/.test(last) && elements.length > 1 ? elements.pop()! : last
}

/** The package clause of a file. */
export function packageClause(source: string): string | undefined {
  return /^package\s+(\w+)/m.exec(source)?.[1]
}

export interface GoDeclaration {
  readonly name: string
  /** `Controller` in `func (c *Controller) run`. */
  readonly receiver: string | undefined
  readonly kind: 'func' | 'type' | 'var' | 'const'
  /** Parameters and results of a function, blanks evened out; undefined for anything else. */
  readonly signature: string | undefined
}

/** What a file declares at its top level, entries of groups included. */
export function goDeclarationsOf(source: string): GoDeclaration[] {
  const found: GoDeclaration[] = []
  for (const match of source.matchAll(/^func\s+(?:\(\s*(?:\w+\s+)?\*?\s*([\w.]+)[^)]*\)\s*)?(\w+)\s*([^{\n]*)/gm)) {
    const signature = match[3]!.trim().replace(/\s+/g, ' ')
    found.push({ name: match[2]!, receiver: match[1], kind: 'func', signature })
  }
  for (const match of source.matchAll(/^(type|var|const)\s+(\w+)/gm)) {
    found.push({ name: match[2]!, receiver: undefined, kind: match[1] as 'type', signature: undefined })
  }
  for (const match of source.matchAll(/^(type|var|const)\s*\(\n([^]*?)^\)/gm)) {
    for (const entry of match[2]!.matchAll(/^\t(\w+(?:\s*,\s*\w+)*)/gm)) {
      for (const name of entry[1]!.split(/\s*,\s*/)) {
        found.push({ name, receiver: undefined, kind: match[1] as 'type', signature: undefined })
      }
    }
  }
  return found
}

/** Fields of structs and methods of interfaces that a file declares. */
export function goMembersOf(source: string): Set<string> {
  const members = new Set<string>()
  for (const match of source.matchAll(/\b(?:struct|interface)\s*\{\n([^]*?)^\t*\}/gm)) {
    for (const entry of match[1]!.matchAll(/^\t+\*?(?:\w+\.)?(\w+(?:\s*,\s*\w+)*)/gm)) {
      for (const name of entry[1]!.split(/\s*,\s*/)) members.add(name)
    }
  }
  return members
}

/**
 * String constants by name, sums of others and of literals worked out. One with a type of its own is told as that type's:
 * `ExecutorState("COMPLETED")`, since the same text of another type is another constant.
 */
export function goConstants(sources: readonly string[]): Map<string, string> {
  const expressions = new Map<string, string>()
  const types = new Map<string, string>()
  for (const source of sources) {
    for (const [, name, type, expression] of source.matchAll(
      /^(?:const\s+|\t)(\w+)(?:\s+(\w+))?\s*=\s*((?:"[^"\n]*"|\w+)(?:\s*\+\s*(?:"[^"\n]*"|\w+))*)\s*(?:\/\/.*)?$/gm,
    )) {
      if (expressions.has(name!)) continue
      expressions.set(name!, expression!)
      if (type !== undefined && type !== 'string') types.set(name!, type)
    }
  }
  const values = new Map<string, string>()
  for (const name of expressions.keys()) {
    const value = evaluate(name, expressions, new Set())
    const type = types.get(name)
    if (value !== undefined) values.set(name, type === undefined ? value : `${type}("${value}")`)
  }
  return values
}

function evaluate(name: string, expressions: ReadonlyMap<string, string>, open: Set<string>): string | undefined {
  const expression = expressions.get(name)
  if (expression === undefined || open.has(name)) return undefined
  open.add(name)
  let value = ''
  for (const [term] of expression.matchAll(/"[^"\n]*"|\w+/g)) {
    const part = term.startsWith('"') ? term.slice(1, -1) : evaluate(term, expressions, open)
    if (part === undefined) return undefined
    value += part
  }
  open.delete(name)
  return value
}
