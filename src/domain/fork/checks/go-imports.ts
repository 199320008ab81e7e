/**
 * Imports that the company's code needs and upstream's file has no longer: upstream dropped them with its last use, a
 * clean merge does not bring them back. They are added as the company had them; one that nothing uses now is told.
 */
import type { FileVersion, ObjectReader, Oid } from '../../../ports/git.ts'
import { directoryOf, modulePathOf } from '../go/go-package.ts'
import { goDeclarationsOf, goImports, goWords, type GoImport, type GoWord } from '../go/go-source.ts'
import { bytesOf, splitLines, textOf } from '../resolve/lines.ts'
import type { AfterMerge, CarryFinding, MergedSituation, Resolution } from '../resolve/resolver.ts'

/** The hook. */
export function goImportsNeeded(): AfterMerge {
  return {
    id: 'go-imports',
    finish: async (situation, tree, { assumed }) => {
      const edits = new Map<string, FileVersion>()
      const resolutions: Resolution[] = []
      const findings: CarryFinding[] = []
      for (const { path, after } of await situation.git.diff(situation.onto, tree)) {
        if (!path.endsWith('.go') || after === undefined || assumed.has(path)) continue
        const sides = await readSides(situation, path, after.oid)
        if (sides === undefined) continue
        const added = await missingImports(situation, tree, sides)
        if (added.length > 0) {
          const text = withImports(sides.now, added)
          if (text === undefined) continue
          edits.set(path, { mode: after.mode, oid: await situation.git.writeBlob(bytesOf(text)) })
          const evidence = `the company's code needs ${added.map((one) => one.path).join(', ')}, which upstream's file no longer imports`
          resolutions.push({ path, class: 'auto', rule: 'go-imports', ruleVersion: 1, confidence: 'rule', evidence })
        }
        for (const one of unusedImports(sides)) {
          const message = `imports ${one.path}, which nothing in it uses any more`
          findings.push({ rule: 'go-imports', path, gate: 'block', message })
        }
      }
      return { tree: edits.size === 0 ? tree : await situation.git.editTree(tree, edits), resolutions, findings }
    },
  }
}

interface Sides {
  path: string
  now: string
  onto: string
  theirs: string
}

async function readSides(
  { git, onto, theirsTree }: MergedSituation,
  path: string,
  oid: Oid,
): Promise<Sides | undefined> {
  const [now, theirs] = [textOf(await git.readBlob(oid)), await readAt(git, theirsTree, path)]
  return now === undefined || theirs === '' ? undefined : { path, now, onto: await readAt(git, onto, path), theirs }
}

/** What the company's file imports, its words in the result use, and the result does not import. */
async function missingImports(
  { git }: MergedSituation,
  tree: Oid,
  { path, now, onto, theirs }: Sides,
): Promise<GoImport[]> {
  const [words, known] = [goWords(now), qualifiers(goWords(onto))]
  const fresh = new Set([...qualifiers(words)].filter((name) => !known.has(name)))
  const have = new Set(goImports(now).map((one) => one.name))
  const declared = new Set(goDeclarationsOf(now).map((one) => one.name))
  const wanted = goImports(theirs).filter(
    (one) => fresh.has(one.name) && !have.has(one.name) && !declared.has(one.name),
  )
  const module = wanted.length === 0 ? undefined : await modulePathOf(git, tree)
  const there: GoImport[] = []
  for (const one of wanted) {
    const own = module !== undefined && one.path.startsWith(`${module}/`)
    if (!own || (await git.find(tree, one.path.slice(module.length + 1))) !== undefined) there.push(one)
  }
  // A package does not import itself, wherever its file moved.
  return there.filter((one) => module === undefined || one.path !== `${module}/${directoryOf(path)}`)
}

/** Imports under a name that one of the sides was seen to use, and the result does not use. */
function unusedImports({ now, onto, theirs }: Sides): GoImport[] {
  const [used, seen] = [
    qualifiers(goWords(now)),
    new Set([...qualifiers(goWords(onto)), ...qualifiers(goWords(theirs))]),
  ]
  return goImports(now).filter(
    (one) => one.name !== '_' && one.name !== '.' && !used.has(one.name) && seen.has(one.name),
  )
}

function qualifiers(words: readonly GoWord[]): Set<string> {
  return new Set(words.filter((word) => word.before !== '.' && word.after === '.').map((word) => word.text))
}

/** Adds entries to the file's imports, where gofmt would sort them; undefined where the imports have no end. */
function withImports(text: string, added: readonly GoImport[]): string | undefined {
  const lines = splitLines(text)
  const start = lines.findIndex((line) => /^import\s*\(/.test(line))
  if (start === -1) return withNewGroup(lines, added)
  for (const one of added) {
    const end = lines.findIndex((line, i) => i > start && line.startsWith(')'))
    if (end === -1) return undefined
    lines.splice(placeAmong(one.path, lines, start + 1, end), 0, entry(one))
  }
  return lines.join('')
}

/** In the run of imports that has most of its path, else in the last of its kind, in order; else at the end. */
function placeAmong(path: string, lines: readonly string[], start: number, end: number): number {
  const imported = lines.map((line, i) => (i < start || i >= end ? undefined : /"([^"]+)"/.exec(line)?.[1]))
  const shared = (other: string | undefined): number => (other === undefined ? -1 : commonElements(other, path))
  const best = Math.max(...imported.map(shared))
  const isKind = (other: string | undefined): boolean =>
    best > 0 ? shared(other) === best : other !== undefined && isFromElsewhere(other) === isFromElsewhere(path)
  const like = imported.findLastIndex(isKind)
  if (like === -1) return end
  let first = like
  while (imported[first - 1] !== undefined) first--
  let last = like
  while (imported[last + 1] !== undefined) last++
  const behind = imported.findIndex((other, i) => i >= first && i <= last && other! > path)
  return behind === -1 ? last + 1 : behind
}

function commonElements(a: string, b: string): number {
  const [one, other] = [a.split('/'), b.split('/')]
  const differs = one.findIndex((element, i) => element !== other[i])
  return differs === -1 ? one.length : differs
}

/** Packages of Go itself have no dot in the first element of their path. */
function isFromElsewhere(path: string): boolean {
  return path.split('/')[0]!.includes('.')
}

function withNewGroup(lines: string[], added: readonly GoImport[]): string | undefined {
  const clause = lines.findIndex((line) => /^package\s/.test(line))
  if (clause === -1) return undefined
  lines.splice(clause + 1, 0, '\n', 'import (\n', ...added.map(entry), ')\n')
  return lines.join('')
}

function entry({ path, name, aliased }: GoImport): string {
  return `\t${aliased ? `${name} ` : ''}"${path}"\n`
}

async function readAt(git: ObjectReader, tree: Oid, path: string): Promise<string> {
  const found = await git.find(tree, path)
  return found === undefined || !found.mode.startsWith('100') ? '' : (textOf(await git.readBlob(found.oid)) ?? '')
}
