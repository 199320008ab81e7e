/**
 * Names that a Go file's own declarations have after upstream rewrote it: a function that was exported, a receiver's type
 * that is called otherwise, constants found again by their value. A company's patch of the old file is made to say the new
 * names, so that its function meets upstream's.
 *
 * Only what can be told without guessing: the same name but for the case of its first letter, a type whose methods are
 * the other's, or a name that stands in a package which the file imports now (./names-elsewhere.ts).
 */
import { goDeclarationsOf, goWords, type GoDeclaration } from '../go/go-source.ts'
import { goDeclarations } from '../resolve/go-blocks.ts'
import { otherCase } from './symbols.ts'

/** The least share of a type's methods that another type must have to be its successor. */
const SAME_TYPE = 0.4
const FEWEST_METHODS = 2

interface ReceiverMove {
  readonly from: string
  readonly to: string
  /** What methods call the receiver: `c` of `(c *Controller)`. */
  readonly variable: { readonly from: string; readonly to: string }
  readonly methods: ReadonlyMap<string, string>
}

export interface DeclarationMoves {
  /** Functions, types and constants of the package. */
  readonly names: ReadonlyMap<string, string>
  readonly receivers: readonly ReceiverMove[]
  /** Names that stand in a package which the file imports now, as functions must call them: `common.X`. */
  readonly elsewhere: ReadonlyMap<string, string>
}

/** What upstream's file calls the declarations of the old one; `constants` are those of its package, `elsewhere` left it. */
export function declarationMoves(
  before: string,
  after: string,
  constants: ReadonlyMap<string, string>,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): DeclarationMoves {
  const [old, now] = [goDeclarationsOf(before), goDeclarationsOf(after)]
  const names = new Map(constants)
  for (const [from, to] of recased(plainNames(old), plainNames(now))) names.set(from, to)
  const receivers = receiverMoves(old, now, before, after)
  for (const { from, to } of receivers) names.set(from, to)
  return { names, receivers, elsewhere: new Map([...elsewhere].filter(([name]) => !names.has(name))) }
}

/** In words, for the ledger; empty where nothing is renamed in the source. */
export function describeMoves(source: string, { names, elsewhere }: DeclarationMoves): string {
  const used = new Set(goWords(source).map(({ text }) => text))
  const told = [...names, ...elsewhere].filter(([from]) => used.has(from)).map(([from, to]) => `${from} is ${to}`)
  return told.length > 4 ? `${told.slice(0, 4).join(', ')} and ${told.length - 4} more` : told.join(', ')
}

/** The source with the new names; the same text where it uses none of the old ones. */
export function renameDeclarations(source: string, moves: DeclarationMoves): string {
  if (moves.names.size + moves.elsewhere.size === 0) return source
  const blocks = goDeclarations.split(source)
  if (blocks === undefined) return source
  // What a package no longer declares is still declared by its old name in the company's old file.
  const inCode = new Map([...moves.names, ...moves.elsewhere])
  return blocks
    .map(({ key, text }) => renameBlock(text, key.startsWith('func ') ? inCode : moves.names, receiverOf(key, moves)))
    .join('')
}

function receiverOf(key: string, { receivers }: DeclarationMoves): ReceiverMove | undefined {
  const type = /^func \((\w+)\) /.exec(key)?.[1]
  return receivers.find(({ from }) => from === type)
}

function renameBlock(text: string, names: ReadonlyMap<string, string>, receiver: ReceiverMove | undefined): string {
  const parts: string[] = []
  let at = 0
  const words = goWords(text)
  for (const [i, word] of words.entries()) {
    const to = renamedWord(word, words[i - 1]?.text, names, receiver)
    if (to === undefined) continue
    parts.push(text.slice(at, word.at), to)
    at = word.at + word.text.length
  }
  return [...parts, text.slice(at)].join('')
}

function renamedWord(
  { text, before, after }: { text: string; before: string; after: string },
  holder: string | undefined,
  names: ReadonlyMap<string, string>,
  receiver: ReceiverMove | undefined,
): string | undefined {
  const ofReceiver = receiver !== undefined && before === '.' && holder === receiver.variable.from
  if (ofReceiver || (receiver !== undefined && before === ')')) return receiver.methods.get(text)
  if (before === '.') return undefined
  if (receiver !== undefined && text === receiver.variable.from && after !== ':') return receiver.variable.to
  // A key of a struct's literal is a field's name.
  return after === ':' && before !== 'case' ? undefined : names.get(text)
}

function plainNames(declarations: readonly GoDeclaration[]): Set<string> {
  return new Set(declarations.filter(({ receiver }) => receiver === undefined).map(({ name }) => name))
}

/** Names that are gone, with the one that differs by the case of its first letter and is new. */
function recased(old: ReadonlySet<string>, now: ReadonlySet<string>): Map<string, string> {
  const moves = new Map<string, string>()
  for (const name of old) {
    const other = otherCase(name)
    if (!now.has(name) && now.has(other) && !old.has(other)) moves.set(name, other)
  }
  return moves
}

function receiverMoves(
  old: readonly GoDeclaration[],
  now: readonly GoDeclaration[],
  before: string,
  after: string,
): ReceiverMove[] {
  const [methodsBefore, methodsNow] = [methodsByType(old), methodsByType(now)]
  const moves: ReceiverMove[] = []
  for (const [from, methods] of methodsBefore) {
    if (methodsNow.has(from) || methods.size < FEWEST_METHODS) continue
    const fresh = [...methodsNow].filter(([type]) => !methodsBefore.has(type))
    const likely = fresh.filter(([, theirs]) => shareOf(methods, theirs) >= SAME_TYPE)
    const variables = { from: receiverName(before, from), to: receiverName(after, likely[0]?.[0] ?? '') }
    if (likely.length !== 1 || variables.from === undefined || variables.to === undefined) continue
    const [to, theirs] = likely[0]!
    const variable = { from: variables.from, to: variables.to }
    moves.push({ from, to, variable, methods: recased(methods, theirs) })
  }
  return moves
}

function methodsByType(declarations: readonly GoDeclaration[]): Map<string, Set<string>> {
  const types = new Map<string, Set<string>>()
  for (const { receiver, name } of declarations) {
    if (receiver === undefined) continue
    types.set(receiver, (types.get(receiver) ?? new Set()).add(name))
  }
  return types
}

function shareOf(methods: ReadonlySet<string>, theirs: ReadonlySet<string>): number {
  const kept = [...methods].filter((name) => theirs.has(name) || theirs.has(otherCase(name)))
  return kept.length / methods.size
}

/** What most methods of a type call it. */
function receiverName(source: string, type: string): string | undefined {
  const counts = new Map<string, number>()
  for (const [, name, of] of source.matchAll(/^func\s+\((\w+)\s+\*?(\w+)/gm)) {
    if (of === type) counts.set(name!, (counts.get(name!) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}
