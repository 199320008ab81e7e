/**
 * What a clean merge of Go may have broken, as far as names tell it: imports of packages that are gone, names that
 * upstream renamed or removed, functions that take other arguments now. No compiler is needed; `--exec` is for the rest.
 *
 * Only words that the commit brings into a file are looked at: what upstream wrote compiles.
 */
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { directoryOf, modulePathOf } from '../go/go-package.ts'
import { goImports, goWords, type GoDeclaration, type GoWord } from '../go/go-source.ts'
import type { AfterMerge, CarryFinding, MergedSituation } from '../resolve/resolver.ts'
import { GoFacts, type GoTree } from './go-facts.ts'

/** Told as `own-names`, once it is known that no assumed file is behind it. */
const GONE = 'own-names/gone'

/** The hook; it changes nothing. */
export function goChecks(): AfterMerge {
  let facts: GoFacts | undefined
  return {
    id: 'go-names',
    finish: async (situation, tree, { assumed }) => {
      facts ??= new GoFacts(situation.git)
      const findings = await checkGo(situation, tree, facts)
      // A package with a file whose content is assumed proves nothing of the others.
      const unsure = new Set([...assumed].filter((path) => path.endsWith('.go')).map(directoryOf))
      const told = findings.filter(
        ({ path, rule }) => !assumed.has(path) && !(rule === GONE && unsure.has(directoryOf(path))),
      )
      return {
        tree,
        resolutions: [],
        findings: told.map((one) => (one.rule === GONE ? { ...one, rule: 'own-names' } : one)),
      }
    },
  }
}

interface GoCheck {
  module: string
  /** The tree before the commit, after it, and the company's own. */
  onto: GoTree
  now: GoTree
  company: GoTree
  /** Names at package level in the packages that the company's commit touches. */
  companyNames: ReadonlyMap<string, GoDeclaration>
}

async function checkGo({ git, onto, commit }: MergedSituation, tree: Oid, facts: GoFacts): Promise<CarryFinding[]> {
  const changed = (await git.diff(onto, tree)).filter(({ path, after }) => path.endsWith('.go') && after !== undefined)
  const module = changed.length === 0 ? undefined : await modulePathOf(git, tree)
  if (module === undefined) return []
  const company = await facts.tree(commit.tree)
  const touched = new Set((await git.diff(commit.parentTree, commit.tree)).map(({ path }) => directoryOf(path)))
  const companyNames = new Map([...touched].flatMap((directory) => [...company.declared(directory, true)]))
  const check: GoCheck = { module, onto: await facts.tree(onto), now: await facts.tree(tree), company, companyNames }
  const findings = changed.flatMap(({ path }) => checkFile(path, check))
  return [
    ...findings,
    ...goneNames(
      changed.map(({ path }) => path),
      check,
    ),
    ...(await missingModules(git, tree, changed, check)),
  ]
}

function checkFile(path: string, check: GoCheck): CarryFinding[] {
  const facts = check.now.files.get(path)
  if (facts === undefined) return []
  const known = new Map(goWords(check.onto.files.get(path)?.text ?? '').map((word) => [wordKey(word), true]))
  const words = goWords(facts.text)
  const fresh = words.filter((word) => !known.has(wordKey(word)))
  const imports = goImports(facts.text)
  const findings: string[] = []
  const own = new Map<string, string>()
  for (const { path: imported, name } of imports) {
    if (imported !== check.module && !imported.startsWith(`${check.module}/`)) continue
    const directory = imported.slice(check.module.length + 1)
    if (check.now.hasPackage(directory)) own.set(name, directory)
    else if (directory !== '') findings.push(`imports ${imported}, which is not there`)
  }
  const local = localNames(words)
  for (const word of fresh) {
    const said =
      word.before === '.' ? memberGone(word, words, own, local, check) : nameGone(word, path, own, local, check)
    if (said !== undefined && !findings.includes(said)) findings.push(said)
  }
  return findings.map((message) => ({
    rule: message.startsWith('imports') ? 'own-imports' : 'own-names',
    path,
    gate: 'block',
    message,
  }))
}

/** The same word in the same position to its neighbours: `a.b` brings nothing new where `a.b` stood before. */
function wordKey(word: GoWord): string {
  return `${word.before === '.' ? '.' : ''}${word.text}`
}

function nameGone(
  { text, after }: GoWord,
  path: string,
  own: ReadonlyMap<string, string>,
  local: ReadonlySet<string>,
  check: GoCheck,
): string | undefined {
  const was = check.companyNames.get(text)
  if (was === undefined || own.has(text) || local.has(text) || after === ':') return undefined
  const is = check.now.declared(directoryOf(path), path.endsWith('_test.go')).get(text)
  if (is === undefined) return `uses ${text}, which upstream no longer has in this package`
  return otherArguments(text, was, is)
}

function memberGone(
  word: GoWord,
  words: readonly GoWord[],
  own: ReadonlyMap<string, string>,
  local: ReadonlySet<string>,
  check: GoCheck,
): string | undefined {
  const holder = words[words.indexOf(word) - 1]
  const directory = holder?.before === '.' || holder?.after !== '.' ? undefined : own.get(holder.text)
  if (directory !== undefined && holder !== undefined && !local.has(holder.text)) {
    const is = check.now.declared(directory).get(word.text)
    if (is === undefined) return `uses ${holder.text}.${word.text}, which ${directory} does not have`
    const was = [...check.company.files.values()]
      .flatMap(({ declarations }) => declarations)
      .filter((one) => one.name === word.text)
    const same = was.filter((one) => one.receiver === undefined)
    return same.length === 1 ? otherArguments(`${holder.text}.${word.text}`, same[0]!, is) : undefined
  }
  const gone =
    check.company.members.has(word.text) && !check.now.members.has(word.text) && !check.onto.memberUses.has(word.text)
  return gone ? `uses .${word.text}, a field or method that upstream no longer has` : undefined
}

/** A function of the same name that takes or gives another number of values cannot be what was meant. */
function otherArguments(name: string, was: GoDeclaration, is: GoDeclaration): string | undefined {
  if (was.signature === undefined || is.signature === undefined || was.signature === is.signature) return undefined
  const [before, now] = [shapeOf(was.signature), shapeOf(is.signature)]
  if (before === now) return undefined
  return `uses ${name}${was.signature}, which is ${name}${is.signature} now`
}

/** Numbers of parameters and of results. */
function shapeOf(signature: string): string {
  let depth = 0
  let end = 0
  for (; end < signature.length; end++) {
    if ('([{'.includes(signature[end]!)) depth++
    else if (')]}'.includes(signature[end]!) && --depth === 0) break
  }
  const results = signature.slice(end + 1).trim()
  const inner = /^\((.*)\)$/.exec(results)?.[1] ?? results
  return `${countOf(signature.slice(1, end))}→${countOf(inner)}`
}

function countOf(list: string): number {
  let depth = 0
  let commas = 0
  for (const sign of list) {
    if ('([{'.includes(sign)) depth++
    else if (')]}'.includes(sign)) depth--
    else if (sign === ',' && depth === 0) commas++
  }
  return list.trim() === '' ? 0 : commas + 1
}

/** Names that a file declares inside functions or as parameters: they hide a package's. */
function localNames(words: readonly GoWord[]): Set<string> {
  const local = new Set<string>()
  for (const [i, word] of words.entries()) {
    if (word.before !== '.' && (isDeclared(i, words) || ['var', 'const'].includes(word.before))) local.add(word.text)
  }
  return local
}

/** Whether a word stands where a name is given: `x :=`, `x, y :=`, `x, y string`, `x *T`. The words of a call are none. */
function isDeclared(i: number, words: readonly GoWord[]): boolean {
  let last = i
  while (words[last]!.after === ',' && words[last + 1]?.before === ',') last++
  const [word, next] = [words[last]!, words[last + 1]]
  if (word.before === '.' || KEYWORDS.has(word.text)) return false
  // `case x:` has a statement behind it.
  if (word.after === ':') return !KEYWORDS.has(next?.text ?? '') || OF_TYPES.has(next?.text ?? '')
  // Two words with one blank between them are a name and its type; on two lines there would be more of it.
  if (next?.at === word.at + word.text.length + 1 && word.after === next.text)
    return !KEYWORDS.has(next.text) || OF_TYPES.has(next.text)
  return (word.before === '(' || word.before === ',') && ['*', '['].includes(word.after)
}

/** Keywords that begin a type or a value, not a statement. */
const OF_TYPES = new Set(['chan', 'func', 'interface', 'map', 'range', 'struct'])

const KEYWORDS = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
)

/** What the commit took away from a package, and the package still uses. */
function goneNames(paths: readonly string[], check: GoCheck): CarryFinding[] {
  const findings: CarryFinding[] = []
  for (const directory of new Set(paths.map(directoryOf))) {
    const [before, now] = [check.onto.declared(directory), check.now.declared(directory)]
    const gone = new Set([...before.keys()].filter((name) => !now.has(name)))
    if (gone.size === 0) continue
    for (const [path, { text }] of check.now.files) {
      if (directoryOf(path) !== directory || path.endsWith('_test.go')) continue
      const words = goWords(text)
      const local = localNames(words)
      const used = words.find(
        ({ text: name, before: sign, after }) => gone.has(name) && sign !== '.' && after !== ':' && !local.has(name),
      )
      if (used === undefined) continue
      const message = `uses ${used.text}, which this commit takes away`
      findings.push({ rule: GONE, path, gate: 'block', message })
    }
  }
  return findings
}

/** Imports that no requirement of go.mod provides. */
async function missingModules(
  git: ObjectReader,
  tree: Oid,
  changed: readonly { path: string }[],
  { now, onto, module }: GoCheck,
): Promise<CarryFinding[]> {
  const mod = await git.find(tree, 'go.mod')
  if (mod === undefined || (await git.find(tree, 'vendor')) !== undefined) return []
  const required = [
    ...new TextDecoder().decode(await git.readBlob(mod.oid)).matchAll(/^\s*(?:require\s+)?(\S+\.\S+)\s+v\d/gm),
  ]
  const modules = [module, ...required.map((match) => match[1]!)]
  return changed.flatMap(({ path }) => {
    const had = new Set(goImports(onto.files.get(path)?.text ?? '').map((one) => one.path))
    const missing = goImports(now.files.get(path)?.text ?? '').filter(
      (one) =>
        !had.has(one.path) &&
        /^[^/]+\.[^/]+\//.test(one.path) &&
        !modules.some((name) => one.path === name || one.path.startsWith(`${name}/`)),
    )
    return missing.map((one) => ({
      rule: 'required-modules',
      path,
      gate: 'block' as const,
      message: `imports ${one.path}, which go.mod does not require`,
    }))
  })
}
