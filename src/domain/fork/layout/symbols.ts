/**
 * What a package's names are called after upstream moved it: constants found again by their value.
 *
 * `config.SparkAppNameLabel` became `common.LabelSparkAppName`; both are "sparkoperator.k8s.io/app-name". A value that
 * two constants have, before or after, identifies none of them.
 */
import { goImports, goWords } from '../go/go-source.ts'
import type { GoPackage } from '../go/go-package.ts'

/** Old name to new name, for constants that changed their name but not their value. */
export function renamedConstants(before: GoPackage, after: GoPackage): Map<string, string> {
  const [old, now] = [byValue(before.constants), byValue(after.constants)]
  const renamed = new Map<string, string>()
  for (const [value, name] of old) {
    const successor = now.get(value)
    if (successor !== undefined && successor !== null && name !== null && successor !== name && !after.names.has(name))
      renamed.set(name, successor)
  }
  return renamed
}

/** The name with its first letter in the other case: exported, or no longer. */
export function otherCase(name: string): string {
  const first = name[0]!
  return (first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase()) + name.slice(1)
}

/** Value to the one name that has it; null where several have. */
function byValue(constants: ReadonlyMap<string, string>): Map<string, string | null> {
  const names = new Map<string, string | null>()
  for (const [name, value] of constants) names.set(value, names.has(value) ? null : name)
  return names
}

/** How a source must call a package that moved. */
export interface QualifierMove {
  /** Import path, after the module's path was rewritten. */
  readonly importPath: string
  readonly from: string
  readonly to: string
  readonly names: ReadonlyMap<string, string>
}

/** Renames `config.X` to `common.Y` in a source that imports the moved package by its own name. */
export function renameQualifiers(source: string, moves: readonly QualifierMove[]): string {
  const imports = goImports(source)
  let text = source
  for (const move of moves) {
    const used = imports.find((one) => one.path === move.importPath)
    if (used === undefined) continue
    const [from, to] = used.aliased ? [used.name, used.name] : [move.from, move.to]
    text = renameIn(text, from, to, move.names)
  }
  return text
}

function renameIn(source: string, from: string, to: string, names: ReadonlyMap<string, string>): string {
  const words = goWords(source)
  const parts: string[] = []
  let at = 0
  for (const [i, word] of words.entries()) {
    const member = words[i + 1]
    if (word.text !== from || word.before === '.' || word.after !== '.' || member?.before !== '.') continue
    // Only exported names are the package's: a local variable of the same name has fields as it likes.
    if (!/^\p{Lu}/u.test(member.text)) continue
    parts.push(source.slice(at, word.at), `${to}.${names.get(member.text) ?? member.text}`)
    at = member.at + member.text.length
  }
  return [...parts, source.slice(at)].join('')
}
